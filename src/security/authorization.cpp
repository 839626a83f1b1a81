// https://hl7.org/fhir/smart-app-launch/app-launch.html https://www.rfc-editor.org/rfc/rfc7636
#include "src/security/authorization.h"

#include <algorithm>
#include <array>
#include <utility>

#include "src/security/carried.h"
#include "src/security/codes.h"
#include "src/security/grants.h"
#include "src/security/json_fields.h"
#include "src/security/secrets.h"

namespace server::security {
namespace {

using fhir::json::Builder;

constexpr std::string_view k_transaction = "transaction";
constexpr std::string_view k_launch = "launch";
constexpr std::string_view k_sealed = "s.";  // begins a handle that is the transaction itself
constexpr std::size_t k_handle_bytes_max = 200;
constexpr std::size_t k_sealed_bytes_max = 32 * 1024;
constexpr std::size_t k_state_bytes_max = 8 * 1024;
constexpr std::array<std::string_view, 10> k_names = {
    "response_type", "client_id",      "redirect_uri",          "scope", "state", "aud",
    "launch",        "code_challenge", "code_challenge_method", "nonce"};

void append_emergency(Builder& out, const DeclaredEmergency& emergency) {
  append_some(out, "reason", emergency.reason);
  append_some(out, "purpose", emergency.purpose);
}

DeclaredEmergency emergency_of(const fhir::json::Value& json) {
  return {std::string(json.string_at("reason")), std::string(json.string_at("purpose"))};
}

/// What the browser carries beside a transaction.
struct Sealed {
  std::string name;       // the handle under which it will be kept
  std::int64_t ends = 0;  // UTC ms
};

std::string text_of(const Transaction& one, const Sealed* sealed = nullptr) {
  std::string text;
  Builder out(text);
  out.begin_object().string("session", one.session).string("client", one.client_id);
  if (sealed != nullptr) out.string("name", sealed->name).number("ends", sealed->ends);
  out.string("clientName", one.client_name).string("redirectUri", one.redirect_uri);
  out.string("state", one.state).string("challenge", one.challenge).string("scopes", one.scopes);
  append_some(out, "nonce", one.nonce);
  append_some(out, "launchUser", one.launch_user);
  append_some(out, "patient", one.patient);
  append_some(out, "encounter", one.encounter);
  append_some(out, "fhirContext", one.fhir_context);
  append_some(out, "intent", one.intent);
  append_emergency(out, one.emergency);
  out.end_object();
  return text;
}

fhir::Result<Transaction> transaction_of(std::string_view handle, const std::string& text) {
  FHIR_TRY(document, fhir::json::Document::read(text));
  const fhir::json::Value& json = document.root();
  Transaction one;
  one.handle = handle;
  one.session = json.string_at("session");
  one.client_id = json.string_at("client");
  one.client_name = json.string_at("clientName");
  one.redirect_uri = json.string_at("redirectUri");
  one.state = json.string_at("state");
  one.challenge = json.string_at("challenge");
  one.scopes = json.string_at("scopes");
  one.nonce = json.string_at("nonce");
  one.launch_user = json.string_at("launchUser");
  one.patient = json.string_at("patient");
  one.encounter = json.string_at("encounter");
  one.fhir_context = json.string_at("fhirContext");
  one.intent = json.string_at("intent");
  one.emergency = emergency_of(json);
  return one;
}

std::string sealed_handle(const Environment& environment, const Transaction& one,
                          const Sealed& sealed) {
  return std::string(k_sealed) + carry(environment, text_of(one, &sealed), k_transaction);
}

/// A kept transaction that waits for its answer. What was answered leaves an empty text for as long
/// as the browser may carry it.
fhir::Result<std::optional<Record>> waiting(const Environment& environment,
                                            std::string_view handle) {
  FHIR_TRY(record, environment.records.get(k_transaction, token_hash(handle)));
  if (record && record->value.empty()) record.reset();
  return record;
}

Decision page(std::string text) { return {Decision::Kind::error_page, 400, std::move(text)}; }

/// https://www.rfc-editor.org/rfc/rfc6749#section-4.1.2.1
///
/// issuer   "authorization servers … MUST indicate their identity in the authorization response,
///          including error responses" https://www.rfc-editor.org/rfc/rfc9207#section-2
std::string error_url(const std::string& redirect_uri, std::string_view state,
                      std::string_view issuer, std::string_view error,
                      std::string_view description) {
  std::vector<std::pair<std::string_view, std::string_view>> parameters = {
      {"error", error}, {"error_description", description}};
  if (!state.empty()) parameters.emplace_back("state", state);
  parameters.emplace_back("iss", issuer);
  return with_parameters(redirect_uri, parameters);
}

/// "aud … URL of the EHR resource server": a slash at its end changes nothing.
bool is_ours(std::string_view audience, std::string_view base_url) {
  if (audience.ends_with('/')) audience.remove_suffix(1);
  return audience == base_url;
}

struct Problem {
  std::string_view error, description;
};

/// What is wrong with a request whose client and redirect URI are right.
std::optional<Problem> problem_of(const Form& form, std::string_view base_url) {
  for (const std::string_view name : k_names) {
    if (form.has_twice(name)) return Problem{"invalid_request", "A parameter is given twice"};
  }
  if (form.get("response_type") != "code")
    return Problem{
        form.get("response_type").empty() ? "invalid_request" : "unsupported_response_type",
        "response_type is to be code"};
  if (form.get("state").empty() || form.get("state").size() > k_state_bytes_max)
    return Problem{"invalid_request", "state is missing or too long"};
  if (!is_ours(form.get("aud"), base_url))
    return Problem{"invalid_request", "aud is to be the URL of this FHIR server"};
  // "plain" is not taken, and it is what a missing method means.
  if (form.get("code_challenge_method") != "S256")
    return Problem{"invalid_request", "code_challenge_method is to be S256"};
  const auto digest = from_base64url(form.get("code_challenge"));
  if (!digest || digest->size() != 32)
    return Problem{"invalid_request", "code_challenge is to be a SHA-256 in base64url"};
  return std::nullopt;
}

/// Those that the client may have, a user can grant, and this server can enforce.
std::vector<Scope> possible_scopes(const Environment& environment, const Client& client,
                                   std::string_view asked) {
  auto scopes = within(parse_scopes(asked), client.allowed());
  std::erase_if(scopes, [&](const Scope& scope) {
    return scope.context == ScopeContext::system ||
           (scope.is_of_resources() && environment.supports && !environment.supports(scope));
  });
  return scopes;
}

bool is_of_launch(const Scope& scope) {
  return scope.text == "launch" || scope.text == "launch/patient" ||
         scope.text == "launch/encounter";
}

/// "form-urlencoded"
std::string encoded(std::string_view text) {
  constexpr std::string_view k_hex = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
        c == '.' || c == '_' || c == '~') {
      out += c;
    } else {
      ((out += '%') += k_hex[byte >> 4]) += k_hex[byte & 15];
    }
  }
  return out;
}

}  // namespace

