#include "src/cli/smart.h"

#include <chrono>
#include <map>
#include <mutex>
#include <utility>

#include "src/access/access.h"
#include "src/cli/outbound/http_fetcher.h"
#include "src/security/jose.h"
#include "src/security/signing_keys.h"
#include "src/storage/sqlite/records.h"
#include "src/web/auth_site.h"
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

/// Keys of clients by their URL, kept for a while.
class FetchedKeys final : public security::KeySource {
 public:
  fhir::Result<std::string> jwks(const std::string& url, bool refresh) override {
    const auto now = SteadyClock::now();
    {
      const std::lock_guard lock(mutex_);
      const auto found = known_.find(url);
      // A kid that is not there makes nobody ask the client's server again and again.
      const auto lasts = refresh ? k_refetch_after : k_kept;
      if (found != known_.end() && now - found->second.since < lasts) return found->second.text;
    }
    outbound::FetchOptions options;
    options.connect_timeout = std::chrono::seconds(5);
    options.stall_timeout = std::chrono::seconds(5);
    options.total_timeout = std::chrono::seconds(10);
    outbound::HttpFetcher fetcher(options);
    FHIR_TRY(text, fetcher.text(url, security::k_jwks_bytes_max));
    const std::lock_guard lock(mutex_);
    if (known_.size() >= k_urls_max) known_.clear();
    known_[url] = {text, now};
    return text;
  }

 private:
  static constexpr std::chrono::minutes k_kept{5};
  static constexpr std::chrono::seconds k_refetch_after{10};
  static constexpr std::size_t k_urls_max = 1'000;
  struct Known {
    std::string text;
    SteadyClock::time_point since;
  };
  std::mutex mutex_;
  std::map<std::string, Known> known_;
};

class SmartServer final : public Smart {
 public:
  SmartServer(std::unique_ptr<AuthState> state, Engine& engine)
      : state_(std::move(state)),
        engine_(engine),
        directory_(*engine.definitions),
        authorizer_(state_->environment) {
    state_->environment.supports = [&definitions =
                                        *engine.definitions](const security::Scope& scope) {
      return access::is_enforceable(scope, definitions.latest()->definitions());
    };
  }

  rest::Authorizer& authorizer() override { return authorizer_; }

  std::unique_ptr<http::Handler> site(http::Handler& api) override {
    return std::make_unique<web::AuthSite>(state_->environment, directory_, engine_.options, api);
  }

 private:
  std::unique_ptr<AuthState> state_;
  Engine& engine_;
  web::StoreDirectory directory_;
  web::TokenAuthorizer authorizer_;
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

fhir::Result<std::unique_ptr<Smart>> make_smart(const ServeSettings& settings, Engine& engine) {
  security::AuthorizationOptions options;
  options.base_url = engine.options.base_url;
  options.open_introspection = settings.open_introspection;
  FHIR_TRY(state, open_auth_state(settings.data, std::move(options)));
  return std::unique_ptr<Smart>(std::make_unique<SmartServer>(std::move(state), engine));
}

}  // namespace server::cli
