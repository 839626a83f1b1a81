// Executes an expression constraint against an edition: a set at a time, on bitmaps.
// https://docs.snomed.org/snomed-ct-specifications/snomed-ct-expression-constraint-language
#pragma once

#include <cstddef>
#include <functional>

#include "fhir/base/result.h"
#include "terminology/concept_set.h"
#include "terminology/ecl/limits.h"
#include "terminology/ecl/substrate.h"
#include "terminology/ecl/syntax.h"

namespace terminology::ecl {

struct EvaluateOptions {
  std::size_t steps_max = k_steps_max;
  std::function<bool()> is_late = {};  // asked now and then; true ends it
};

/// The concepts that satisfy the expression. "By default, both active and inactive concepts are
/// included in the substrate"; hierarchy and refinements reach active ones only. A concept that the
/// edition does not have satisfies nothing.
///
/// errors   not-found: a dialect or a field of a reference set that the edition does not know ·
///          not-supported: fields of a reference set none of which holds concepts are to be given ·
///          too-costly: passes steps_max · timeout: is_late
fhir::Result<ConceptSet> evaluate(const Expression& expression, const Substrate& substrate,
                                  const EvaluateOptions& options = {});

}  // namespace terminology::ecl
