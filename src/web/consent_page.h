// What an app asks for, as boxes that a user may leave checked.
#pragma once

#include <string>

#include "src/security/authorization.h"

namespace server::web {

/// The form's content: a box for each scope, and below types that have categories a box for each
/// category, to grant those alone.
std::string consent_form(const security::Transaction& transaction, const security::Session& session,
                         std::string_view user, security::Rights most);

}  // namespace server::web
