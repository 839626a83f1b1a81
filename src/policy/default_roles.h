// The files of profiles/roles as the build found them; CMakeLists.txt makes the other half.
#pragma once

#include <span>
#include <string_view>

namespace server::policy {

struct DefaultRole {
  std::string_view name;  // of the file
  std::string_view text;
};

std::span<const DefaultRole> default_roles();

}  // namespace server::policy
