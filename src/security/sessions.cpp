#include "src/security/sessions.h"

#include <utility>

#include "src/security/carried.h"
#include "src/security/json_fields.h"
#include "src/security/secrets.h"
#include "src/security/users.h"

namespace server::security {
namespace {

using fhir::json::Builder;

constexpr std::string_view k_kind = "session";
constexpr std::string_view k_of_nobody = "-.";  // begins a cookie that is the visit itself
constexpr std::size_t k_cookie_bytes_max = 400;
constexpr std::uint32_t k_page = 200;

std::string text_of(const Session& session) {
  std::string text;
  Builder out(text);
  out.begin_object().string("id", session.id).string("csrf", session.csrf);
  append_some(out, "before", session.before);
  append_some(out, "user", session.user);
  out.boolean("complete", session.is_complete);
  append_some(out, "agent", session.agent);
  out.number("authenticatedAt", session.authenticated_at).end_object();
  return text;
}

fhir::Result<Session> session_of(const Record& record) {
  FHIR_TRY(document, fhir::json::Document::read(record.value));
  const fhir::json::Value& json = document.root();
  Session session;
  session.id = json.string_at("id");
  session.before = json.string_at("before");
  session.csrf = json.string_at("csrf");
  session.user = json.string_at("user");
  session.is_complete = is_true_at(json, "complete");
  session.authenticated_at = integer_at(json, "authenticatedAt").value_or(0);
  session.agent = json.string_at("agent");
  session.version = record.version;
  return session;
}

/// Visits of one user lie together: a cookie begins with what they are found by.
std::string prefix_of(std::string_view user) { return token_hash(user).substr(0, 16) + "."; }

std::string key_of(std::string_view cookie) {
  const std::size_t dot = cookie.find('.');
  if (dot == std::string_view::npos || dot > 16) return token_hash(cookie);
  return std::string(cookie.substr(0, dot + 1)) + token_hash(cookie);
}

std::optional<Session> visit_of_nobody(const Environment& environment, std::string_view cookie) {
  const auto text = carried(environment, cookie.substr(k_of_nobody.size()), k_kind);
  if (!text) return std::nullopt;
  const auto document = fhir::json::Document::read(*text);
  if (!document) return std::nullopt;
  const fhir::json::Value& json = document->root();
  if (integer_at(json, "ends").value_or(0) <= environment.now_ms()) return std::nullopt;
  Session session;
  session.cookie = cookie;
  session.id = json.string_at("id");
  session.csrf = json.string_at("csrf");
  return session;
}

}  // namespace

Session Sessions::start() const {
  Session session;
  session.id = random_token();
  session.csrf = random_token();
  std::string text;
  Builder out(text);
  out.begin_object().string("id", session.id).string("csrf", session.csrf);
  out.number("ends", environment_.now_ms() + environment_.options.transaction_ms).end_object();
  session.cookie = std::string(k_of_nobody) + carry(environment_, text, k_kind);
  return session;
}

fhir::Result<std::optional<Session>> Sessions::find(std::string_view cookie) const {
  if (cookie.empty() || cookie.size() > k_cookie_bytes_max) return std::optional<Session>();
  if (cookie.starts_with(k_of_nobody)) return visit_of_nobody(environment_, cookie);
  FHIR_TRY(record, environment_.records.get(k_kind, key_of(cookie)));
  if (!record) return std::optional<Session>();
  FHIR_TRY(session, session_of(*record));
  session.cookie = cookie;
  if (!session.user.empty()) {
    FHIR_TRY(user, Users(environment_).find(session.user));
    if (!user || user->is_disabled || user->password_set_at > session.authenticated_at)
      return std::optional<Session>();
  }
  return std::optional<Session>(std::move(session));
}

fhir::Result<Session> Sessions::renew(Session session) {
  if (session.user.empty()) return start();
  FHIR_CHECK(end(session));
  if (session.cookie.starts_with(k_of_nobody))
    session.before = std::exchange(session.id, random_token());
  session.cookie = prefix_of(session.user) + random_token();
  session.csrf = random_token();
  const AuthorizationOptions& options = environment_.options;
  const std::int64_t ends = session.is_logged_in() ? session.authenticated_at + options.session_ms
                                                   : environment_.now_ms() + options.transaction_ms;
  FHIR_TRY(done,
           environment_.records.put(k_kind, key_of(session.cookie), text_of(session), ends, 0));
  static_cast<void>(done);
  session.version = 1;
  return session;
}

fhir::Result<void> Sessions::end(const Session& session) {
  if (session.cookie.starts_with(k_of_nobody)) return {};
  return environment_.records.remove(k_kind, key_of(session.cookie));
}

fhir::Result<std::vector<Session>> Sessions::sessions_of(std::string_view user) const {
  std::vector<Session> sessions;
  const std::string prefix = prefix_of(user);
  std::string after = prefix;
  for (;;) {
    FHIR_TRY(page, environment_.records.list(k_kind, after, k_page));
    for (const auto& [key, record] : page) {
      if (!key.starts_with(prefix)) return sessions;
      FHIR_TRY(session, session_of(record));
      if (session.user == user) sessions.push_back(std::move(session));
    }
    if (page.size() < k_page) return sessions;
    after = page.back().first;
  }
}

template <class Wanted>
fhir::Result<void> Sessions::end_where(std::string_view user, Wanted&& wanted) {
  const std::string prefix = prefix_of(user);
  std::string after = prefix;
  for (;;) {
    FHIR_TRY(page, environment_.records.list(k_kind, after, k_page));
    for (const auto& [key, record] : page) {
      if (!key.starts_with(prefix)) return {};
      FHIR_TRY(session, session_of(record));
      if (session.user == user && wanted(session))
        FHIR_CHECK(environment_.records.remove(k_kind, key));
    }
    if (page.size() < k_page) return {};
    after = page.back().first;
  }
}

fhir::Result<void> Sessions::end_one(std::string_view user, std::string_view id) {
  return end_where(user, [&](const Session& session) { return session.id == id; });
}

fhir::Result<void> Sessions::end_others(std::string_view user, std::string_view but) {
  return end_where(user, [&](const Session& session) { return session.id != but; });
}

}  // namespace server::security
