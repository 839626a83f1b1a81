// :in, :not-in, :above and :below on tokens: what the client wrote becomes the codes that it stands
// for. https://hl7.org/fhir/R4/search.html#token
#pragma once

#include "fhir/base/result.h"
#include "src/search/concepts.h"
#include "src/search/query.h"

namespace server::search {

/// Replaces the alternatives of a token criterion with one of these modifiers by those codes; the
/// modifier becomes none, or not_ for :not-in. Leaves every other criterion as it is.
///
/// errors     those of Concepts · not-supported: `concepts` is null · value: :above or :below of a
///            code without a system
fhir::Result<void> expand_concepts(Criterion& criterion, const Concepts* concepts);

}  // namespace server::search
