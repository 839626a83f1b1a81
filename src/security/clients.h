// The applications that are registered. https://www.rfc-editor.org/rfc/rfc6749#section-2
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "src/security/environment.h"
#include "src/security/scope.h"

namespace server::security {

/// How a client proves who it is: not at all (PKCE binds it), by a secret, by its own key.
enum class ClientKind : std::uint8_t { public_, symmetric, asymmetric };

struct Client {
  std::string id;
  std::string name;  // shown to users
  ClientKind kind = ClientKind::public_;
  std::string secret_hash;                 // symmetric
  std::string jwks;                        // asymmetric: the keys themselves,
  std::string jwks_url;                    // or where they are
  std::vector<std::string> redirect_uris;  // compared exactly; empty: no code flow
  std::string launch_url;                  // where an EHR launch opens it; may be empty
  std::string scopes;                      // the most it may ask for
  bool is_backend = false;                 // whether it may use client_credentials
  bool is_disabled = false;                // then it is as one that is not there
  std::string registration_hash;           // of the token that manages it; empty: nobody has one
  std::int64_t registered_at = 0;          // UTC ms, by itself
  std::string registered_from;             // the address, as limits count it
  std::int64_t expires_at = 0;             // UTC ms, unless it is used before; 0: never
  std::string role;                        // of a backend; empty: its scopes alone bind it

  std::vector<Scope> allowed() const { return parse_scopes(scopes); }
  /// Whether nobody here knows who runs it.
  bool is_self_registered() const { return !registration_hash.empty(); }
  /// Whether it registered itself and never was given a token.
  bool is_unused() const { return is_self_registered() && expires_at != 0; }
};

/// `public`, `symmetric`, `asymmetric`
std::string_view name_of(ClientKind kind);
std::optional<ClientKind> client_kind(std::string_view name);

/// What a client with a user may ask for when its registration does not say.
inline constexpr std::string_view k_app_scopes =
    "openid fhirUser profile launch launch/patient launch/encounter offline_access online_access "
    "patient/*.cruds user/*.cruds";

/// Thread-safe.
class Clients {
 public:
  explicit Clients(const Environment& environment) : environment_(environment) {}

  /// secret   of a symmetric client: at least 16 bytes; empty: one is made
  /// returns  the secret of a symmetric client, told this once; else an empty text
  /// errors   invalid: something about it will not do · duplicate
  fhir::Result<std::string> add(Client client, std::string secret = {});
  /// The same for one that is there already, in place of what it was. One that stays symmetric
  /// keeps its secret when `secret_hash` is kept.
  fhir::Result<std::string> replace(Client client);
  /// Nothing for one that is disabled.
  fhir::Result<std::optional<Client>> find(std::string_view id) const;
  fhir::Result<std::vector<Client>> all() const;
  /// Of one that registered itself: it has been given a token, and stays from now on.
  fhir::Result<void> mark_used(const Client& client);
  /// With it whatever was granted to it.
  fhir::Result<bool> remove(std::string_view id);
  /// A disabled client can do nothing, and what was granted to it ends.
  ///
  /// returns   whether there is one
  fhir::Result<bool> set_disabled(std::string_view id, bool is_disabled);

  static bool is_secret(const Client& client, std::string_view secret);

 private:
  Environment environment_;
};

}  // namespace server::security
