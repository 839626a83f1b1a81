// The choice of an emergency on the pages before an app is launched.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "src/security/users.h"
#include "src/web/visit.h"

namespace server::web {

/// A form by which the user declares an emergency; empty for who may not.
///
/// carried   hidden fields that say where it goes on
std::string emergency_choice(const Visit& visit, const security::User& user,
                             std::string_view carried);

/// What a page of an emergency says first; empty when there is none.
std::string emergency_banner(const Visit& visit, const security::User& user,
                             const security::DeclaredEmergency& emergency);

/// For the grant of a request of an emergency; nothing for a user who may have none.
std::optional<security::EmergencyTerms> emergency_terms(const Visit& visit,
                                                        const security::User& user);

/// The emergency that the form names as one of this visit; none when it names none.
fhir::Result<security::DeclaredEmergency> emergency_of(const Visit& visit);

}  // namespace server::web
