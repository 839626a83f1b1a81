#include "src/security/users.h"

#include <algorithm>
#include <array>

#include "src/security/grants.h"
#include "src/security/json_fields.h"
#include "src/security/one_time_code.h"
#include "src/security/password.h"
#include "src/security/roles.h"
#include "src/security/secrets.h"

namespace server::security {
namespace {

using fhir::IssueType;
using fhir::json::Builder;

constexpr std::string_view k_kind = "user";
constexpr std::size_t k_name_bytes_max = 128;
constexpr std::size_t k_password_bytes_min = 8;
constexpr int k_attempts_max = 10;  // of a change that others keep overtaking
constexpr std::string_view k_product = "MediSync";
constexpr std::uint32_t k_page = 200;

fhir::Unexpected<fhir::Issue> refuse(IssueType type, std::string text) {
  return fhir::unexpected(fhir::make_issue(type, std::move(text)));
}

std::string place_of(const User& user) { return "totp/" + user.subject; }

/// What was proposed is good for the same user in the same visit.
std::string proposed_place(const User& user, std::string_view visit) {
  return "proposed-" + place_of(user) + "/" + token_hash(visit);
}

std::string text_of(const User& user) {
  std::string text;
  Builder out(text);
  out.begin_object().string("subject", user.subject).string("role", user.role);
  append_some(out, "fhirUser", user.fhir_user);
  append_strings(out, "patients", user.patients);
  out.string("password", user.password_hash).number("passwordSetAt", user.password_set_at);
  append_some(out, "totp", user.totp_sealed);
  out.number("totpAfter", user.totp_after);
  append_strings(out, "recoveries", user.recoveries);
  if (user.is_disabled) out.boolean("disabled", true);
  out.end_object();
  return text;
}

fhir::Result<User> user_of(std::string_view name, const std::string& text) {
  FHIR_TRY(document, fhir::json::Document::read(text));
  const fhir::json::Value& json = document.root();
  User user;
  user.name = name;
  user.subject = json.string_at("subject");
  user.role = json.string_at("role");
  user.fhir_user = json.string_at("fhirUser");
  user.patients = strings_at(json, "patients");
  user.password_hash = json.string_at("password");
  user.password_set_at = integer_at(json, "passwordSetAt").value_or(0);
  user.totp_sealed = json.string_at("totp");
  user.totp_after = integer_at(json, "totpAfter").value_or(0);
  user.recoveries = strings_at(json, "recoveries");
  user.is_disabled = is_true_at(json, "disabled");
  return user;
}

bool is_id(std::string_view text) {
  return !text.empty() && text.size() <= 64 && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.';
  });
}

/// "fhirUser … Patient, Practitioner, RelatedPerson, or Person" and PractitionerRole.
bool is_fhir_user(std::string_view text) {
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos || !is_id(text.substr(slash + 1))) return false;
  const std::string_view type = text.substr(0, slash);
  return type == "Patient" || type == "Practitioner" || type == "RelatedPerson" || type == "Person";
}

bool is_name(std::string_view text) {
  return !text.empty() && text.size() <= k_name_bytes_max &&
         std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c != 0x7f; });
}

fhir::Result<void> check_length(std::string_view password) {
  if (password.size() < k_password_bytes_min || password.size() > k_password_bytes_max)
    return refuse(IssueType::invalid, "A password has 8 to 1024 characters");
  return {};
}

}  // namespace

bool Users::is_role(std::string_view role) { return security::is_role(role); }

fhir::Result<void> Users::add(User user, std::string_view password) {
  if (!is_name(user.name))
    return refuse(IssueType::invalid, "A user's name has 1 to 128 characters and no space");
  if (!is_role(user.role))
    return refuse(IssueType::invalid, "A role is one of " + std::string(k_roles_text));
  if (!user.fhir_user.empty() && !is_fhir_user(user.fhir_user))
    return refuse(IssueType::invalid,
                  "fhirUser is a Patient, Practitioner, RelatedPerson or Person, "
                  "as Patient/ID");
  if (user.fhir_user.starts_with("Patient/") && user.is_patient()) {
    const std::string own = user.fhir_user.substr(8);
    if (std::find(user.patients.begin(), user.patients.end(), own) == user.patients.end())
      user.patients.push_back(own);
  }
  for (const std::string& patient : user.patients) {
    if (!is_id(patient)) return refuse(IssueType::invalid, "A patient is told by the id alone");
  }
  if (user.is_patient() && user.patients.empty())
    return refuse(IssueType::invalid, "A user of the role patient needs a patient");
  FHIR_CHECK(check_length(password));
  user.subject = random_token().substr(0, 22);
  user.password_hash = hash_password(password, environment_.options.password_cost);
  user.password_set_at = environment_.now_ms();
  FHIR_TRY(done, environment_.records.put(k_kind, user.name, text_of(user), 0, 0));
  if (!done) return refuse(IssueType::duplicate, "There is a user of that name");
  return {};
}

