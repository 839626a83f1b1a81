// FHIR's own functions. https://hl7.org/fhir/R4/fhirpath.html#functions
#include "fhir/fhirpath/functions.h"
#include "fhir/model/xhtml.h"

namespace fhir::fhirpath {
namespace {

/// `extension.where(url = …)`.
bool visit_extension(Evaluation& evaluation, const Node& node, const Scope& scope, Sink sink) {
  static const std::uint32_t k_extension_hash = name_hash("extension");
  static const std::uint32_t k_url_hash = name_hash("url");
  Item keep;
  std::string_view url;
  const Found found = evaluation.string(*node.arguments[0], scope, keep, url);
  if (found != Found::one) return found == Found::none;
  return evaluation.visit_input(node, scope, [&](const Item& item) {
    const Element* element = item.element();
    if (element == nullptr) return true;
    bool go_on = true;
    for_each_child_named(*element, "extension", k_extension_hash, [&](const Element& child) {
      const json::Value* named =
          child.value != nullptr ? child.value->find("url", k_url_hash) : nullptr;
      if (named != nullptr && named->string() == url) go_on = sink(Item(child));
      return go_on;
    });
    return go_on && evaluation.spend();
  });
}

bool has_primitive_value(const Item& item) {
  const Element* element = item.element();
  if (element == nullptr) return true;
  if (!element->has_value() || element->value->is_object()) return false;
  return true;
}

Truth truth_has_value(Evaluation& evaluation, const Node& node, const Scope& scope) {
  if (node.input == nullptr) return truth_of(has_primitive_value(*scope.self));
  int count = 0;
  bool has_value = false;
  evaluation.visit_input(node, scope, [&](const Item& item) {
    has_value = has_primitive_value(item);
    return ++count == 1;
  });
  return evaluation.failed() ? Truth::failed : truth_of(count == 1 && has_value);
}

bool visit_get_value(Evaluation& evaluation, const Node& node, const Scope& scope, Sink sink) {
  Item item;
  int count = 0;
  evaluation.visit_input(node, scope, [&](const Item& found) {
    item = found;
    return ++count == 1;
  });
  if (evaluation.failed()) return false;
  if (count != 1 || !has_primitive_value(item)) return true;
  const auto value = to_system(item);
  return !value || sink(*value);
}

/// What a reference says: the characters of a string, uri or canonical, or Reference.reference.
std::string_view reference_of(const Item& item) {
  static const std::uint32_t k_reference_hash = name_hash("reference");
  if (item.kind() == ItemKind::string) return item.string();
  const Element* element = item.element();
  if (element == nullptr || element->value == nullptr) return {};
  if (!element->value->is_object()) return element->value->string();
  const json::Value* reference = element->value->find("reference", k_reference_hash);
  return reference != nullptr ? reference->string() : std::string_view{};
}

/// `#id`: the contained resource of that id, `#` alone the container.
std::optional<Element> find_contained(const Environment& environment, std::string_view id) {
  const bool has_root = environment.root_resource.value != nullptr;
  const Element& container = has_root ? environment.root_resource : environment.resource;
  if (id.empty()) return container.value != nullptr ? std::optional(container) : std::nullopt;
  std::optional<Element> found;
  for_each_child_named(container, "contained", name_hash("contained"), [&](const Element& child) {
    if (child.value != nullptr && child.value->string_at("id") == id) found = child;
    return !found.has_value();
  });
  return found;
}

/// References that cannot be resolved are passed over.
bool visit_resolve(Evaluation& evaluation, const Node& node, const Scope& scope, Sink sink) {
  return evaluation.visit_input(node, scope, [&](const Item& item) {
    const std::string_view reference = reference_of(item);
    if (reference.empty()) return true;
    if (!evaluation.spend()) return false;
    const Environment& environment = evaluation.environment();
    std::optional<Element> target;
    if (reference.starts_with('#')) target = find_contained(environment, reference.substr(1));
    if (!target && environment.resolver != nullptr)
      target = environment.resolver->resolve(reference);
    return !target || sink(Item(*target));
  });
}

Truth truth_html_checks(Evaluation& evaluation, const Node& node, const Scope& scope) {
  Item keep;
  std::string_view text;
  const Found found = evaluation.string_input(node, scope, keep, text);
  if (found != Found::one) return found == Found::none ? Truth::empty : Truth::failed;
  if (!evaluation.spend_bytes(text.size() * 4)) return Truth::failed;
  return truth_of(html_checks(text));
}

constexpr Function k_functions[] = {
    {"extension", 1, 1, visit_extension},
    {"hasValue", 0, 0, visit_truth, truth_has_value},
    {"getValue", 0, 0, visit_get_value},
    {"resolve", 0, 0, visit_resolve},
    {"htmlChecks", 0, 0, visit_truth, truth_html_checks},
};

}  // namespace

std::span<const Function> fhir_functions() { return k_functions; }

}  // namespace fhir::fhirpath
