// The people who may log in at the authorization server's pages.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "src/security/attempts.h"
#include "src/security/environment.h"

namespace server::security {

struct User {
  std::string name;       // what is typed at the login
  std::string subject;    // random, never reused: `sub` of tokens
  std::string fhir_user;  // `Practitioner/1`: the resource that is this user; may be empty
  std::string role;       // one of security::k_roles
  /// For a patient's or a related person's user: whose records it may see, by id.
  std::vector<std::string> patients;
  bool is_disabled = false;  // then nobody can log in as this user
  std::string password_hash;
  std::int64_t password_set_at = 0;     // UTC ms: logins before it count no longer
  std::string totp_sealed;              // empty: no second factor
  std::int64_t totp_after = 0;          // the step of the last code that was accepted
  std::vector<std::string> recoveries;  // hashes of the codes that are left

  /// Whether the user sees the records of `patients` alone.
  bool is_patient() const { return role == "patient"; }
  bool has_second_factor() const { return !totp_sealed.empty(); }
};

enum class Login : std::uint8_t { accepted, refused, locked };

/// What the enrolment of a second factor shows once.
struct SecondFactor {
  std::string secret_text;  // base32
  std::string uri;          // otpauth://
  std::vector<std::string> recovery_codes;
};

/// A second factor that a user is about to have, once an authenticator has shown a code of it.
struct ProposedFactor {
  std::string secret_text;  // base32
  std::string uri;          // otpauth://
  std::string sealed;       // for the form that comes back with the code
};

/// Thread-safe.
class Users {
 public:
  explicit Users(const Environment& environment) : environment_(environment) {}

  /// Whether the role is one that this server can hold to its limits.
  static bool is_role(std::string_view role);

  /// errors   invalid: the name, the role, fhirUser or the password will not do · duplicate
  fhir::Result<void> add(User user, std::string_view password);
  fhir::Result<std::optional<User>> find(std::string_view name) const;
  fhir::Result<std::vector<User>> all() const;
  /// These end whatever was granted in the user's name, and the user's visits: they count no longer
  /// from the moment on that this returns.
  ///
  /// returns   whether there was one
  fhir::Result<bool> remove(std::string_view name);
  fhir::Result<bool> set_password(std::string_view name, std::string_view password);
  /// A disabled user is as one that is not there, until it is enabled again.
  fhir::Result<bool> set_disabled(std::string_view name, bool is_disabled);
  /// Lets whoever has to wait after failures try again at once.
  fhir::Result<bool> unlock(std::string_view name);

  /// The password alone. Failures are counted, of this and of the second factor together.
  fhir::Result<Login> check_password(std::string_view name, std::string_view password,
                                     const Origin& origin = {});
  /// A code of the authenticator, or a recovery code, which is used up.
  fhir::Result<Login> check_second_factor(std::string_view name, std::string_view code,
                                          const Origin& origin = {});
  /// Gives the user a new second factor in place of any other; nothing when there is no such user.
  fhir::Result<std::optional<SecondFactor>> enroll(std::string_view name);
  /// The same in two steps, by the user: the second takes a code of the authenticator, and gives
  /// the recovery codes; nothing when it is wrong, or the first was another user's.
  ///
  /// visit   a secret of the visit, the same in both
  ProposedFactor propose(const User& user, std::string_view visit) const;
  fhir::Result<std::optional<std::vector<std::string>>> accept(std::string_view name,
                                                               std::string_view sealed,
                                                               std::string_view visit,
                                                               std::string_view code);
  /// New ones in place of those that are left.
  fhir::Result<std::vector<std::string>> renew_recovery_codes(std::string_view name);
  fhir::Result<void> remove_second_factor(std::string_view name);

 private:
  enum class Found : std::uint8_t { wrong, right, right_and_done };
  template <class Judge>
  fhir::Result<Login> attempt(std::string_view name, const Origin& origin, Stage stage,
                              Judge&& judge);
  /// Changes a user; nothing when there is none. Tried again when another change came between.
  template <class Change>
  fhir::Result<bool> change(std::string_view name, Change&& change);

  Environment environment_;
};

}  // namespace server::security
