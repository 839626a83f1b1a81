// medisync auth: users, clients, keys and grants of the authorization server, by hand. May be used
// while a server runs over the same data folder.
#pragma once

#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace server::cli {

struct AuthSettings {
  std::string data = "data";
  std::string name;       // of the user, the client
  std::string role;       // of the user, of a backend service
  std::string fhir_user;  // user: Practitioner/1
  std::vector<std::string> patients;
  std::string password_file = "-";
  std::string kind = "public";  // client
  std::string title;            // client: as users see it
  std::vector<std::string> redirect_uris;
  std::string launch_url, scopes, jwks_file, jwks_url, secret_file;
  bool is_backend = false;
  int days = 7;                  // of a token to register by
  bool only_registered = false;  // client list
  std::string from;              // client prune: an address; empty: any
};

/// The commands below `auth`.
CLI::App* add_auth(CLI::App& app, AuthSettings& settings);

/// Runs the one that was given. 0 · 1: it did not succeed · 2: misuse.
int run_auth(const CLI::App& auth, const AuthSettings& settings);

}  // namespace server::cli
