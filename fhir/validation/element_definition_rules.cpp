#include "fhir/validation/element_definition_rules.h"

#include <algorithm>

#include "fhir/base/name_hash.h"
#include "fhir/definitions/element_facts.h"
#include "fhir/fhirpath/analysis.h"
#include "fhir/validation/known_resource.h"
#include "fhir/validation/questionnaire_value.h"
#include "fhir/validation/rule_expression.h"

namespace fhir::validation {
namespace {

using definitions::limit_of;

bool is_system_type(std::string_view code) {
  return code.starts_with("http://hl7.org/fhirpath/System.");
}

bool is_url(std::string_view code) { return code.find(':') != std::string_view::npos; }

bool is_kind_of(const TypeSchema* type, std::string_view name) {
  for (; type != nullptr; type = type->base) {
    if (type->name == name) return true;
  }
  return false;
}

/// eld-11: code, Coding, CodeableConcept, Quantity, string, uri, and what specializes them. Of a
/// simple extension its value is meant.
bool is_bindable(const TypeSchema* type) {
  for (const std::string_view name :
       {"CodeableConcept", "Coding", "Quantity", "string", "uri", "Extension"}) {
    if (is_kind_of(type, name)) return true;
  }
  return false;
}

/// The element that a path of a type's definition means, and the one type of it, where there is
/// one.
struct Found {
  const ElementSchema* element = nullptr;
  const TypeSchema* type = nullptr;
};

Found find_path(const DefinitionStore& definitions, std::string_view path) {
  std::size_t dot = path.find('.');
  Found found{nullptr, definitions.type(path.substr(0, dot))};
  while (dot != std::string_view::npos && found.type != nullptr) {
    path.remove_prefix(dot + 1);
    dot = path.find('.');
    std::string_view name = path.substr(0, dot);
    if (name.ends_with("[x]")) name.remove_suffix(3);
    const TypeSchema* owner = found.type;
    found = {owner->element(name), nullptr};
    if (found.element != nullptr) {
      if (found.element->types.size() == 1) found.type = found.element->types[0].type;
    } else if (const PropertySchema* chosen = owner->property(name, name_hash(name))) {
      found = {chosen->element, chosen->type != nullptr ? chosen->type->type : nullptr};
    }
  }
  return dot == std::string_view::npos ? found : Found{};
}

/// Strengths are in the order from required to example.
bool is_weaker(std::string_view strength, std::string_view other) {
  return definitions::strength_of(strength) > definitions::strength_of(other);
}

}  // namespace

void ElementDefinitionCheck::check(const json::Value& element, const Path& path) {
  if (!check_path(element, path)) return;
  check_types(element, path);
  check_binding(element, path);
  for (const std::string_view member : {"fixed", "pattern"}) check_value(element, member, path);
  check_constraints(element, path);
  check_discriminators(element, path);
}

/// "The path identifies the element and is expressed as a "."-separated list of ancestor elements".
bool ElementDefinitionCheck::check_path(const json::Value& element, const Path& path) {
  const std::string_view text = element.string_at("path");
  if (!text.empty() && text.find("..") == std::string_view::npos && text.front() != '.' &&
      text.back() != '.')
    return true;
  if (!text.empty())
    context_.error(IssueType::structure, path, element,
                   "The path of the element has a part without a name");
  return false;
}

void ElementDefinitionCheck::check_types(const json::Value& element, const Path& path) {
  const auto types = items_of(element, "type");
  for (std::size_t i = 0; i < types.size(); ++i) {
    const Path place = item_path(path, "type", i);
    const std::string_view code = types[i].string_at("code");
    if (!code.empty() && !is_url(code) && context_.definitions.type(code) == nullptr &&
        context_.definitions.record("StructureDefinition", code) == nullptr)
      context_.error(IssueType::value, Path{&place, "code", -1}, types[i],
                     "There is no type of this name");
    check_profiles(types[i], "profile", place);
    check_profiles(types[i], "targetProfile", place);
  }
}

/// "Identifies a profile structure … that applies to the datatype this element refers to": it is
/// about that type, or one of those that an abstract type stands for. A targetProfile is about a
/// resource.
void ElementDefinitionCheck::check_profiles(const json::Value& type, std::string_view member,
                                            const Path& path) {
  const auto profiles = items_of(type, member);
  const std::string_view code = type.string_at("code");
  const bool is_target = member == "targetProfile";
  for (std::size_t i = 0; i < profiles.size(); ++i) {
    if (!profiles[i].is_string() || profiles[i].string().find('#') != std::string_view::npos)
      continue;
    const Named& profile = named(profiles[i].string());
    if (!profile.is_known || profile.type.empty()) continue;
    if (is_target && profile.kind != "resource" && profile.kind != "logical")
      context_.error(IssueType::value, item_path(path, member, i), profiles[i],
                     "A reference leads to resources; this profile is about " + profile.type);
    if (!is_target && !code.empty() && profile.type != code &&
        !(context_.definitions.type(code) != nullptr &&
          context_.definitions.type(code)->is_abstract &&
          is_kind_of(context_.definitions.type(profile.type), code)))
      context_.error(IssueType::value, item_path(path, member, i), profiles[i],
                     "The profile is about " + profile.type + ", the type of the element is " +
                         std::string(code));
  }
}

void ElementDefinitionCheck::check_binding(const json::Value& element, const Path& path) {
  if (element.find("binding") == nullptr) return;
  const auto codes = type_codes(element);
  const bool is_possible =
      codes.empty() || std::any_of(codes.begin(), codes.end(), [&](std::string_view code) {
        const TypeSchema* type = context_.definitions.type(code);
        return type == nullptr || is_bindable(type);
      });
  if (!is_possible)
    context_.error(IssueType::business_rule, path, element,
                   "The element has a binding, but none of its types is coded");
}

/// fixed[x] and pattern[x]: an instance cannot have a value of a type that the element is not of.
void ElementDefinitionCheck::check_value(const json::Value& element, std::string_view member,
                                         const Path& path) {
  const ChosenValue value = chosen_value(element, member);
  const auto codes = type_codes(element);
  if (value.value == nullptr || codes.empty()) return;
  const std::string_view type = type_code(value.type);
  const bool is_possible = std::any_of(codes.begin(), codes.end(), [&](std::string_view code) {
    return code == type || is_url(code);
  });
  if (!is_possible)
    context_.error(IssueType::value, Path{&path, member, -1, type}, *value.value,
                   "The value is of the type " + std::string(type) + ", which the element is not");
}

void ElementDefinitionCheck::check_constraints(const json::Value& element, const Path& path) {
  const auto constraints = items_of(element, "constraint");
  for (std::size_t i = 0; i < constraints.size(); ++i) {
    const json::Value* expression = constraints[i].find("expression");
    if (expression == nullptr || !expression->is_string()) continue;
    const Path place = item_path(path, "constraint", i);
    check_expression(expression->string(), only_type(element), *expression,
                     Path{&place, "expression", -1});
  }
}

/// https://hl7.org/fhir/R4/profiling.html#discriminator: a path, extension(), resolve(), ofType().
void ElementDefinitionCheck::check_discriminators(const json::Value& element, const Path& path) {
  const json::Value* slicing = element.find("slicing");
  if (slicing == nullptr) return;
  const Path slicing_path{&path, "slicing", -1};
  const auto discriminators = items_of(*slicing, "discriminator");
  for (std::size_t i = 0; i < discriminators.size(); ++i) {
    const json::Value* text = discriminators[i].find("path");
    if (text == nullptr || !text->is_string() || text->string() == "$this") continue;
    const Path place = item_path(slicing_path, "discriminator", i);
    check_expression(text->string(), only_type(element), *text, Path{&place, "path", -1});
  }
}

void ElementDefinitionCheck::check_expression(std::string_view expression, const TypeSchema* type,
                                              const json::Value& at, const Path& path) {
  const auto program = compiled(context_, expression, path, at);
  if (!program || type == nullptr) return;
  fhirpath::AnalysisInput input;
  input.context = type;
  input.resource = context_.definitions.type(context_.resource.string_at("type"));
  if (input.resource != nullptr && input.resource->kind != TypeKind::resource)
    input.resource = context_.definitions.type("Resource");
  const auto analysis = fhirpath::analyze(*program, context_.definitions, input);
  if (const Issue* wrong = analysis.first_error())
    context_.error(IssueType::invalid, path, at,
                   "The expression cannot be true of this element: " + wrong->diagnostics);
}

void ElementDefinitionCheck::compare(const json::Value& element, const json::Value& base,
                                     const Path& path) {
  const auto refuse = [&](std::string_view text) {
    context_.error(IssueType::business_rule, path, element, text);
  };
  if (limit_of(element, "max", 0) > limit_of(base, "max", k_unbounded))
    refuse("The element may repeat more often than the one that it constrains");
  if (limit_of(element, "min", k_unbounded) < limit_of(base, "min", 0))
    refuse("The element is required less often than the one that it constrains");
  const json::Value* binding = element.find("binding");
  const json::Value* base_binding = base.find("binding");
  if (binding != nullptr && base_binding != nullptr &&
      is_weaker(binding->string_at("strength"), base_binding->string_at("strength")))
    refuse("The binding is weaker than the one that it constrains");
}

std::vector<std::string_view> ElementDefinitionCheck::type_codes(const json::Value& element) const {
  std::vector<std::string_view> codes;
  for (const json::Value& type : items_of(element, "type")) {
    if (!type.string_at("code").empty()) codes.push_back(type.string_at("code"));
  }
  if (!codes.empty()) return codes;
  const Found found = find_path(context_.definitions, element.string_at("path"));
  if (found.type != nullptr) return {found.type->name};
  if (found.element != nullptr) {
    for (const TypeRef& type : found.element->types) codes.push_back(type.code);
  }
  return codes;
}

const TypeSchema* ElementDefinitionCheck::only_type(const json::Value& element) const {
  const auto types = items_of(element, "type");
  if (types.size() > 1) return nullptr;
  const Found found = find_path(context_.definitions, element.string_at("path"));
  if (types.empty()) return found.type;
  const std::string_view code = types[0].string_at("code");
  // The schema of a backbone is the one of its place.
  if (code == "BackboneElement" || code == "Element" || is_system_type(code)) return found.type;
  return context_.definitions.type(code);
}

const ElementDefinitionCheck::Named& ElementDefinitionCheck::named(std::string_view canonical) {
  const auto [at, is_new] = named_.try_emplace(std::string(canonical));
  if (!is_new) return at->second;
  const KnownResource profile(context_, "StructureDefinition", canonical);
  if (profile.value() != nullptr)
    at->second = {true, std::string(profile.value()->string_at("type")),
                  std::string(profile.value()->string_at("kind"))};
  return at->second;
}

}  // namespace fhir::validation