fhir::Result<std::optional<User>> Users::find(std::string_view name) const {
  FHIR_TRY(record, environment_.records.get(k_kind, name));
  if (!record) return std::optional<User>();
  FHIR_TRY(user, user_of(name, record->value));
  return std::optional<User>(std::move(user));
}

fhir::Result<std::vector<User>> Users::all() const {
  std::vector<User> users;
  std::string after;
  for (;;) {
    FHIR_TRY(page, environment_.records.list(k_kind, after, k_page));
    for (const auto& [name, record] : page) {
      FHIR_TRY(user, user_of(name, record.value));
      users.push_back(std::move(user));
    }
    if (page.size() < k_page) return users;
    after = page.back().first;
  }
}

namespace {

/// Ends at once what was granted in a user's name.
fhir::Result<void> end_grants(const Environment& environment, std::string_view name) {
  Grants grants(environment);
  FHIR_TRY(all, grants.grants_of(name));
  for (const Grant& grant : all) FHIR_CHECK(grants.revoke(grant.id));
  return {};
}

}  // namespace

template <class Change>
fhir::Result<bool> Users::change(std::string_view name, Change&& change) {
  for (int round = 0; round < k_attempts_max; ++round) {
    FHIR_TRY(record, environment_.records.get(k_kind, name));
    if (!record) return false;
    FHIR_TRY(user, user_of(name, record->value));
    change(user);
    FHIR_TRY(done, environment_.records.put(k_kind, name, text_of(user), 0, record->version));
    if (done) return true;
  }
  return refuse(IssueType::conflict, "The user was changed meanwhile; try again");
}

fhir::Result<bool> Users::remove(std::string_view name) {
  FHIR_TRY(record, environment_.records.take(k_kind, name));
  FHIR_CHECK(end_grants(environment_, name));
  FHIR_CHECK(Attempts(environment_).forget(name));
  return record.has_value();
}

fhir::Result<bool> Users::set_password(std::string_view name, std::string_view password) {
  FHIR_CHECK(check_length(password));
  const std::string hash = hash_password(password, environment_.options.password_cost);
  FHIR_TRY(done, change(name, [&](User& user) {
             user.password_hash = hash;
             user.password_set_at = environment_.now_ms();
           }));
  if (!done) return false;
  FHIR_CHECK(end_grants(environment_, name));
  FHIR_CHECK(Attempts(environment_).forget(name));
  return true;
}

fhir::Result<bool> Users::set_disabled(std::string_view name, bool is_disabled) {
  FHIR_TRY(done, change(name, [&](User& user) { user.is_disabled = is_disabled; }));
  if (done && is_disabled) FHIR_CHECK(end_grants(environment_, name));
  return done;
}

fhir::Result<bool> Users::unlock(std::string_view name) {
  FHIR_TRY(user, find(name));
  FHIR_CHECK(Attempts(environment_).forget(name));
  return user.has_value();
}

/// The failure is counted before it is judged, and taken back when there was none: many attempts at
/// once have no more tries than one after the other. Of a name that nobody has it is counted as
/// well, in the same time.
template <class Judge>
fhir::Result<Login> Users::attempt(std::string_view name, const Origin& origin, Stage stage,
                                   Judge&& judge) {
  Attempts attempts(environment_);
  FHIR_TRY(may, attempts.begin(name, origin, stage));
  if (!may) return Login::locked;
  FHIR_TRY(record, environment_.records.get(k_kind, name));
  if (!record) return Login::refused;
  FHIR_TRY(user, user_of(name, record->value));
  if (user.is_disabled) return Login::refused;
  const Found found = judge(user);
  if (found == Found::wrong) return Login::refused;
  if (stage == Stage::second_factor) {  // a code is good once
    FHIR_TRY(done, environment_.records.put(k_kind, name, text_of(user), 0, record->version));
    if (!done) return Login::refused;
  }
  FHIR_CHECK(attempts.take_back(name, origin, stage, found == Found::right_and_done));
  return Login::accepted;
}

