// The parts of a page by which a patient is chosen.
#pragma once

#include <string>
#include <vector>

#include "src/security/users.h"
#include "src/web/visit.h"

namespace server::web {

/// Those whom the user may choose: a patient's user its own, others by the name in `name`.
fhir::Result<std::vector<security::PatientChoice>> patients_for(const Visit& visit,
                                                                const security::User& user,
                                                                security::Glass glass);

/// A form that looks for a name. `carried`: hidden fields.
std::string patient_search(const Visit& visit, std::string_view action, std::string_view carried);

/// A radio button for each, and the button that chooses; for within a form.
std::string patient_boxes(const std::vector<security::PatientChoice>& choices);

}  // namespace server::web
