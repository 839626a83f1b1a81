#include "src/security/emergency.h"

#include <algorithm>
#include <utility>

#include "src/security/json_fields.h"
#include "src/security/secrets.h"

namespace server::security {
namespace {

constexpr std::string_view k_kind = "emergency";
constexpr std::size_t k_handle_bytes_max = 200;

bool lasts(const Scope& scope) {
  return scope.text == "offline_access" || scope.text == "online_access";
}

}  // namespace

fhir::Result<std::string> DeclaredEmergencies::add(const Session& session,
                                                   const DeclaredEmergency& one) {
  std::string handle = random_token();
  std::string text;
  fhir::json::Builder out(text);
  out.begin_object().string("session", session.id).string("user", session.user);
  out.string("reason", one.reason).string("purpose", one.purpose).end_object();
  FHIR_TRY(done, environment_.records.put(
                     k_kind, token_hash(handle), text,
                     environment_.now_ms() + environment_.options.transaction_ms, 0));
  static_cast<void>(done);
  return handle;
}

fhir::Result<std::optional<DeclaredEmergency>> DeclaredEmergencies::find(
    std::string_view handle, const Session& session) const {
  std::optional<DeclaredEmergency> none;
  if (handle.empty() || handle.size() > k_handle_bytes_max) return none;
  FHIR_TRY(record, environment_.records.get(k_kind, token_hash(handle)));
  if (!record) return none;
  FHIR_TRY(document, fhir::json::Document::read(record->value));
  const fhir::json::Value& json = document.root();
  if (!equal_in_constant_time(json.string_at("session"), session.id) ||
      json.string_at("user") != session.user)
    return none;
  return std::optional(DeclaredEmergency{std::string(json.string_at("reason")),
                                         std::string(json.string_at("purpose"))});
}

std::vector<Scope> of_one_patient(const std::vector<Scope>& scopes, Rights most, bool of_user_too) {
  std::vector<Scope> out;
  for (const Scope& scope : scopes) {
    const bool is_meant = scope.context == ScopeContext::patient ||
                          (of_user_too && scope.context == ScopeContext::user);
    const auto rights = static_cast<Rights>(scope.rights & most);
    if (!is_meant || rights == 0) continue;
    Scope like = scope;
    like.context = ScopeContext::patient;
    Scope one = narrowed(like, scope.type, rights, scope.query);
    if (!contains(out, one.text)) out.push_back(std::move(one));
  }
  return out;
}

std::vector<Scope> in_emergency(const std::vector<Scope>& scopes, Rights most) {
  std::vector<Scope> out = of_one_patient(scopes, most, true);
  std::copy_if(scopes.begin(), scopes.end(), std::back_inserter(out),
               [](const Scope& scope) { return !scope.is_of_resources() && !lasts(scope); });
  return out;
}

}  // namespace server::security
