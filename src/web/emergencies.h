// Who may break the glass on this server, and on what terms: what the operation and the pages
// share.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>

#include "src/http/message.h"
#include "src/policy/role_files.h"
#include "src/security/emergency.h"
#include "src/security/grants.h"

namespace server::web {

struct Emergencies {
  std::shared_ptr<const policy::RoleFiles> roles;  // null: nobody may
  std::int64_t lasts_ms_max = 0;
  /// Records that the glass was broken; empty without an audit trail: then it cannot be.
  std::function<void(const security::Grant&, const http::Request&)> tell = {};

  /// Of that role; null: its users have none, or nobody has.
  const policy::Emergency* of(std::string_view role) const {
    return roles == nullptr || !tell ? nullptr : policy::emergency_of(*roles, role);
  }

  std::int64_t lasts_ms(const policy::Emergency& one) const {
    return one.seconds == 0 ? lasts_ms_max : std::min(lasts_ms_max, one.seconds * 1000);
  }
};

}  // namespace server::web