std::string with_parameters(
    std::string url, const std::vector<std::pair<std::string_view, std::string_view>>& parameters) {
  // "The endpoint URI MAY include a query component, which MUST be retained"
  char separator = url.find('?') == std::string::npos ? '?' : '&';
  for (const auto& [name, value] : parameters) {
    url += separator;
    url.append(name).append("=").append(encoded(value));
    separator = '&';
  }
  return url;
}

fhir::Result<Decision> Authorization::begin(const Form& form, const Session& session) {
  const std::string_view id = form.get("client_id");
  FHIR_TRY(client, Clients(environment_).find(id));
  if (id.empty() || form.has_twice("client_id") || !client)
    return page("The app that sent you here is not registered with this server.");
  const std::string redirect_uri(form.get("redirect_uri"));
  const auto& known = client->redirect_uris;
  if (form.has_twice("redirect_uri") ||
      std::find(known.begin(), known.end(), redirect_uri) == known.end())
    return page(
        "The app that sent you here asks to be answered at an address that it has not "
        "registered with this server.");
  const std::string_view state = form.get("state");
  const auto refuse = [&](std::string_view error, std::string_view description) {
    return Decision{
        client->is_self_registered() ? Decision::Kind::offer : Decision::Kind::redirect, 303,
        error_url(redirect_uri, state, environment_.options.base_url, error, description)};
  };
  if (const auto problem = problem_of(form, environment_.options.base_url))
    return refuse(problem->error, problem->description);
  const auto scopes = possible_scopes(environment_, *client, form.get("scope"));
  if (scopes.empty()) return refuse("invalid_scope", "No scope of these can be granted");
  Transaction one;
  one.session = session.id;
  one.client_id = client->id;
  one.client_name = client->name;
  one.redirect_uri = redirect_uri;
  one.state = state;
  one.challenge = form.get("code_challenge");
  one.nonce = form.get("nonce").substr(0, k_state_bytes_max);
  one.scopes = text_of(scopes);
  if (const std::string_view launch = form.get("launch"); !launch.empty()) {
    FHIR_TRY(record, environment_.records.take(k_launch, token_hash(launch)));
    if (!record) return refuse("invalid_request", "The launch is not known, or too old");
    FHIR_TRY(document, fhir::json::Document::read(record->value));
    const fhir::json::Value& json = document.root();
    if (json.string_at("client") != client->id)
      return refuse("invalid_request", "The launch was for another app");
    one.launch_user = json.string_at("user");
    one.patient = json.string_at("patient");
    one.encounter = json.string_at("encounter");
    one.fhir_context = json.string_at("fhirContext");
    one.intent = json.string_at("intent");
    one.emergency = emergency_of(json);
  }
  const std::string handle =
      sealed_handle(environment_, one,
                    {random_token(), environment_.now_ms() + environment_.options.transaction_ms});
  if (handle.size() > k_sealed_bytes_max)
    return refuse("invalid_request", "The request is too long");
  return Decision{Decision::Kind::pending, 303, handle};
}

