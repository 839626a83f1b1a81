#include "src/rest/authorize.h"

#include <algorithm>
#include <array>

#include "src/access/guarded_query.h"

namespace server::rest {
namespace {

/// Operations that meet data only by way of the store that the token guards. One that is not named
/// here is refused: that is what becomes of a new one until somebody has looked.
constexpr auto k_guarded = std::to_array<std::string_view>({
    "batch-validate-code",
    "convert",
    "diff",
    "docref",
    "document",
    "everything",
    "expand",
    "export",
    "fhirpath",
    "find-matches",
    "graphql",
    "import",
    "lastn",
    "lookup",
    "match",
    "meta",
    "meta-add",
    "meta-delete",
    "preferred-id",
    "process-message",
    "random-uuid",
    "snapshot",
    "stats",
    "subsumes",
    "translate",
    "validate",
    "validate-code",
    "versions",
});

/// Operations that work on what they are sent and on the definitions.
constexpr auto k_without_data = std::to_array<std::string_view>({
    "convert",
    "fhirpath",
    "import",  // asks for its own rights, which are to write
    "snapshot",
    "validate",
    "versions",
});

template <std::size_t n>
bool is_among(const std::array<std::string_view, n>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

fhir::Unexpected<Failure> forbidden(std::string text) {
  return fhir::unexpected(failure(
      fhir::make_issue(fhir::Situation::refused, fhir::IssueType::forbidden, std::move(text))));
}

}  // namespace

bool is_public(const Route& route) { return route.interaction == "capabilities"; }

fhir::Result<void, Failure> authorize(const Call& call, const Route& route) {
  if (call.access == nullptr || is_public(route)) return {};
  if (!call.access->has_resources()) return forbidden("The token has no scope of resources");
  if (call.operation.empty()) return {};
  if (!is_among(k_guarded, call.operation))
    return forbidden("With authorization $" + std::string(call.operation) + " is not available");
  if (!call.access->operates(call.operation, call.type))
    return forbidden("This role does not allow $" + std::string(call.operation));
  if (call.type.empty() || is_among(k_without_data, call.operation)) return {};
  for (const security::Right right : {security::right_read, security::right_search}) {
    if (call.access->permission(call.type, right).extent != access::Extent::none) return {};
  }
  return forbidden(access::not_allowed("read", call.type, security::right_read, *call.access));
}

}  // namespace server::rest
