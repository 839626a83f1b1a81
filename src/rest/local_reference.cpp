#include "src/rest/local_reference.h"

#include "fhir/model/element.h"
#include "src/rest/path.h"
#include "src/search/reference_text.h"

namespace server::rest {
namespace {

void walk(const Call& call, const fhir::Element& element,
          const std::function<void(const LocalReference&)>& visit) {
  fhir::for_each_child(element, [&](std::string_view name, const fhir::Element& child) {
    if (name == "reference" && element.type != nullptr && element.type->name == "Reference") {
      if (const auto target = local_reference(call, child.text())) visit(*target);
    } else {
      walk(call, child, visit);
    }
    return true;
  });
}

}  // namespace

std::optional<LocalReference> local_reference(const Call& call, std::string_view reference) {
  constexpr std::string_view k_history = "/_history/";
  reference = search::below_base(reference, call.options->base_url).value_or(reference);
  const std::size_t slash = reference.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  LocalReference found{reference.substr(0, slash), reference.substr(slash + 1), {}};
  if (const std::size_t history = found.id.find(k_history); history != std::string_view::npos) {
    found.version = found.id.substr(history + k_history.size());
    found.id = found.id.substr(0, history);
  }
  const fhir::TypeSchema* known = call.snapshot->definitions().type(found.type);
  if (known == nullptr || known->kind != fhir::TypeKind::resource || !is_id(found.id))
    return std::nullopt;
  return found;
}

void for_each_local_reference(const Call& call, const fhir::json::Value& resource,
                              const std::function<void(const LocalReference&)>& visit) {
  walk(call, fhir::root_element(resource, call.snapshot->definitions()), visit);
}

}  // namespace server::rest