fhir::Result<std::optional<Transaction>> Authorization::find(std::string_view handle,
                                                             const Session& session) {
  std::optional<Transaction> one;
  if (handle.starts_with(k_sealed)) {
    FHIR_TRY(found, find_sealed(handle, session));
    one = std::move(found);
  } else if (!handle.empty() && handle.size() <= k_handle_bytes_max) {
    FHIR_TRY(record, waiting(environment_, handle));
    if (!record) return one;
    FHIR_TRY(known, transaction_of(handle, record->value));
    // A page that another visit opened is not for this one to go on with.
    if (equal_in_constant_time(known.session, session.id)) one = std::move(known);
  }
  if (!one) return one;
  FHIR_TRY(client, Clients(environment_).find(one->client_id));
  if (!client) return std::optional<Transaction>();  // removed or disabled meanwhile
  one->is_self_registered = client->is_self_registered();
  return one;
}

fhir::Result<std::optional<Transaction>> Authorization::find_sealed(std::string_view handle,
                                                                    const Session& session) {
  std::optional<Transaction> none;
  if (handle.size() > k_sealed_bytes_max || session.id.empty()) return none;
  const auto text = carried(environment_, handle.substr(k_sealed.size()), k_transaction);
  if (!text) return none;
  FHIR_TRY(document, fhir::json::Document::read(*text));
  const Sealed sealed{std::string(document.root().string_at("name")),
                      integer_at(document.root(), "ends").value_or(0)};
  if (sealed.ends <= environment_.now_ms()) return none;
  FHIR_TRY(one, transaction_of(sealed.name, *text));
  const bool is_ours = one.session.empty() || equal_in_constant_time(one.session, session.id) ||
                       equal_in_constant_time(one.session, session.before);
  if (!is_ours) return none;
  one.session = session.id;
  if (!session.is_logged_in()) {
    one.handle = sealed_handle(environment_, one, sealed);
    return std::optional<Transaction>(std::move(one));
  }
  FHIR_TRY(is_first, keep(one, 0));
  if (is_first) return std::optional<Transaction>(std::move(one));
  // It is kept already; another visit may have it, or an answer.
  return find(sealed.name, session);
}

