// conformsTo, slice, elementDefinition and checkModifiers: what profiles and definitions say of an
// element. https://hl7.org/fhir/R4/fhirpath.html#functions
#include "fhir/fhirpath/element_definitions.h"
#include "fhir/fhirpath/functions.h"

namespace fhir::fhirpath {
namespace {

/// Whether the element is of the type that the canonical defines; nothing when it defines none.
std::optional<bool> conforms_to_type(const Element& element, std::string_view canonical) {
  canonical = canonical.substr(0, canonical.find('|'));
  constexpr std::string_view k_core = "http://hl7.org/fhir/StructureDefinition/";
  if (!canonical.starts_with(k_core)) return std::nullopt;
  const TypeSchema* type = element.type->store->type(canonical.substr(k_core.size()));
  if (type == nullptr || type->url != canonical) return std::nullopt;
  return element.type->is_a(type);
}

Truth truth_conforms_to(Evaluation& evaluation, const Node& node, const Scope& scope) {
  Item item;
  Item keep;
  std::string_view url;
  const Found found = evaluation.single_input(node, scope, item);
  if (found == Found::failed) return Truth::failed;
  const Found has_url = evaluation.string(*node.arguments[0], scope, keep, url);
  if (has_url == Found::failed) return Truth::failed;
  if (found == Found::none || has_url == Found::none) return Truth::empty;
  const Element* element = item.element();
  if (element == nullptr || element->type == nullptr) return Truth::empty;
  auto answer = conforms_to_type(*element, url);
  ProfileJudge* profiles = evaluation.environment().profiles;
  // The definition of the element's own type is more than its name: what the validator is for.
  if (profiles != nullptr && answer.value_or(true)) {
    if (const auto judged = profiles->conforms_to(*element, url)) answer = judged;
  }
  if (answer) return truth_of(*answer);
  evaluation.fail("The profile " + std::string(url) + " given to conformsTo() is not known");
  return Truth::failed;
}

bool visit_slice(Evaluation& evaluation, const Node& node, const Scope& scope, Sink sink) {
  Item url_keep;
  Item name_keep;
  std::string_view url;
  std::string_view name;
  const Found has_url = evaluation.string(*node.arguments[0], scope, url_keep, url);
  if (has_url != Found::one) return has_url == Found::none;
  const Found has_name = evaluation.string(*node.arguments[1], scope, name_keep, name);
  if (has_name != Found::one) return has_name == Found::none;
  ProfileJudge* profiles = evaluation.environment().profiles;
  if (profiles == nullptr)
    return evaluation.fail(IssueType::not_supported, "slice() needs a validator, and none is here");
  return evaluation.visit_input(node, scope, [&](const Item& item) {
    if (item.element() == nullptr) return true;
    const auto is_in = profiles->is_in_slice(*item.element(), url, name);
    if (!is_in)
      return evaluation.fail("There is no slice " + std::string(name) + " in " + std::string(url));
    return !*is_in || sink(item);
  });
}

bool visit_element_definition(Evaluation& evaluation, const Node& node, const Scope& scope,
                              Sink sink) {
  ElementDefinitions* definitions = evaluation.environment().element_definitions;
  if (definitions == nullptr)
    return evaluation.fail(IssueType::not_supported,
                           "elementDefinition() needs definitions, and none are here");
  return evaluation.visit_input(node, scope, [&](const Item& item) {
    if (item.element() == nullptr) return true;
    if (!evaluation.spend(100)) return false;
    const auto found = definitions->find(*item.element());
    return !found || sink(Item(*found));
  });
}

/// The urls given, each a string or a list apart by commas.
bool is_allowed(std::string_view url, const Collection& allowed) {
  for (const Item& item : allowed) {
    std::string_view rest = item.kind() == ItemKind::string ? item.string() : std::string_view{};
    while (!rest.empty()) {
      const std::size_t end = std::min(rest.find(','), rest.size());
      std::string_view one = rest.substr(0, end);
      rest.remove_prefix(std::min(end + 1, rest.size()));
      while (one.starts_with(' ')) one.remove_prefix(1);
      while (one.ends_with(' ')) one.remove_suffix(1);
      if (one == url) return true;
    }
  }
  return false;
}

bool visit_check_modifiers(Evaluation& evaluation, const Node& node, const Scope& scope,
                           Sink sink) {
  static const std::uint32_t k_hash = name_hash("modifierExtension");
  Collection allowed;
  for (const Node* argument : node.arguments) {
    if (!evaluation.collect(*argument, scope, allowed)) return false;
  }
  return evaluation.visit_input(node, scope, [&](const Item& item) {
    bool is_fine = evaluation.spend();
    if (const Element* element = item.element()) {
      for_each_child_named(*element, "modifierExtension", k_hash, [&](const Element& child) {
        const std::string_view url =
            child.value != nullptr ? child.value->string_at("url") : std::string_view{};
        if (is_fine && !is_allowed(url, allowed))
          is_fine = evaluation.fail("The modifier extension " + std::string(url) +
                                    " is not one that is understood");
        return is_fine;
      });
    }
    return is_fine && sink(item);
  });
}

constexpr Function k_functions[] = {
    {"conformsTo", 1, 1, visit_truth, truth_conforms_to},
    {"slice", 2, 2, visit_slice},
    {"elementDefinition", 0, 0, visit_element_definition},
    {"checkModifiers", 0, 32, visit_check_modifiers},
};

}  // namespace

std::span<const Function> profile_functions() { return k_functions; }

}  // namespace fhir::fhirpath
