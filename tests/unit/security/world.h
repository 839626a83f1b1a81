// An authorization server without HTTP and without a disk: records in memory, a clock to turn, and
// the steps of a login as one call each.
#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "fhir/formats/json_document.h"
#include "src/security/authorization.h"
#include "src/security/grants.h"
#include "src/security/jose.h"
#include "src/security/secrets.h"
#include "src/security/signing_keys.h"
#include "src/security/token_endpoint.h"

namespace server::security::test {

class MemoryRecords final : public RecordStore {
 public:
  explicit MemoryRecords(const std::int64_t& now) : now_(now) {}

  fhir::Result<std::optional<Record>> get(std::string_view kind, std::string_view key) override {
    const auto found = find(kind, key);
    return found == records_.end() ? std::optional<Record>() : std::optional(found->second);
  }
  fhir::Result<bool> put(std::string_view kind, std::string_view key, std::string_view value,
                         std::int64_t expires_at, std::optional<std::int64_t> expected) override {
    const auto found = find(kind, key);
    const std::int64_t version = found == records_.end() ? 0 : found->second.version;
    if (expected && *expected != version) return false;
    records_[{std::string(kind), std::string(key)}] = {std::string(value), version + 1, expires_at};
    ++puts_;
    return true;
  }
  fhir::Result<std::optional<Record>> take(std::string_view kind, std::string_view key) override {
    auto record = get(kind, key);
    records_.erase({std::string(kind), std::string(key)});
    return record;
  }
  fhir::Result<void> remove(std::string_view kind, std::string_view key) override {
    records_.erase({std::string(kind), std::string(key)});
    return {};
  }
  fhir::Result<std::vector<std::pair<std::string, Record>>> list(std::string_view kind,
                                                                 std::string_view after,
                                                                 std::uint32_t limit) override {
    std::vector<std::pair<std::string, Record>> out;
    for (const auto& [name, record] : records_) {
      if (name.first == kind && name.second > after && out.size() < limit && is_alive(record))
        out.emplace_back(name.second, record);
    }
    return out;
  }
  fhir::Result<std::int64_t> revision() override { return ++revision_; }
  fhir::Result<void> purge(std::uint32_t) override { return {}; }

  const auto& all() const { return records_; }
  int puts() const { return puts_; }

 private:
  using Key = std::pair<std::string, std::string>;
  bool is_alive(const Record& record) const {
    return record.expires_at == 0 || record.expires_at > now_;
  }
  std::map<Key, Record>::const_iterator find(std::string_view kind, std::string_view key) const {
    const auto found = records_.find({std::string(kind), std::string(key)});
    return found != records_.end() && is_alive(found->second) ? found : records_.end();
  }

  const std::int64_t& now_;
  std::int64_t revision_ = 0;
  int puts_ = 0;
  std::map<Key, Record> records_;
};

inline constexpr std::string_view k_base = "https://ehr.example/fhir";
inline constexpr std::string_view k_redirect = "https://app.example/back?x=1";
inline constexpr std::string_view k_verifier = "a-verifier-of-at-least-forty-three-characters-1";

using Pairs = std::vector<std::pair<std::string, std::string>>;

/// `name` set to `value` in the pairs; taken out when the value is empty.
inline Pairs with(Pairs pairs, std::string_view name, std::string_view value) {
  std::erase_if(pairs, [&](const auto& pair) { return pair.first == name; });
  if (!value.empty()) pairs.emplace_back(name, value);
  return pairs;
}

inline std::string decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
    } else {
      out += static_cast<char>(std::stoi(std::string(text.substr(i + 1, 2)), nullptr, 16));
      i += 2;
    }
  }
  return out;
}

/// A parameter of a URL; empty when it is not there.
inline std::string parameter_of(const std::string& url, std::string_view name) {
  const std::string key = std::string(name) + "=";
  std::size_t at = url.find_first_of("?&");
  while (at != std::string::npos) {
    if (url.compare(at + 1, key.size(), key) == 0) {
      const std::size_t from = at + 1 + key.size();
      return decoded(std::string_view(url).substr(from, url.find('&', from) - from));
    }
    at = url.find('&', at + 1);
  }
  return {};
}