Step Authorization::next(const Transaction& transaction, const Session& session) const {
  if (session.user.empty()) return Step::login;
  if (!session.is_complete) return Step::second_factor;
  if (!transaction.patient.empty()) return Step::consent;
  const auto scopes = parse_scopes(transaction.scopes);
  // The glass is broken for one patient.
  if (transaction.emergency.is_there()) return Step::patient;
  const bool needs_patient = std::any_of(scopes.begin(), scopes.end(), [](const Scope& scope) {
    return scope.context == ScopeContext::patient || scope.text == "launch/patient";
  });
  return needs_patient ? Step::patient : Step::consent;
}

bool Authorization::may_choose(const User& user, std::string_view patient) {
  return !user.is_patient() ||
         std::find(user.patients.begin(), user.patients.end(), patient) != user.patients.end();
}

fhir::Result<void> Authorization::choose_patient(Transaction& transaction,
                                                 std::string_view patient) {
  FHIR_TRY(record, waiting(environment_, transaction.handle));
  // What was answered meanwhile does not come back, and what an EHR chose stays with its encounter.
  if (!record || (!transaction.launch_user.empty() && !transaction.patient.empty())) return {};
  transaction.patient = patient;
  FHIR_CHECK(keep(transaction, record->version));
  return {};
}

fhir::Result<void> Authorization::declare(Transaction& transaction, DeclaredEmergency emergency) {
  FHIR_TRY(record, waiting(environment_, transaction.handle));
  if (!record) return {};
  transaction.emergency = std::move(emergency);
  FHIR_CHECK(keep(transaction, record->version));
  return {};
}

fhir::Result<bool> Authorization::keep(const Transaction& transaction, std::int64_t version) {
  return environment_.records.put(
      k_transaction, token_hash(transaction.handle), text_of(transaction),
      environment_.now_ms() + environment_.options.transaction_ms, version);
}

/// Whether it waited for its answer: of two answers the first counts.
fhir::Result<bool> Authorization::end(const Transaction& transaction) {
  FHIR_TRY(record, waiting(environment_, transaction.handle));
  if (!record) return false;
  return environment_.records.put(k_transaction, token_hash(transaction.handle), "",
                                  record->expires_at, record->version);
}

std::vector<Scope> offered_of(const Transaction& transaction, Rights most) {
  auto scopes = parse_scopes(transaction.scopes);
  return transaction.emergency.is_there() ? in_emergency(scopes, most) : scopes;
}

std::vector<Scope> granted_of(const Transaction& transaction, const User& user,
                              const std::vector<std::string>& checked, Rights most) {
  const auto asked = offered_of(transaction, most);
  std::string joined;
  for (const std::string& one : checked) joined.append(one).append(" ");
  auto granted = within(parse_scopes(joined), asked);
  // A scope of which the whole is granted needs no part beside it.
  const auto all = granted;
  std::erase_if(granted, [&](const Scope& scope) {
    return std::any_of(all.begin(), all.end(), [&](const Scope& other) {
      return scope.is_granular() && !other.is_granular() && is_within(scope, other);
    });
  });
  std::erase_if(granted, [](const Scope& scope) { return is_of_launch(scope); });
  for (const Scope& scope : asked) {
    const bool has_it = scope.text == "launch"           ? !transaction.launch_user.empty()
                        : scope.text == "launch/patient" ? !transaction.patient.empty()
                                                         : !transaction.encounter.empty();
    if (is_of_launch(scope) && has_it) granted.push_back(scope);
  }
  if (user.fhir_user.empty())
    std::erase_if(granted, [](const Scope& scope) { return scope.text == "fhirUser"; });
  return granted;
}

