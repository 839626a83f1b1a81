// Maps that RxNorm implies: by codes that share an RXCUI, else through the ingredients, forms and
// brands that its relationships lead to.
// https://www.nlm.nih.gov/research/umls/rxnorm/docs/techdoc.html
#pragma once

#include <memory>
#include <vector>

#include "terminology/concept_map.h"
#include "terminology/release/release_code_system.h"

namespace terminology::maps {

/// One map for each ordered pair of RxNorm, SNOMED CT, NDC, ATC and CVX of which the release has
/// codes; their urls are `http://www.nlm.nih.gov/research/umls/rxnorm?fhir_cm=snomed-rxnorm` and so
/// on, their version is the release's.
///
/// Equivalence, of the target to the source: equivalent for a shared RXCUI, but a package (NDC) is
/// narrower than the drug in it; wider when more general concepts lead to the target (the tablet's
/// ingredient), narrower when only more special ones do. The nearest concepts that have a code
/// count.
///
/// rxnorm   a release that read_rxnorm() made
std::vector<std::unique_ptr<const ConceptMap>> rxnorm_maps(
    std::shared_ptr<const release::ReleaseCodeSystem> rxnorm);

}  // namespace terminology::maps
