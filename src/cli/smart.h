// Puts the authorization server together: its records, its keys, and the site before the API.
#pragma once

#include <memory>
#include <string>

#include "src/audit/recorder.h"
#include "src/cli/engine.h"
#include "src/consent/consent_bounds.h"
#include "src/http/message.h"
#include "src/rest/authorizer.h"
#include "src/security/environment.h"

namespace server::cli {

/// The state of a data folder. Not movable: the environment refers to it.
struct AuthState {
  security::AuthorizationOptions options;
  std::unique_ptr<security::RecordStore> records;
  security::Vault vault;
  std::unique_ptr<security::KeySource> keys;
  security::Environment environment;

  AuthState(security::AuthorizationOptions given, std::unique_ptr<security::RecordStore> store,
            security::Vault key);
  AuthState(const AuthState&) = delete;
  AuthState& operator=(const AuthState&) = delete;
  ~AuthState();
};

/// Opens `auth.db` and `auth.key` in the folder, made when absent.
fhir::Result<std::unique_ptr<AuthState>> open_auth_state(const std::string& data,
                                                         security::AuthorizationOptions options);

/// What `serve --auth smart` adds, or `--auth jwt`.
class Smart {
 public:
  virtual ~Smart() = default;
  virtual rest::Authorizer& authorizer() = 0;
  /// For whom the token of a request speaks; nobody when it has none that is good.
  virtual audit::Speaker speaker(const http::Headers& headers) = 0;
  /// What answers in front of the API, which outlives this.
  ///
  /// consents   by which temporary tokens are given; outlive this
  virtual std::unique_ptr<http::Handler> site(http::Handler& api,
                                              consent::ConsentBounds& consents) = 0;
  /// From now on the glass can be broken, and is recorded. Before the first request, after site().
  virtual void record_emergencies(audit::Recorder& recorder) = 0;
};

/// Who may register an app, by the settings.
security::RegistrationMode registration_mode(const ServeSettings& settings);

/// engine   outlives it
fhir::Result<std::unique_ptr<Smart>> make_smart(const ServeSettings& settings, Engine& engine);

}  // namespace server::cli
