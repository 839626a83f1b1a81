// The role files that are in force: those of the program, or those of a folder.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "src/policy/role_file.h"

namespace server::policy {

using RoleFiles = std::vector<RoleFile>;

/// Those that profiles/roles holds, compiled into the program.
fhir::Result<std::shared_ptr<const RoleFiles>> default_role_files();

/// All files `*.json` of a folder, in place of the program's: a role without a file may do nothing.
///
/// errors   not-found: no such folder, or none in it · as of read_role_file() · duplicate: a role
///          has two
fhir::Result<std::shared_ptr<const RoleFiles>> read_role_files(const std::string& folder);

/// What that role may do in an emergency; null: its users have none.
const Emergency* emergency_of(const RoleFiles& files, std::string_view role);

}  // namespace server::policy
