// An extension against its definition. https://hl7.org/fhir/R4/extensibility.html
#include <algorithm>
#include <string>

#include "fhir/validation/primitives.h"
#include "fhir/validation/profile_walk.h"
#include "fhir/validation/surroundings.h"
#include "fhir/validation/walk.h"

namespace fhir::validation {
namespace {

/// deviation: places where R4's own definitions, and the IGs of today, use extensions whose context
/// of 2019 was narrower.
struct Use {
  std::string_view url;
  std::string_view path;
};
constexpr Use k_further_uses[] = {
    {"http://hl7.org/fhir/StructureDefinition/structuredefinition-fhir-type",
     "ElementDefinition.type"},
    {"http://hl7.org/fhir/StructureDefinition/regex", "ElementDefinition.type"},
    {"http://hl7.org/fhir/StructureDefinition/structuredefinition-normative-version",
     "DomainResource"},
    {"http://hl7.org/fhir/StructureDefinition/structuredefinition-normative-version",
     "ElementDefinition"},
    {"http://hl7.org/fhir/StructureDefinition/translation", "ValueSet.expansion.contains"},
    {"http://hl7.org/fhir/StructureDefinition/capabilitystatement-expectation", "Element"},
};

bool is_extension(const Node& node) {
  return node.element.type != nullptr && node.element.type->name == "Extension";
}

std::string_view url_of(const Node& node) {
  return node.element.value != nullptr ? node.element.value->string_at("url") : std::string_view{};
}

std::string_view without_choice_mark(std::string_view path) {
  return path.ends_with("[x]") ? path.substr(0, path.size() - 3) : path;
}

const ExtensionSchema* nested_by_url(const ExtensionSchema& schema, std::string_view url) {
  for (const ExtensionSchema* nested : schema.nested) {
    if (nested->url == url) return nested;
  }
  return nullptr;
}

}  // namespace

const ExtensionSchema* Walk::extension_schema(const Node& node) const {
  const std::string_view url = url_of(node);
  if (node.parent != nullptr && is_extension(*node.parent)) {
    const ExtensionSchema* outer = extension_schema(*node.parent);
    const ExtensionSchema* nested = outer != nullptr ? nested_by_url(*outer, url) : nullptr;
    if (nested != nullptr) return nested;
  }
  return is_absolute_uri(url) ? parts_.definitions.extension(url) : nullptr;
}

void Walk::check_extension(const Node& holder, const Node& node, bool as_modifier) {
  const std::string_view url = url_of(node);
  if (url.empty()) return;  // Extension.url is required: reported by its cardinality
  if (const ExtensionSchema* schema = extension_schema(node)) {
    check_known_extension(holder, node, *schema, as_modifier);
    return;
  }
  if (!is_absolute_uri(url)) {
    if (!is_extension(holder)) {
      report(node, IssueType::extension, {"Extension.url must be an absolute URL"});
    } else if (extension_schema(holder) != nullptr) {
      report(node, IssueType::extension,
             {"The extension around this one does not define a part of this name"});
    }
    return;
  }
  if (options_.unknown_extensions == UnknownExtensions::ignore) return;
  if (options_.example_urls && is_example_url(url)) return;
  if (std::any_of(options_.extension_bases.begin(), options_.extension_bases.end(),
                  [&](const std::string& base) { return url.starts_with(base); }))
    return;
  const bool is_refused = options_.unknown_extensions == UnknownExtensions::refuse;
  if (!is_refused && !is_first(url)) return;
  report(is_refused ? Severity::error : Severity::warning, IssueType::extension, *node.path,
         node.element.offset(), {"No loaded package defines the extension ", url});
}

void Walk::check_known_extension(const Node& holder, const Node& node,
                                 const ExtensionSchema& schema, bool as_modifier) {
  if (schema.is_modifier && !as_modifier)
    report(node, IssueType::extension,
           {"The extension ", schema.url, " modifies meaning and must be a modifierExtension"});
  if (!schema.is_modifier && as_modifier)
    report(node, IssueType::extension,
           {"The extension ", schema.url, " modifies nothing and must not be a modifierExtension"});
  // The parts of a complex extension are judged with it.
  const Profile* profile = profile_of(schema);
  if (profile != nullptr) {
    profile_walk().check(node, *profile);
    if (!profile->schema().context_invariants.empty())
      check_context_invariants(holder, node, *profile);
  }
  const bool is_allowed =
      schema.contexts.empty() ||
      std::any_of(schema.contexts.begin(), schema.contexts.end(),
                  [&](const ExtensionSchema::Context& context) {
                    return is_context(holder, context, profile);
                  }) ||
      std::any_of(std::begin(k_further_uses), std::end(k_further_uses), [&](const Use& use) {
        return use.url == schema.url && is_context(holder, {"element", use.path}, nullptr);
      });
  if (!is_allowed)
    report(Severity::error, IssueType::extension, *holder.path, node.element.offset(),
           {"The extension ", schema.url, " is not allowed on this element"});
}

/// "All the rules must be true": https://hl7.org/fhir/R4/structuredefinition-definitions.html
/// #StructureDefinition.contextInvariant
void Walk::check_context_invariants(const Node& holder, const Node& node, const Profile& profile) {
  for (const Constraint& constraint : profile.schema().context_invariants) {
    Surroundings surroundings(*this, *holder.scope);
    const fhirpath::Variable extension{"extension", fhirpath::Collection(node.element)};
    surroundings.environment.variables = {&extension, 1};
    const Rule& rule = profile.rule(constraint);
    if (rule.judge_by_engine(holder.element, surroundings.environment) != Verdict::broken) continue;
    report(Severity::error, IssueType::extension, *holder.path, node.element.offset(),
           {"The extension ", profile.schema().url, " is not allowed here, since ",
            constraint.expression, " does not hold"});
  }
}

/// Whether the holder is among what a path selects from its resource.
bool Walk::is_context_by_path(const Node& holder, const Rule& rule) {
  if (rule.expression() == nullptr) return true;  // not FHIRPath: nothing to judge by
  const auto place_of = [](const Element& element) {
    return element.value != nullptr ? element.value : element.sibling;
  };
  const Element& resource = holder.scope->resource;
  const auto [at, is_new] = context_places_.try_emplace({resource.value, &rule});
  if (is_new) {
    const Surroundings surroundings(*this, *holder.scope);
    const auto selected = rule.expression()->evaluate(resource, surroundings.environment);
    if (!selected) {
      context_places_.erase(at);
      return true;
    }
    for (const fhirpath::Item& item : *selected) {
      if (item.element() != nullptr) at->second.insert(place_of(*item.element()));
    }
  }
  return at->second.contains(place_of(holder.element));
}

bool Walk::is_context(const Node& holder, const ExtensionSchema::Context& context,
                      const Profile* profile) {
  if (context.type == "fhirpath") {
    const Rule* rule = profile != nullptr ? profile->context(context.expression) : nullptr;
    return rule == nullptr || is_context_by_path(holder, *rule);
  }
  if (context.type == "extension") {  // on the extension, or on its value
    const Node* outer = is_extension(holder) ? &holder : holder.parent;
    return outer != nullptr && is_extension(*outer) && url_of(*outer) == context.expression;
  }
  std::string_view wanted = context.expression;
  if (const std::size_t hash = wanted.find('#'); hash != std::string_view::npos)
    wanted = wanted.substr(hash + 1);
  wanted = without_choice_mark(type_of_profile(wanted));
  if (wanted == "Element" || wanted == "Any" || wanted == "*") return true;
  const TypeSchema* type = holder.element.type;
  if (type != nullptr && type->kind == TypeKind::backbone && wanted == "BackboneElement")
    return true;
  for (const TypeSchema* at = type; at != nullptr; at = at->base) {
    if (at->name == wanted) return true;
  }
  const std::size_t dot = wanted.find('.');
  if (dot == std::string_view::npos) {
    return parts_.definitions.type(wanted) == nullptr;  // a profile: not judged yet
  }
  if (holder.element.definition == nullptr) return false;
  const std::string_view path = without_choice_mark(holder.element.definition->path);
  if (path == wanted) return true;
  // Resource.meta stands for Patient.meta.
  const std::size_t own_dot = path.find('.');
  if (own_dot == std::string_view::npos || path.substr(own_dot) != wanted.substr(dot)) return false;
  const TypeSchema* own = parts_.definitions.type(path.substr(0, own_dot));
  const TypeSchema* general = parts_.definitions.type(wanted.substr(0, dot));
  return own != nullptr && general != nullptr && own->is_a(general);
}

}  // namespace fhir::validation
