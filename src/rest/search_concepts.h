// The terminology as a search asks it: over the snapshot's, and the value sets that are stored.
// https://hl7.org/fhir/R4/search.html#token
#pragma once

#include "src/rest/context.h"
#include "src/search/concepts.h"

namespace terminology {
class ValueSet;
}

namespace server::rest {

/// Lives as long as the call's snapshot.
class SearchConcepts final : public search::Concepts {
 public:
  using Codes = std::vector<search::ConceptCode>;

  explicit SearchConcepts(const Call& call) : call_(call) {}

  fhir::Result<Codes> members(std::string_view reference,
                              const fhir::SearchParameter& parameter) const override;
  fhir::Result<Codes> at_or_below(std::string_view system, std::string_view code,
                                  const fhir::SearchParameter& parameter) const override;
  fhir::Result<Codes> at_or_above(std::string_view system, std::string_view code,
                                  const fhir::SearchParameter& parameter) const override;

 private:
  enum class Way : std::uint8_t { up, down };
  fhir::Result<Codes> walk(std::string_view system, std::string_view code, Way way,
                           const fhir::SearchParameter& parameter) const;
  fhir::Result<Codes> codes_of(const terminology::ValueSet& set,
                               const fhir::SearchParameter& parameter) const;
  fhir::Result<std::vector<std::string>> in_use(const fhir::SearchParameter& parameter) const;
  fhir::Result<std::string> stored_value_set(std::string_view reference) const;

  const Call& call_;
};

}  // namespace server::rest