struct World {
  std::int64_t now = 1'700'000'000'000;
  AuthorizationOptions options;
  MemoryRecords records{now};
  Vault vault{std::string(32, 'k')};
  Environment environment{options, records, vault, [this] { return now; }};
  Users users{environment};
  Clients clients{environment};
  Sessions sessions{environment};
  Authorization authorization{environment};
  Grants grants{environment};
  TokenEndpoint endpoint{environment};

  World() {
    options.base_url = k_base;
    options.password_cost = {64, 1};
    environment.now_ms = [this] { return now; };
    REQUIRE(SigningKeys(environment).prepare());
    User ada;
    ada.name = "ada";
    ada.role = "physician";
    ada.fhir_user = "Practitioner/p1";
    REQUIRE(users.add(ada, "ada's password"));
    User pat;
    pat.name = "pat";
    pat.role = "patient";
    pat.fhir_user = "Patient/pat-1";
    REQUIRE(users.add(pat, "pat's password"));
    Client app;
    app.id = "app";
    app.redirect_uris = {std::string(k_redirect)};
    app.launch_url = "https://app.example/launch";
    REQUIRE(clients.add(app));
  }

  /// A visit in which that user has logged in.
  Session logged_in(std::string_view user) {
    Session session = sessions.start();
    session.user = user;
    session.is_complete = true;
    session.authenticated_at = now;
    return sessions.renew(session).value();
  }

  static Pairs authorize_pairs(std::string_view scope, std::string_view client = "app") {
    return {{"response_type", "code"},
            {"client_id", std::string(client)},
            {"redirect_uri", std::string(k_redirect)},
            {"scope", std::string(scope)},
            {"state", "st&ate"},
            {"aud", std::string(k_base)},
            {"code_challenge", to_base64url(sha256(k_verifier))},
            {"code_challenge_method", "S256"}};
  }

  Decision begin(Pairs pairs, const Session& session) {
    auto decision = authorization.begin(Form(std::move(pairs)), session);
    REQUIRE(decision);
    return *decision;
  }

  /// The redirect after all is asked for and all of it is granted.
  std::string approved(Pairs pairs, std::string_view user_name = "ada",
                       std::string_view patient = "pat-1") {
    const Session session = logged_in(user_name);
    const Decision decision = begin(std::move(pairs), session);
    REQUIRE(decision.kind == Decision::Kind::pending);
    Transaction one = authorization.find(decision.text, session).value().value();
    if (authorization.next(one, session) == Step::patient)
      REQUIRE(authorization.choose_patient(one, patient));
    std::vector<std::string> checked;
    for (const Scope& scope : parse_scopes(one.scopes)) checked.push_back(scope.text);
    const User user = users.find(user_name).value().value();
    return authorization.approve(one, session, user, checked).value();
  }

  static Pairs code_pairs(const std::string& url, std::string_view client = "app") {
    return {{"grant_type", "authorization_code"},
            {"code", parameter_of(url, "code")},
            {"redirect_uri", std::string(k_redirect)},
            {"code_verifier", std::string(k_verifier)},
            {"client_id", std::string(client)}};
  }

  OAuthResult<std::string> token(Pairs pairs, std::string_view authorization_header = {}) {
    return endpoint.token(Form(std::move(pairs)), authorization_header);
  }

  /// The token response of a whole flow.
  fhir::json::Document granted(std::string_view scope, std::string_view user = "ada") {
    auto answer = token(code_pairs(approved(authorize_pairs(scope), user)));
    REQUIRE(answer);
    return fhir::json::Document::read(*answer).value();
  }

  /// Whether the access token may be used.
  bool is_active(std::string_view access) { return grants.access(access).value().has_value(); }
};

}  // namespace server::security::test
