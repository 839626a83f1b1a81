// The filters that SNOMED CT has beside those of every code system.
// https://hl7.org/fhir/R4/snomedct.html#4.3.1.0.5
#include "terminology/ecl/evaluate.h"
#include "terminology/ecl/parse.h"
#include "terminology/snomed/edition.h"

namespace terminology::snomed {

std::optional<fhir::Result<ConceptSet>> Edition::select(std::string_view property,
                                                        std::string_view op,
                                                        std::string_view value) const {
  if ((property == "constraint" || property == "expression") && op == "=") {
    auto expression = ecl::parse(value);
    if (!expression)
      return fhir::Result<ConceptSet>(fhir::unexpected(std::move(expression).error()));
    return ecl::evaluate(*expression, *this);
  }
  if (property != "concept" || op != "in") return std::nullopt;
  const ConceptId id = ReleaseCodeSystem::find(value);
  const ecl::ReferenceSet* set = id != k_no_concept ? reference_set(id) : nullptr;
  if (set == nullptr)
    return fhir::Result<ConceptSet>(fhir::unexpected(
        fhir::make_issue(fhir::Situation::unprocessable, fhir::IssueType::not_found,
                         "The edition has no reference set '" + std::string(value) + "'")));
  ConceptSet members(size());
  for (std::uint32_t i = 0; i < set->count; ++i) {
    const ecl::Member item = member(set->first + i);
    if (item.is_active) members.add(item.referenced);
  }
  return fhir::Result<ConceptSet>(std::move(members));
}

}  // namespace terminology::snomed
