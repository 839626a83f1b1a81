// A browser's visit at the authorization server's pages.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "src/security/environment.h"

namespace server::security {

struct Session {
  std::string cookie;        // what the browser holds
  std::string id;            // stays when the cookie changes; what belongs to the visit names it
  std::string before;        // the id of the visit of nobody that it was until the login
  std::string csrf;          // every form of the visit carries it
  std::string user;          // whose password was right; empty: nobody's yet
  bool is_complete = false;  // whether the second factor was, or none is asked
  std::int64_t authenticated_at = 0;  // UTC ms
  std::string agent;                  // the browser, as it names itself
  std::int64_t version = 0;

  bool is_logged_in() const { return !user.empty() && is_complete; }
};

/// Thread-safe.
class Sessions {
 public:
  explicit Sessions(const Environment& environment) : environment_(environment) {}

  /// A visit of nobody; the browser alone holds it, and only for as long as a request may be under
  /// way.
  Session start() const;
  /// Nothing as well when its user was removed or disabled, or has got another password since the
  /// login.
  fhir::Result<std::optional<Session>> find(std::string_view cookie) const;
  /// Keeps what has changed under a new cookie and a new csrf, so that those that were known before
  /// the login are of no use after it. A visit of nobody gets a new id as well.
  fhir::Result<Session> renew(Session session);
  fhir::Result<void> end(const Session& session);

  /// The visits in which a user has logged in, without their cookies.
  fhir::Result<std::vector<Session>> sessions_of(std::string_view user) const;
  /// Ends one of a user's visits by its id, or all but one.
  fhir::Result<void> end_one(std::string_view user, std::string_view id);
  fhir::Result<void> end_others(std::string_view user, std::string_view but);

 private:
  template <class Wanted>
  fhir::Result<void> end_where(std::string_view user, Wanted&& wanted);

  Environment environment_;
};

}  // namespace server::security
