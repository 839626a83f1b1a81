#include "src/cli/engine.h"

#include <cstdio>

#include "src/cli/commands.h"
#include "src/cli/definitions.h"
#include "src/cli/outside.h"
#include "src/cli/smart.h"
#include "src/policy/policies.h"
#include "src/rest/live_store.h"
#include "src/security/discovery.h"
#include "src/storage/sqlite/sqlite_store.h"

namespace server::cli {

fhir::Result<Engine> make_engine(const ServeSettings& settings, WaitHooks hooks,
                                 rest::Freshness freshness) {
  Engine engine;
  engine.options.base_url = settings.base_url;
  engine.options.page_default = settings.page_size;
  engine.options.page_max = settings.page_size_max;
  engine.options.validate_writes = settings.validate;
  engine.options.version_conflict_status = settings.version_conflict;
  engine.options.conditional_delete_multiple = settings.conditional_delete == "multiple";
  engine.options.store_unchanged = settings.store_unchanged;
  engine.options.delete_history = settings.delete_history;
  engine.options.expunge = settings.expunge;
  for (const std::string& route : settings.message_routes) {
    const std::size_t equals = route.rfind('=');  // an event's system may have one
    engine.options.message_routes.emplace_back(route.substr(0, equals), route.substr(equals + 1));
  }
  for (const std::string& rule : settings.added_codings) {
    const std::size_t equals = rule.rfind('=');
    engine.options.added_codings.push_back({rule.substr(0, equals), rule.substr(equals + 1)});
  }
  for (const std::string& when : settings.check_references) {
    if (when == "write") engine.options.check_references_on_write = true;
    if (when == "delete") engine.options.check_references_on_delete = true;
  }
  engine.options.bulk_export = settings.exports;
  engine.options.bulk_import = settings.imports;
  engine.options.create_placeholders = settings.create_placeholders;
  engine.options.cors_origins = settings.cors_origins;
  if (settings.auth == "smart") {
    security::AuthorizationOptions authorization;
    authorization.base_url = settings.base_url;
    authorization.registration = registration_mode(settings);
    engine.options.oauth_uris = security::oauth_uris(authorization);
  } else if (settings.auth == "jwt") {
    FHIR_TRY(uris, outside_uris(settings));
    engine.options.oauth_uris = std::move(uris);
  }
  if (settings.auth != "none") {
    FHIR_TRY(roles, settings.roles.empty() ? policy::default_role_files()
                                           : policy::read_role_files(settings.roles));
    engine.options.roles = std::move(roles);
  }
  engine.options.release_folder = terminology_folder(settings.data);

  DefinitionSettings wanted = settings.definitions;
  if (wanted.package_folder.empty()) wanted.package_folder = settings.data + "/packages";
  FHIR_TRY(packages, load_definitions(wanted, FolderUse::all));
  if (engine.options.roles != nullptr)
    FHIR_CHECK(policy::Policies::make(*engine.options.roles, *packages));
  FHIR_TRY(definitions, rest::LiveDefinitions::make(packages, engine.options, freshness));
  engine.definitions = std::move(definitions);

  storage::SqliteOptions store_options;
  store_options.directory = settings.data;
  store_options.erases_securely = settings.expunge || settings.delete_history;
  store_options.before_wait = std::move(hooks.before);
  store_options.after_wait = std::move(hooks.after);
  store_options.durability = settings.durability == "off"      ? storage::Durability::off
                             : settings.durability == "normal" ? storage::Durability::normal
                                                               : storage::Durability::full;
  FHIR_TRY(store, storage::open_sqlite(store_options));
  engine.store = std::make_unique<rest::LiveStore>(std::move(store), *engine.definitions);
  // An import leaves what is to be indexed again to the server that is started after it.
  if (freshness == rest::Freshness::always)
    engine.reindexer = std::make_unique<rest::Reindexer>(
        *engine.store, *engine.definitions,
        [](const std::string& line) { std::fprintf(stderr, "medisync: %s\n", line.c_str()); });
  FHIR_CHECK(engine.definitions->attach(*engine.store, engine.reindexer.get()));
  if (engine.reindexer) FHIR_CHECK(engine.reindexer->run());
  return engine;
}

}  // namespace server::cli
