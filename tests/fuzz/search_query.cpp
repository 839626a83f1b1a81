// Any query string parsed as a search: it may not crash or pass a limit, and the self link of what
// was accepted must be accepted again and say the same. The first byte chooses the type and the
// handling.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string_view>

#include "src/search/percent.h"
#include "src/search/query_parser.h"
#include "tests/fuzz/core.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace server::search;
  static const std::shared_ptr<const fhir::DefinitionStore> k_definitions = fuzz::load_core();
  if (size == 0) return 0;
  constexpr std::string_view k_types[] = {"Patient", "Observation", "MolecularSequence",
                                          "RiskAssessment"};
  const std::string_view type = k_types[data[0] % 4];
  ParseOptions options;
  options.handling = (data[0] & 4) != 0 ? Handling::lenient : Handling::strict;
  options.base_url = "http://a/fhir";
  options.allow_chains = (data[0] & 8) != 0;
  const auto parameters = split_query({reinterpret_cast<const char*>(data) + 1, size - 1});
  if (!parameters) return 0;
  const auto query = parse_query(type, *parameters, *k_definitions, options);
  if (!query) return 0;
  options.handling = Handling::strict;
  const auto again = split_query(query->self);
  if (!again) std::abort();
  const auto same = parse_query(type, *again, *k_definitions, options);
  if (!same || same->self != query->self || same->criteria.size() != query->criteria.size())
    std::abort();
  return 0;
}
