// A browser by which users have logged in before, as a cookie of it tells.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "src/security/environment.h"

namespace server::security {

/// What the cookie holds is sealed: nobody but this server can make one. It proves nothing but that
/// failures of this browser are counted apart (see Attempts).
class Device {
 public:
  /// A new one when the cookie is none of ours, or too old.
  static Device of_cookie(const Environment& environment, std::string_view cookie);

  bool knows(std::string_view user) const;
  /// Adds a user who has logged in; of many the first is forgotten.
  void add(std::string_view user);
  std::string cookie(const Environment& environment) const;
  const std::string& id() const { return id_; }

 private:
  std::string id_;
  std::vector<std::string> users_;  // hashes of names
};

}  // namespace server::security
