#include "src/cli/smart.h"

#include <algorithm>
#include <chrono>
#include <map>
#include <mutex>
#include <optional>
#include <utility>

#include "src/access/access.h"
#include "src/cli/outbound/http_fetcher.h"
#include "src/cli/outside.h"
#include "src/http/worker_pool.h"
#include "src/security/jose.h"
#include "src/security/signing_keys.h"
#include "src/storage/sqlite/records.h"
#include "src/web/auth_site.h"
#include "src/web/outside_site.h"
#include "src/web/patient_tokens.h"
#include "src/web/store_directory.h"
#include "src/web/token_authorizer.h"

namespace server::cli {
namespace {

using SteadyClock = std::chrono::steady_clock;

std::int64_t now_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

/// While a worker waits for another server, others may run in its place.
struct Waiting {
  Waiting() { http::WorkerPool::this_thread_waits(); }
  Waiting(const Waiting&) = delete;
  Waiting& operator=(const Waiting&) = delete;
  ~Waiting() { http::WorkerPool::this_thread_goes_on(); }
};

/// Keys of clients by their URL, kept for a while: "The FHIR authorization server SHALL NOT cache a
/// JWKS for longer than the client's cache-control header indicates."
/// https://hl7.org/fhir/smart-app-launch/client-confidential-asymmetric.html
class FetchedKeys final : public security::KeySource {
 public:
  fhir::Result<std::string> jwks(const std::string& url, bool refresh, bool public_only) override {
    const std::string key = (public_only ? "public " : "any ") + url;
    const auto now = SteadyClock::now();
    {
      const std::lock_guard lock(mutex_);
      const auto found = known_.find(key);
      if (found != known_.end()) {
        Known& known = found->second;
        const bool is_fresh = !known.text.empty() && now - known.since < known.kept;
        // Neither a kid that is not there nor a server that does not answer makes anybody ask it,
        // and a worker wait for it, again and again.
        const bool is_too_soon = now - known.tried < k_refetch_after;
        if (is_fresh && (is_too_soon || !refresh)) return known.text;
        if (is_too_soon && known.has_failed) return not_fetched();
        // Somebody is asking: who comes meanwhile goes on with what is known, if that is for us to
        // say.
        if (is_too_soon && known.kept == k_kept && !known.text.empty()) return known.text;
        known.tried = now;
      }
    }
    outbound::FetchOptions options;
    options.connect_timeout = std::chrono::seconds(5);
    options.stall_timeout = std::chrono::seconds(5);
    options.total_timeout = std::chrono::seconds(10);
    options.public_only = public_only;
    outbound::HttpFetcher fetcher(options);
    auto text = [&] {
      const Waiting waiting;
      return fetcher.text(url, security::k_jwks_bytes_max);
    }();
    const std::lock_guard lock(mutex_);
    if (known_.size() >= k_urls_max) known_.clear();
    Known& known = known_[key];
    known.tried = now;
    known.has_failed = !text;
    if (!text) return fhir::unexpected(std::move(text).error());
    known.text = *text;
    known.since = now;
    known.kept =
        std::clamp<SteadyClock::duration>(fetcher.fresh_for().value_or(k_kept), k_kept_min, k_kept);
    return text;
  }

 private:
  static constexpr std::chrono::minutes k_kept{5};
  /// Ages are whole seconds; and nobody makes us ask more often by assertions that are no good.
  static constexpr std::chrono::seconds k_kept_min{1};
  static constexpr std::chrono::seconds k_refetch_after{10};
  static constexpr std::size_t k_urls_max = 1'000;
  struct Known {
    std::string text;               // empty: it was never to be had
    SteadyClock::time_point since;  // of the text
    SteadyClock::duration kept{};   // since then
    SteadyClock::time_point tried;  // last
    bool has_failed = false;        // the last time
  };
  static fhir::Unexpected<fhir::Issue> not_fetched() {
    return fhir::unexpected(fhir::make_issue(fhir::IssueType::transient,
                                             "The client's keys could not be fetched just now"));
  }
  std::mutex mutex_;
  std::map<std::string, Known> known_;
};

/// Known once the consents are: whether what a grant comes of still holds.
using Holds = std::function<bool(const security::Grant&)>;

class SmartServer final : public Smart {
 public:
  SmartServer(std::unique_ptr<AuthState> state, std::unique_ptr<security::OutsideTokens> outside,
              bool has_own_site, std::vector<std::string> proxies, Engine& engine, http::Rate rate,
              std::shared_ptr<Holds> holds, std::int64_t emergency_ms, std::int64_t temporary_ms)
      : state_(std::move(state)),
        outside_(std::move(outside)),
        has_own_site_(has_own_site),
        proxies_(std::move(proxies)),
        engine_(engine),
        directory_(*engine.definitions, engine.options),
        authorizer_(state_->environment, rate, outside_.get()),
        holds_(std::move(holds)),
        emergencies_{engine.options.roles, emergency_ms},
        temporary_ms_(temporary_ms) {
    state_->environment.supports = [&definitions =
                                        *engine.definitions](const security::Scope& scope) {
      return access::is_enforceable(scope, definitions.latest()->definitions());
    };
  }

  rest::Authorizer& authorizer() override { return authorizer_; }

