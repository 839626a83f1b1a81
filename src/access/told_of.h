// Resources of which others tell whether they are withheld: what was done to a resource, or what
// belongs to it, is as sensitive as that resource. https://hl7.org/fhir/R4/provenance.html
// https://hl7.org/fhir/R4/auditevent.html https://hl7.org/fhir/R4/binary.html
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/definitions/definition_store.h"

namespace server::access {

/// Whether a type is withheld with any of what it leads to: a Provenance and an AuditEvent tell of
/// it, and a Binary has it as its `securityContext`. For hot paths: nothing is looked up.
inline bool is_withheld_with_others(std::string_view type) {
  return type == "Provenance" || type == "AuditEvent" || type == "Binary";
}

/// Codes of the reference parameters by which a search finds what a resource of the type leads to
/// so. None for other types, and for Binary, which nothing finds by its context.
std::span<const std::string_view> leading_parameters(std::string_view type);

struct Led {
  std::string type, id;
};

/// What a resource leads to so, if it is one of this server's. What stands elsewhere under the same
/// type and id is taken for ours: that withholds the more. Not led to are resources that are
/// withheld with others themselves.
///
/// body   FHIR JSON
std::vector<Led> led_to(std::string_view type, std::string_view body,
                        const fhir::DefinitionStore& definitions);

}  // namespace server::access
