// What the claims of an outside token allow here, and to whom.
#pragma once

#include <functional>
#include <string_view>

#include "fhir/formats/json_value.h"
#include "src/security/grants.h"
#include "src/security/issuer.h"

namespace server::security {

/// The grant that verified claims amount to. A user without a role that is known here gets no
/// user/ scope, a patient or a related person sees the patients that the token names, and system/
/// scopes are for clients that act for themselves.
///
/// base_url      of this server: whose resources `fhirUser` may be
/// is_enforced   whether a scope is one that can be
Grant grant_of_claims(const Issuer& issuer, const fhir::json::Value& claims,
                      std::string_view base_url,
                      const std::function<bool(const Scope&)>& is_enforced);

}  // namespace server::security
