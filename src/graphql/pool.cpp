#include "src/graphql/pool.h"

#include "src/graphql/limits.h"

namespace server::graphql {
namespace {

fhir::Unexpected<Issues> too_costly(std::string text) {
  return fhir::unexpected(Issues{fhir::make_issue(fhir::IssueType::too_costly, std::move(text))});
}

}  // namespace

ResourceResult Pool::add(std::string body) {
  bytes_ += body.size();
  if (resources_.size() >= k_resources_max || bytes_ > k_resource_bytes_max)
    return too_costly("The query asks for too many resources: ask for fewer, or page by page");
  auto document = fhir::json::Document::read(std::move(body));
  if (!document) return fhir::unexpected(Issues{std::move(document).error()});
  Resource& made = resources_.emplace_back(*std::move(document));
  made.root = fhir::root_element(made.document.root(), definitions_);
  return &made;
}

ResourceResult Pool::read(const Address& address) {
  auto key = std::tuple(address.type, address.id, address.version);
  if (const auto known = by_address_.find(key); known != by_address_.end()) return known->second;
  FHIR_TRY(body, source_.read(address));
  FHIR_TRY(made, add(std::move(body)));
  by_address_.emplace(std::move(key), made);
  return made;
}

fhir::Result<Found, Issues> Pool::search(const Search& search) {
  if (++searches_ > k_searches_max)
    return too_costly("The query asks for too many searches: ask for fewer, or page by page");
  return source_.search(search);
}

}  // namespace server::graphql
