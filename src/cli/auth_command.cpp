#include "src/cli/auth_command.h"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <iterator>
#include <utility>

#include "fhir/base/date_time.h"
#include "src/cli/smart.h"
#include "src/security/clients.h"
#include "src/security/grants.h"
#include "src/security/registration.h"
#include "src/security/roles.h"
#include "src/security/signing_keys.h"
#include "src/security/users.h"

namespace server::cli {
namespace {

constexpr int k_failed = 1;
constexpr std::size_t k_file_bytes_max = 1 << 20;

int fail(std::string_view text) {
  std::fprintf(stderr, "medisync: %.*s\n", static_cast<int>(text.size()), text.data());
  return k_failed;
}
int fail(const fhir::Issue& issue) { return fail(issue.diagnostics); }

/// The first line of a file, or of standard input.
std::optional<std::string> first_line(const std::string& file) {
  std::string line;
  if (file == "-") {
    if (!std::getline(std::cin, line)) return std::nullopt;
    return line;
  }
  std::ifstream in(file);
  if (!in || !std::getline(in, line)) return std::nullopt;
  return line;
}

std::optional<std::string> whole_file(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) return std::nullopt;
  std::string text{std::istreambuf_iterator<char>(in), {}};
  if (text.size() > k_file_bytes_max) return std::nullopt;
  return text;
}

int add_user(AuthState& state, const AuthSettings& settings) {
  const auto password = first_line(settings.password_file);
  if (!password) return fail("The password cannot be read from " + settings.password_file);
  security::User user;
  user.name = settings.name;
  user.role = settings.role;
  user.fhir_user = settings.fhir_user;
  user.patients = settings.patients;
  const auto done = security::Users(state.environment).add(std::move(user), *password);
  if (!done) return fail(done.error());
  std::printf("user %s added\n", settings.name.c_str());
  return 0;
}

int set_password(AuthState& state, const AuthSettings& settings) {
  const auto password = first_line(settings.password_file);
  if (!password) return fail("The password cannot be read from " + settings.password_file);
  const auto done = security::Users(state.environment).set_password(settings.name, *password);
  if (!done) return fail(done.error());
  if (!*done) return fail("There is no such user");
  std::printf("password of %s set\n", settings.name.c_str());
  return 0;
}

int list_users(AuthState& state) {
  const auto users = security::Users(state.environment).all();
  if (!users) return fail(users.error());
  for (const security::User& user : *users) {
    std::printf("%s\t%s\t%s\t%s%s\n", user.name.c_str(), user.role.c_str(), user.fhir_user.c_str(),
                user.has_second_factor() ? "second factor" : "password only",
                user.is_disabled ? ", disabled" : "");
  }
  return 0;
}

int revoke_grants(AuthState& state, const AuthSettings& settings) {
  security::Grants grants(state.environment);
  const auto all = grants.grants_of(settings.name);
  if (!all) return fail(all.error());
  for (const security::Grant& grant : *all) {
    if (const auto done = grants.revoke(grant.id); !done) return fail(done.error());
  }
  std::printf("%zu grants of %s revoked\n", all->size(), settings.name.c_str());
  return 0;
}

/// Of a change that tells whether there was one to change.
int changed(const fhir::Result<bool>& done, std::string_view kind, const AuthSettings& settings,
            std::string_view word) {
  if (!done) return fail(done.error());
  const std::string what(kind), how(word);
  if (!*done) return fail("There is no such " + what);
  std::printf("%s %s %s\n", what.c_str(), settings.name.c_str(), how.c_str());
  return 0;
}

int make_registration_token(AuthState& state, const AuthSettings& settings) {
  constexpr std::int64_t k_day_ms = 86'400'000;
  const auto token = security::new_registration_token(state.environment, settings.days * k_day_ms);
  if (!token) return fail(token.error());
  std::printf("%s\n", token->c_str());
  return 0;
}

int enroll(AuthState& state, const AuthSettings& settings) {
  const auto factor = security::Users(state.environment).enroll(settings.name);
  if (!factor) return fail(factor.error());
  if (!*factor) return fail("There is no such user");
  std::printf("secret %s\n%s\n", (*factor)->secret_text.c_str(), (*factor)->uri.c_str());
  for (const std::string& code : (*factor)->recovery_codes)
    std::printf("recovery code %s\n", code.c_str());
  return 0;
}

int add_client(AuthState& state, const AuthSettings& settings) {
  security::Client client;
  client.id = settings.name;
  client.name = settings.title;
  client.kind = security::client_kind(settings.kind).value_or(security::ClientKind::public_);
  client.redirect_uris = settings.redirect_uris;
  client.launch_url = settings.launch_url;
  client.scopes = settings.scopes;
  client.jwks_url = settings.jwks_url;
  client.is_backend = settings.is_backend;
  client.role = settings.role;
  std::string secret;
  if (!settings.jwks_file.empty()) {
    auto keys = whole_file(settings.jwks_file);
    if (!keys) return fail("Cannot read " + settings.jwks_file);
    client.jwks = *std::move(keys);
  }
  if (!settings.secret_file.empty()) {
    auto line = first_line(settings.secret_file);
    if (!line) return fail("Cannot read " + settings.secret_file);
    secret = *std::move(line);
  }
  const bool is_made = secret.empty();
  const auto done = security::Clients(state.environment).add(std::move(client), std::move(secret));
  if (!done) return fail(done.error());
  std::printf("client %s added\n", settings.name.c_str());
  if (is_made && !done->empty()) std::printf("secret %s\n", done->c_str());
  return 0;
}

/// `registered itself at TIME from ADDRESS, never used, ends at TIME`
std::string registration_of(const security::Client& client) {
  std::string text = "\tregistered itself at " + fhir::format_instant(client.registered_at);
  if (!client.registered_from.empty()) text.append(" from ").append(client.registered_from);
  if (client.is_unused())
    text.append(", never used, ends at ").append(fhir::format_instant(client.expires_at));
  return text;
}

int list_clients(AuthState& state, const AuthSettings& settings) {
  const auto clients = security::Clients(state.environment).all();
  if (!clients) return fail(clients.error());
  for (const security::Client& client : *clients) {
    if (settings.only_registered && !client.is_self_registered()) continue;
    const std::string kind(security::name_of(client.kind));
    const std::string registered = client.is_self_registered() ? registration_of(client) : "";
    std::printf("%s\t%s\t%s\t%s%s%s\n", client.id.c_str(), kind.c_str(), client.name.c_str(),
                client.scopes.c_str(), registered.c_str(), client.is_disabled ? "\tdisabled" : "");
  }
  return 0;
}

int prune_clients(AuthState& state, const AuthSettings& settings) {
  security::Clients clients(state.environment);
  const auto all = clients.all();
  if (!all) return fail(all.error());
  std::size_t count = 0;
  for (const security::Client& client : *all) {
    const bool is_meant = settings.from.empty() || client.registered_from == settings.from;
    if (!client.is_unused() || !is_meant) continue;
    const auto done = clients.remove(client.id);
    if (!done) return fail(done.error());
    if (*done) ++count;
  }
  std::printf("%zu clients removed\n", count);
  return 0;
}

int rotate(AuthState& state) {
  const auto done = security::SigningKeys(state.environment).rotate();
  if (!done) return fail(done.error());
  std::printf("a new key signs from now on\n");
  return 0;
}

CLI::App* add_group(CLI::App& auth, const std::string& name, const std::string& text) {
  CLI::App* group = auth.add_subcommand(name, text);
  group->require_subcommand(1);
  group->fallthrough();
  return group;
}

CLI::App* add_named(CLI::App& group, AuthSettings& settings, const std::string& name,
                    const std::string& text, const std::string& what) {
  CLI::App* command = group.add_subcommand(name, text);
  command->add_option(what, settings.name)->required();
  command->fallthrough();
  return command;
}

void add_user_commands(CLI::App& auth, AuthSettings& settings) {
  CLI::App* user = add_group(auth, "user", "Add, list and remove the people who may log in");
  CLI::App* add = add_named(*user, settings, "add", "Add a user", "NAME");
  add->add_option(
         "--role", settings.role,
         "What the user may do, as the role's file says: " + std::string(security::k_roles_text))
      ->required();
  add->add_option("--fhir-user", settings.fhir_user,
                  "The user's own resource, as Practitioner/ID or Patient/ID");
  add->add_option("--patient", settings.patients,
                  "Id of a patient whose records a user of the role patient may see; several may "
                  "be given");
  CLI::App* password = add_named(*user, settings, "password", "Set a user's password", "NAME");
  for (CLI::App* command : {add, password})
    command
        ->add_option("--password-file", settings.password_file,
                     "File whose first line is the password; -: standard input")
        ->capture_default_str();
  add_named(*user, settings, "totp",
            "Give a user a second factor; prints its secret and recovery codes once", "NAME");
  add_named(*user, settings, "disable", "Let nobody log in as a user, and end what was granted",
            "NAME");
  add_named(*user, settings, "enable", "Let a disabled user log in again", "NAME");
  add_named(*user, settings, "unlock", "Forget the failures to log in as a user", "NAME");
  add_named(*user, settings, "remove", "Remove a user, and whatever was granted in its name",
            "NAME");
  add_named(*user, settings, "revoke", "Revoke whatever was granted in a user's name", "NAME");
  user->add_subcommand("list", "List users: name, role, resource, factors")->fallthrough();
}

void add_client_commands(CLI::App& auth, AuthSettings& settings) {
  CLI::App* client = add_group(auth, "client", "Add, list and remove applications");
  CLI::App* add = add_named(*client, settings, "add", "Add a client", "ID");
  add->add_option("--kind", settings.kind,
                  "public; symmetric: has a secret; asymmetric: signs by its own key")
      ->check(CLI::IsMember({"public", "symmetric", "asymmetric"}))
      ->capture_default_str();
  add->add_option("--name", settings.title, "As users see it (its id)");
  add->add_option("--redirect-uri", settings.redirect_uris,
                  "Where it is answered, compared exactly; several may be given");
  add->add_option("--launch-url", settings.launch_url, "What an EHR launch opens");
  add->add_option("--scope", settings.scopes,
                  "The most it may ask for, with spaces between (all of patient/ and user/; for a "
                  "backend service system/*.rs)");
  add->add_option("--jwks", settings.jwks_file, "File of its public keys");
  add->add_option("--jwks-url", settings.jwks_url, "Where its public keys are");
  add->add_option("--secret-file", settings.secret_file,
                  "File whose first line is its secret; without it one is made and printed once");
  add->add_flag("--backend", settings.is_backend, "It may act for itself (client_credentials)");
  add_named(*client, settings, "disable", "Let a client do nothing, and end what was granted",
            "ID");
  add_named(*client, settings, "enable", "Let a disabled client ask again", "ID");
  add->add_option("--role", settings.role,
                  "Of a backend service: a role that binds it beside its scopes");
  add_named(*client, settings, "remove", "Remove a client, and whatever was granted to it", "ID");
  CLI::App* list = client->add_subcommand("list", "List clients: id, kind, name, scopes");
  list->add_flag("--registered", settings.only_registered,
                 "Those alone that registered themselves");
  list->fallthrough();
  CLI::App* prune = client->add_subcommand(
      "prune", "Remove clients that registered themselves while anybody may and were never used");
  prune->add_option("--from", settings.from, "Those alone that came from this address");
  prune->fallthrough();
}

}  // namespace

