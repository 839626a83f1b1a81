// The parameter `context` of ValueSet's operations: an element of a profile, whose binding names
// the value set. https://hl7.org/fhir/R4/valueset-operation-expand.html
#pragma once

#include <string>

#include "fhir/base/result.h"
#include "src/operations/operation.h"
#include "src/operations/parameters.h"

namespace server::operations {

/// "[Structure Definition URL]#[name or path into structure definition]": the path, the id, or the
/// name of the slice of an element. What flows in and what flows out is bound alike, so that
/// contextDirection is checked and changes nothing.
///
/// returns   the canonical of the value set; empty: there is no `context`
/// errors    value: not of that form, or a direction of another name · not-found: no such profile
/// or
///           element, or no value set is bound to it
fhir::Result<std::string> canonical_in_context(const Services& services,
                                               const Parameters& parameters);

}  // namespace server::operations
