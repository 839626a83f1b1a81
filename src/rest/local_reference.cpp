#include "src/rest/local_reference.h"

#include "src/rest/path.h"

namespace server::rest {

std::optional<LocalReference> local_reference(const Call& call, std::string_view reference) {
  constexpr std::string_view k_history = "/_history/";
  const std::string& base = call.options->base_url;
  if (reference.starts_with(base) && reference.substr(base.size()).starts_with('/'))
    reference.remove_prefix(base.size() + 1);
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

}  // namespace server::rest
