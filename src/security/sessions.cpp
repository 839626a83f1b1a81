#include "src/security/sessions.h"

#include "src/security/json_fields.h"
#include "src/security/secrets.h"
#include "src/security/users.h"

namespace server::security {
namespace {

using fhir::json::Builder;

constexpr std::string_view k_kind = "session";
constexpr std::size_t k_cookie_bytes_max = 200;

std::string text_of(const Session& session) {
  std::string text;
  Builder out(text);
  out.begin_object().string("id", session.id).string("csrf", session.csrf);
  append_some(out, "user", session.user);
  out.boolean("complete", session.is_complete);
  out.number("authenticatedAt", session.authenticated_at).end_object();
  return text;
}

}  // namespace

fhir::Result<Session> Sessions::start() {
  Session session;
  session.id = random_token();
  return renew(std::move(session));
}

fhir::Result<std::optional<Session>> Sessions::find(std::string_view cookie) const {
  if (cookie.empty() || cookie.size() > k_cookie_bytes_max) return std::optional<Session>();
  FHIR_TRY(record, environment_.records.get(k_kind, token_hash(cookie)));
  if (!record) return std::optional<Session>();
  FHIR_TRY(document, fhir::json::Document::read(record->value));
  const fhir::json::Value& json = document.root();
  Session session;
  session.cookie = cookie;
  session.id = json.string_at("id");
  session.csrf = json.string_at("csrf");
  session.user = json.string_at("user");
  session.is_complete = is_true_at(json, "complete");
  session.authenticated_at = integer_at(json, "authenticatedAt").value_or(0);
  session.version = record->version;
  if (!session.user.empty()) {
    FHIR_TRY(user, Users(environment_).find(session.user));
    if (!user || user->password_set_at > session.authenticated_at) return std::optional<Session>();
  }
  return std::optional<Session>(std::move(session));
}

fhir::Result<Session> Sessions::renew(Session session) {
  if (!session.cookie.empty()) FHIR_CHECK(end(session));
  session.cookie = random_token();
  session.csrf = random_token();
  // A visit of nobody lasts as long as a request under way: anybody can begin any number of them.
  const AuthorizationOptions& options = environment_.options;
  const std::int64_t ends = session.is_logged_in() ? session.authenticated_at + options.session_ms
                                                   : environment_.now_ms() + options.transaction_ms;
  FHIR_TRY(done,
           environment_.records.put(k_kind, token_hash(session.cookie), text_of(session), ends, 0));
  static_cast<void>(done);
  session.version = 1;
  return session;
}

fhir::Result<void> Sessions::end(const Session& session) {
  return environment_.records.remove(k_kind, token_hash(session.cookie));
}

}  // namespace server::security
