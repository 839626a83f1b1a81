// The terminology as a search asks it: over the snapshot's, and the value sets that are stored.
// https://hl7.org/fhir/R4/search.html#token
#pragma once

#include "src/rest/context.h"
#include "src/search/concepts.h"

namespace server::rest {

/// Lives as long as the call's snapshot.
class SearchConcepts final : public search::Concepts {
 public:
  explicit SearchConcepts(const Call& call) : call_(call) {}

  fhir::Result<std::vector<search::ConceptCode>> members(std::string_view reference) const override;
  fhir::Result<std::vector<search::ConceptCode>> at_or_below(std::string_view system,
                                                             std::string_view code) const override;
  fhir::Result<std::vector<search::ConceptCode>> at_or_above(std::string_view system,
                                                             std::string_view code) const override;

 private:
  enum class Way : std::uint8_t { up, down };
  fhir::Result<std::vector<search::ConceptCode>> walk(std::string_view system,
                                                      std::string_view code, Way way) const;
  fhir::Result<std::string> stored_value_set(std::string_view reference) const;

  const Call& call_;
};

}  // namespace server::rest
