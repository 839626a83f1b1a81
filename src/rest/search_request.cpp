#include "src/rest/search_request.h"

#include <chrono>

namespace server::rest {

std::int64_t now_utc_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

fhir::Result<search::Query, Failure> parse_search(
    const Call& call, std::string_view type,
    std::span<const std::pair<std::string, std::string>> parameters, search::Handling handling) {
  search::ParseOptions options;
  options.handling = handling;
  options.base_url = call.options->base_url;
  options.now_utc_ms = now_utc_ms();
  options.count_default = call.options->page_default;
  options.count_max = call.options->page_max;
  options.allow_chains = true;
  return search::parse_query(type, parameters, call.snapshot->definitions(), options);
}

}  // namespace server::rest