  audit::Speaker speaker(const http::Headers& headers) override {
    auto known = authorizer_.speaker(headers);
    if (!known) return {};
    return {std::move(known->client),  std::move(known->user),    std::move(known->fhir_user),
            std::move(known->patient), std::move(known->purpose), std::move(known->reason)};
  }

  std::unique_ptr<http::Handler> site(http::Handler& given,
                                      consent::ConsentBounds& consents) override {
    *holds_ = [&consents](const security::Grant& grant) {
      return web::still_holds(consents, grant);
    };
    makers_.emplace(web::PatientTokenMakers{state_->environment, authorizer_, *engine_.definitions,
                                            consents, emergencies_, temporary_ms_});
    patient_tokens_ = std::make_unique<web::PatientTokens>(*makers_, engine_.options, given);
    http::Handler& api = *patient_tokens_;
    if (has_own_site_) {
      auto own = std::make_unique<web::AuthSite>(state_->environment, directory_, emergencies_,
                                                 engine_.options, std::move(proxies_), api);
      if (outside_ == nullptr) return own;
      own_site_ = std::move(own);
    }
    return std::make_unique<web::OutsideSite>(*outside_, authorizer_, engine_.options,
                                              own_site_ == nullptr ? &api : own_site_.get(),
                                              !has_own_site_);
  }

  void record_emergencies(audit::Recorder& recorder) override {
    emergencies_.tell = [&recorder](const security::Grant& grant, const http::Request& request) {
      audit::Occurrence occurrence;
      occurrence.recorded = now_ms();
      occurrence.is_emergency = true;
      occurrence.status = 200;
      occurrence.speaker = {grant.client_id, grant.user,    grant.fhir_user,
                            grant.patient,   grant.purpose, grant.reason};
      occurrence.address = request.remote_address;
      occurrence.request_id = request.id;
      if (!grant.patient.empty()) occurrence.patients.push_back(grant.patient);
      recorder.record_before_answer(std::move(occurrence));
    };
  }

 private:
  std::unique_ptr<AuthState> state_;
  std::unique_ptr<security::OutsideTokens> outside_;  // null: no other issuer's tokens are taken
  const bool has_own_site_;
  std::vector<std::string> proxies_;
  std::unique_ptr<http::Handler> own_site_;
  Engine& engine_;
  web::StoreDirectory directory_;
  web::TokenAuthorizer authorizer_;
  const std::shared_ptr<Holds> holds_;
  web::Emergencies emergencies_;
  const std::int64_t temporary_ms_;
  std::optional<web::PatientTokenMakers> makers_;
  std::unique_ptr<http::Handler> patient_tokens_;
};

}  // namespace

AuthState::AuthState(security::AuthorizationOptions given,
                     std::unique_ptr<security::RecordStore> store, security::Vault key)
    : options(std::move(given)),
      records(std::move(store)),
      vault(std::move(key)),
      keys(std::make_unique<FetchedKeys>()),
      environment{options, *records, vault, now_ms, keys.get()} {}

AuthState::~AuthState() = default;

fhir::Result<std::unique_ptr<AuthState>> open_auth_state(const std::string& data,
                                                         security::AuthorizationOptions options) {
  storage::RecordOptions record_options;
  record_options.directory = data;
  FHIR_TRY(records, storage::open_records(record_options));
  FHIR_TRY(vault, security::Vault::open(record_options.directory / "auth.key"));
  auto state =
      std::make_unique<AuthState>(std::move(options), std::move(records), std::move(vault));
  FHIR_CHECK(security::SigningKeys(state->environment).prepare());
  return state;
}

security::RegistrationMode registration_mode(const ServeSettings& settings) {
  if (settings.auth != "smart" || settings.registration == "off")
    return security::RegistrationMode::off;
  return settings.registration == "open" ? security::RegistrationMode::open
                                         : security::RegistrationMode::token;
}

fhir::Result<std::unique_ptr<Smart>> make_smart(const ServeSettings& settings, Engine& engine) {
  security::AuthorizationOptions options;
  options.base_url = engine.options.base_url;
  options.open_introspection = settings.open_introspection;
  options.registration = registration_mode(settings);
  options.unused_ms = settings.registration_unused_days * 86'400'000LL;
  options.key_rotation_ms = settings.key_rotation_days * 86'400'000LL;
  FHIR_TRY(state, open_auth_state(settings.data, std::move(options)));
  auto holds = std::make_shared<Holds>();
  const bool has_own_site = settings.auth == "smart";
  state->environment.still_holds = [holds, has_own_site](const security::Grant& grant) {
    if (!grant.consent.empty()) return *holds && (*holds)(grant);
    // Of what an authorization server gave that is off now, nothing counts: nobody could take it
    // back. The glass is broken here without one.
    return has_own_site || !grant.reason.empty();
  };
  FHIR_TRY(outside, make_outside(settings, engine));
  const http::Rate rate{settings.client_rate, settings.client_rate * k_burst_seconds};
  return std::unique_ptr<Smart>(std::make_unique<SmartServer>(
      std::move(state), std::move(outside), has_own_site, settings.trusted_proxies, engine, rate,
      std::move(holds), settings.emergency_token_seconds * 1000LL,
      settings.temporary_token_seconds * 1000LL));
}

}  // namespace server::cli