fhir::Result<std::string> Authorization::deny(const Transaction& transaction) {
  FHIR_CHECK(end(transaction));
  return error_url(transaction.redirect_uri, transaction.state, environment_.options.base_url,
                   "access_denied", "The user did not agree");
}

fhir::Result<std::string> Authorization::approve(const Transaction& transaction,
                                                 const Session& session, const User& user,
                                                 const std::vector<std::string>& checked,
                                                 const EmergencyTerms* terms) {
  const bool is_emergency = transaction.emergency.is_there();
  const auto granted =
      granted_of(transaction, user, checked, terms == nullptr ? Rights{0} : terms->rights);
  const bool is_of_use = std::any_of(granted.begin(), granted.end(), [](const Scope& scope) {
    return scope.is_of_resources() || scope.text == "openid";
  });
  const bool is_another = !transaction.launch_user.empty() && transaction.launch_user != user.name;
  const bool is_outside = !transaction.patient.empty() && !may_choose(user, transaction.patient);
  const bool is_unfit = is_emergency && (terms == nullptr || transaction.is_self_registered);
  if (!is_of_use || is_another || is_outside || is_unfit ||
      next(transaction, session) != Step::consent)
    return deny(transaction);
  FHIR_TRY(is_first, end(transaction));
  if (!is_first)
    return error_url(transaction.redirect_uri, transaction.state, environment_.options.base_url,
                     "access_denied", "The request was answered already");
  const AuthorizationOptions& options = environment_.options;
  const std::int64_t now = environment_.now_ms();
  Grant grant;
  grant.client_id = transaction.client_id;
  grant.client_name = transaction.client_name;
  grant.user = user.name;
  grant.subject = user.subject;
  grant.fhir_user = user.fhir_user;
  grant.role = user.role;
  grant.is_patient_user = user.is_patient();
  grant.user_patients = user.patients;
  grant.scopes = text_of(granted);
  grant.patient = transaction.patient;
  grant.encounter = transaction.encounter;
  grant.fhir_context = transaction.fhir_context;
  grant.intent = transaction.intent;
  grant.from_ehr = !transaction.launch_user.empty();
  grant.nonce = transaction.nonce;
  grant.authenticated_at = session.authenticated_at;
  const std::int64_t lasts = contains(granted, "offline_access")  ? options.refresh_ms
                             : contains(granted, "online_access") ? options.session_ms
                                                                  : options.access_ms;
  grant.expires_at = now + options.code_ms + lasts;
  if (is_emergency) {
    grant.reason = transaction.emergency.reason;
    grant.purpose = transaction.emergency.purpose;
    grant.expires_at = now + std::min(terms->lasts_ms, options.access_ms);
  }
  FHIR_TRY(kept, Grants(environment_).add(std::move(grant)));
  if (is_emergency && terms->tell) terms->tell(kept);
  FHIR_TRY(code, Codes(environment_)
                     .add({kept.id, transaction.client_id, transaction.redirect_uri,
                           transaction.challenge}));
  return with_parameters(
      transaction.redirect_uri,
      {{"code", code}, {"state", transaction.state}, {"iss", environment_.options.base_url}});
}

fhir::Result<std::string> Authorization::launch(const Client& client, LaunchContext context) {
  const std::string handle = random_token();
  std::string text;
  Builder out(text);
  out.begin_object().string("client", client.id).string("user", context.user);
  append_some(out, "patient", context.patient);
  append_some(out, "encounter", context.encounter);
  append_some(out, "fhirContext", context.fhir_context);
  append_some(out, "intent", context.intent);
  append_emergency(out, context.emergency);
  out.end_object();
  FHIR_TRY(done,
           environment_.records.put(k_launch, token_hash(handle), text,
                                    environment_.now_ms() + environment_.options.launch_ms, 0));
  static_cast<void>(done);
  return with_parameters(client.launch_url,
                         {{"iss", environment_.options.base_url}, {"launch", handle}});
}

}  // namespace server::security