CLI::App* add_auth(CLI::App& app, AuthSettings& settings) {
  CLI::App* auth = app.add_subcommand(
      "auth", "Manage users, clients and keys of --auth smart; a server may run");
  auth->require_subcommand(1);
  auth->add_option("--data", settings.data, "Folder of the database")
      ->envname("MEDISYNC_DATA")
      ->capture_default_str();
  add_user_commands(*auth, settings);
  add_client_commands(*auth, settings);
  CLI::App* token = auth->add_subcommand(
      "registration-token", "Make a token by which one app may register itself; printed once");
  token->add_option("--days", settings.days, "How long it is good")
      ->check(CLI::Range(1, 366))
      ->capture_default_str();
  token->fallthrough();
  CLI::App* key = add_group(*auth, "key", "The keys that sign id tokens");
  key->add_subcommand("rotate", "Make a new key; the old one verifies for a day")->fallthrough();
  return auth;
}

int run_auth(const CLI::App& auth, const AuthSettings& settings) {
  auto state = open_auth_state(settings.data, {});
  if (!state) return fail(state.error());
  const CLI::App& group = *auth.get_subcommands().front();
  if (group.get_name() == "registration-token") return make_registration_token(**state, settings);
  const std::string command = group.get_name() + " " + group.get_subcommands().front()->get_name();
  if (command == "user add") return add_user(**state, settings);
  if (command == "user password") return set_password(**state, settings);
  if (command == "user totp") return enroll(**state, settings);
  security::Users users((*state)->environment);
  security::Clients clients((*state)->environment);
  const std::string& name = settings.name;
  if (command == "user remove") return changed(users.remove(name), "user", settings, "removed");
  if (command == "user disable")
    return changed(users.set_disabled(name, true), "user", settings, "disabled");
  if (command == "user enable")
    return changed(users.set_disabled(name, false), "user", settings, "enabled");
  if (command == "user unlock") return changed(users.unlock(name), "user", settings, "unlocked");
  if (command == "user revoke") return revoke_grants(**state, settings);
  if (command == "user list") return list_users(**state);
  if (command == "client add") return add_client(**state, settings);
  if (command == "client remove")
    return changed(clients.remove(name), "client", settings,
                   "removed, with what was granted to it");
  if (command == "client disable")
    return changed(clients.set_disabled(name, true), "client", settings, "disabled");
  if (command == "client enable")
    return changed(clients.set_disabled(name, false), "client", settings, "enabled");
  if (command == "client list") return list_clients(**state, settings);
  if (command == "client prune") return prune_clients(**state, settings);
  return rotate(**state);
}

}  // namespace server::cli
