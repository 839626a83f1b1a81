// An interaction as an AuditEvent. https://hl7.org/fhir/R4/auditevent.html
// https://profiles.ihe.net/ITI/BALP/content.html#322-restful-activities
#pragma once

#include <string>
#include <string_view>

#include "src/audit/occurrence.h"

namespace server::audit {

/// The event as JSON, without id, meta and what ties it to others.
///
/// server   URL of the FHIR endpoint
std::string audit_event(const Occurrence& occurrence, std::string_view server);

}  // namespace server::audit