fhir::Result<Login> Users::check_password(std::string_view name, std::string_view password,
                                          const Origin& origin) {
  bool was_judged = false;
  FHIR_TRY(login, attempt(name, origin, Stage::password, [&](User& user) {
             was_judged = true;
             if (!is_password(password, user.password_hash)) return Found::wrong;
             return user.has_second_factor() ? Found::right : Found::right_and_done;
           }));
  if (!was_judged) compare_with_nothing(password);
  return login;
}

fhir::Result<Login> Users::check_second_factor(std::string_view name, std::string_view code,
                                               const Origin& origin) {
  return attempt(name, origin, Stage::second_factor, [&](User& user) {
    const auto secret = environment_.vault.open_sealed(user.totp_sealed, place_of(user));
    if (!secret) return Found::wrong;
    const std::int64_t seconds = whole_seconds(environment_.now_ms());
    if (const auto step = totp_step(*secret, code, seconds, user.totp_after)) {
      user.totp_after = *step;
      return Found::right_and_done;
    }
    const std::string hash = recovery_hash(code);
    const auto used =
        std::find_if(user.recoveries.begin(), user.recoveries.end(),
                     [&](const std::string& kept) { return equal_in_constant_time(kept, hash); });
    if (used == user.recoveries.end()) return Found::wrong;
    user.recoveries.erase(used);
    return Found::right_and_done;
  });
}

namespace {

std::vector<std::string> hashes_of(const std::vector<std::string>& codes) {
  std::vector<std::string> hashes;
  for (const std::string& code : codes) hashes.push_back(recovery_hash(code));
  return hashes;
}

}  // namespace

fhir::Result<std::optional<SecondFactor>> Users::enroll(std::string_view name) {
  const std::string secret = new_totp_secret();
  SecondFactor factor;
  factor.secret_text = totp_secret_text(secret);
  factor.uri = totp_uri(secret, name, k_product);
  factor.recovery_codes = new_recovery_codes();
  FHIR_TRY(done, change(name, [&](User& user) {
             user.totp_sealed = environment_.vault.seal(secret, place_of(user));
             user.totp_after = 0;
             user.recoveries = hashes_of(factor.recovery_codes);
           }));
  if (!done) return std::optional<SecondFactor>();
  return std::optional<SecondFactor>(std::move(factor));
}

ProposedFactor Users::propose(const User& user, std::string_view visit) const {
  const std::string secret = new_totp_secret();
  return {totp_secret_text(secret), totp_uri(secret, user.name, k_product),
          environment_.vault.seal(secret, proposed_place(user, visit))};
}

fhir::Result<std::optional<std::vector<std::string>>> Users::accept(std::string_view name,
                                                                    std::string_view sealed,
                                                                    std::string_view visit,
                                                                    std::string_view code) {
  std::optional<std::vector<std::string>> none;
  FHIR_TRY(user, find(name));
  if (!user) return none;
  const auto secret = environment_.vault.open_sealed(sealed, proposed_place(*user, visit));
  if (!secret) return none;
  const auto step = totp_step(*secret, code, whole_seconds(environment_.now_ms()), 0);
  if (!step) return none;
  const auto codes = new_recovery_codes();
  FHIR_TRY(done, change(name, [&](User& changed) {
             changed.totp_sealed = environment_.vault.seal(*secret, place_of(changed));
             changed.totp_after = *step;
             changed.recoveries = hashes_of(codes);
           }));
  if (!done) return none;
  return std::optional<std::vector<std::string>>(codes);
}

fhir::Result<std::vector<std::string>> Users::renew_recovery_codes(std::string_view name) {
  const auto codes = new_recovery_codes();
  FHIR_TRY(done, change(name, [&](User& user) { user.recoveries = hashes_of(codes); }));
  static_cast<void>(done);
  return codes;
}

fhir::Result<void> Users::remove_second_factor(std::string_view name) {
  FHIR_TRY(done, change(name, [](User& user) {
             user.totp_sealed.clear();
             user.totp_after = 0;
             user.recoveries.clear();
           }));
  static_cast<void>(done);
  return {};
}

}  // namespace server::security
