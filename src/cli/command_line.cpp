// The command line, the environment and the settings file, all by CLI11. A flag wins over the
// environment, the environment over the file.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <string>

#include "src/cli/audit_command.h"
#include "src/cli/auth_command.h"
#include "src/cli/commands.h"
#include "src/cli/edge.h"
#include "src/cli/importing.h"
#include "src/cli/outside.h"

namespace server::cli {
namespace {

constexpr int k_misuse = 2;

void add_definition_options(CLI::App& app, DefinitionSettings& settings) {
  app.add_option("--definitions", settings.definitions,
                 "Folder of the core R4 package (found by itself after scripts/setup)")
      ->envname("MEDISYNC_DEFINITIONS");
  // One to each option that repeats: what follows may be a file.
  app.add_option("--package", settings.packages,
                 "Package folder, .tgz, a single conformance resource (JSON or XML), or "
                 "NAME@VERSION of an installed package; may be given several times")
      ->allow_extra_args(false);
  app.add_option("--package-folder", settings.package_folder,
                 "Folder of packages (DATA/packages); a server loads all that lies there")
      ->envname("MEDISYNC_PACKAGE_FOLDER");
}

/// For commands that work without a database.
void add_release_option(CLI::App& app, std::string& data) {
  app.add_option("--data", data,
                 "Folder whose loaded releases (medisync terminology load) answer what codes mean; "
                 "without it only the definitions do");
}

/// The commands below `package`; what they are told is in `settings`.
CLI::App* add_package(CLI::App& app, PackageSettings& settings) {
  CLI::App* package =
      app.add_subcommand("package", "Install, list and remove packages of definitions");
  package->require_subcommand(0, 1);  // a word that is no command is named before one is asked for
  package->add_option("--data", settings.data, "Folder of the database")
      ->envname("MEDISYNC_DATA")
      ->capture_default_str();
  package->add_option("--package-folder", settings.folder, "Folder of packages (DATA/packages)")
      ->envname("MEDISYNC_PACKAGE_FOLDER");
  CLI::App* install = package->add_subcommand(
      "install", "Install packages and what they depend on, from a registry or from files");
  install
      ->add_option("--registry", settings.registry,
                   "Address of a FHIR package registry, https://…; none is built in")
      ->envname("MEDISYNC_REGISTRY");
  install->add_flag("--allow-http", settings.allow_http,
                    "Fetch without TLS from other machines too");
  install->add_flag("!--no-dependencies", settings.with_dependencies,
                    "Leave out what the packages depend on");
  install->add_option("PACKAGE", settings.names, "NAME@VERSION, NAME@1.2.x, NAME, or files .tgz")
      ->required();
  CLI::App* list = package->add_subcommand("list", "List what is installed, and check it");
  list->add_option("--output", settings.output, "text, or ndjson: a line for each package")
      ->check(CLI::IsMember({"text", "ndjson"}))
      ->capture_default_str();
  CLI::App* remove = package->add_subcommand("remove", "Remove packages");
  remove->add_flag("--force", settings.forced, "Even where others depend on them");
  remove->add_option("PACKAGE", settings.names, "NAME@VERSION, or NAME")->required();
  for (CLI::App* command : {install, list, remove}) command->fallthrough();
  return package;
}

int run_package(const CLI::App& package, const PackageSettings& settings) {
  if (package.got_subcommand("install")) return package_install(settings);
  if (package.got_subcommand("list")) return package_list(settings);
  return package_remove(settings);
}

/// The commands below `terminology`; what they are told is in `settings`.
CLI::App* add_terminology(CLI::App& app, TerminologySettings& settings) {
  CLI::App* terminology = app.add_subcommand(
      "terminology", "Load, list, show and remove releases of SNOMED CT, RxNorm, LOINC and others");
  terminology->require_subcommand(1);
  terminology->add_option("--data", settings.data, "Folder of the database")
      ->envname("MEDISYNC_DATA")
      ->capture_default_str();
  CLI::App* load = terminology->add_subcommand(
      "load", "Load releases, as their owners publish them, into DATA/terminology");
  load->add_option("--kind", settings.kind, "What the release is, where its files do not tell")
      ->check(CLI::IsMember({"snomed", "rxnorm", "loinc", "icd10", "ndc", "cvx", "atc", "csv"}));
  load->add_option(
      "--release-version", settings.version,
      "Version, where the release does not tell; of a full SNOMED CT release the date");
  load->add_option("--edition", settings.edition,
                   "Module of the edition of SNOMED CT, where the release does not tell");
  load->add_option("PATH", settings.paths, "Folders or files of releases")->required();
  CLI::App* list = terminology->add_subcommand("list", "List what is loaded, and check it");
  CLI::App* info = terminology->add_subcommand(
      "info", "Show what is loaded, with the notice of its licence and how it is obtained");
  info->add_option("NAME", settings.names, "As list names it; every release when none is given");
  for (CLI::App* command : {list, info})
    command->add_option("--output", settings.output, "text, or ndjson: a line for each release")
        ->check(CLI::IsMember({"text", "ndjson"}))
        ->capture_default_str();
  CLI::App* remove = terminology->add_subcommand("remove", "Remove releases");
  remove->add_option("NAME", settings.names, "As list names it")->required();
  for (CLI::App* command : {load, list, info, remove}) command->fallthrough();
  return terminology;
}

int run_terminology(const CLI::App& terminology, const TerminologySettings& settings) {
  if (terminology.got_subcommand("load")) return terminology_load(settings);
  if (terminology.got_subcommand("list")) return terminology_list(settings);
  if (terminology.got_subcommand("info")) return terminology_info(settings);
  return terminology_remove(settings);
}

void add_store_options(CLI::App& app, ServeSettings& settings) {
  app.add_option("--data", settings.data, "Folder of the database")
      ->envname("MEDISYNC_DATA")
      ->capture_default_str();
  app.add_option("--durability", settings.durability,
                 "full: an acknowledged write survives a power cut; normal: a crash of the "
                 "program; off: neither")
      ->envname("MEDISYNC_DURABILITY")
      ->check(CLI::IsMember({"full", "normal", "off"}))
      ->capture_default_str();
  app.add_flag("--validate,!--no-validate", settings.validate,
               "Judge every write against the definitions (on)");
  app.add_option("--base-url", settings.base_url,
                 "Public URL of the FHIR endpoint, when a proxy stands before it")
      ->envname("MEDISYNC_BASE_URL");
}

/// How the interactions of http.html behave where R4 leaves it to the server.
/// Gives each option that has none the environment variable of its name: --page-size is
/// MEDISYNC_PAGE_SIZE.
void name_environment(CLI::App& app) {
  for (CLI::Option* option : app.get_options()) {
    if (!option->get_envname().empty() || option == app.get_help_ptr()) continue;
    std::string name = "MEDISYNC_";
    for (const char c : option->get_lnames().front())
      name += c == '-' ? '_' : static_cast<char>(c - 'a' + 'A');
    option->envname(name);
  }
}

void add_rate_options(CLI::App& app, ServeSettings& settings) {
  app.add_option("--rate-limit", settings.rate,
                 "Requests a second that one address may make, for long; ten seconds' worth may "
                 "come at once. 0: no limit")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  app.add_option("--client-rate-limit", settings.client_rate,
                 "The same for each client of --auth smart")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  app.add_option("--login-rate-limit", settings.login_rate,
                 "Passwords and codes a minute that one address may try; 0: no limit")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  app.add_option("--token-rate-limit", settings.token_rate,
                 "Requests for tokens a minute that one address may make; 0: no limit")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  app.add_option("--registration-rate-limit", settings.registration_rate,
                 "Apps a minute that one address may register; 0: no limit")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  app.add_option("--trusted-proxy", settings.trusted_proxies,
                 "Address of a proxy whose X-Forwarded-For tells who asks; several may be given");
}

/// Of whatever writes.
void add_coding_option(CLI::App& app, ServeSettings& settings) {
  app.add_option(
         "--add-codings", settings.added_codings,
         "PROFILE=SYSTEM: on write, a CodeableConcept of resources that claim the profile (* "
         "for all) gets the codings of the system that concept maps give as equivalent, beside "
         "those sent; several may be given")
      ->check([](const std::string& rule) {
        const std::size_t equals = rule.rfind('=');
        const bool is_good =
            equals != std::string::npos && equals != 0 && equals + 1 != rule.size();
        return is_good ? std::string() : std::string("must be PROFILE=SYSTEM");
      });
}

void add_rest_options(CLI::App& app, ServeSettings& settings) {
  app.add_option("--version-conflict", settings.version_conflict,
                 "Status when If-Match names another version: 412, or 409 as R3 had it")
      ->check(CLI::IsMember({412, 409}))
      ->capture_default_str();
  app.add_option("--conditional-delete", settings.conditional_delete,
                 "single: several matches are an error; multiple: all are deleted")
      ->check(CLI::IsMember({"single", "multiple"}))
      ->capture_default_str();
  app.add_flag("--store-unchanged", settings.store_unchanged,
               "Make a version of an update that changes nothing");
  app.add_flag("--delete-history", settings.delete_history,
               "Let $delete-history erase old versions");
  app.add_flag("--expunge", settings.expunge,
               "Let $expunge erase resources from the store, their history and the index");
  add_coding_option(app, settings);
  app.add_option("--message-route", settings.message_routes,
                 "EVENT=ACTION for $process-message; EVENT is code, system|code or *, ACTION is "
                 "store, acknowledge or refuse; several may be given, the first that fits counts")
      ->check([](const std::string& route) {
        const std::string action = route.substr(route.rfind('=') + 1);
        const bool is_good = route.find('=') != std::string::npos && route.front() != '=' &&
                             (action == "store" || action == "acknowledge" || action == "refuse");
        return is_good ? std::string()
                       : std::string("must be EVENT=store, =acknowledge or =refuse");
      });
  app.add_option("--check-references", settings.check_references,
                 "When references must lead to something: write, delete; may be given twice")
      ->check(CLI::IsMember({"write", "delete"}));
  app.add_flag("--create-placeholders", settings.create_placeholders,
               "Create what a written resource refers to when it is missing");
  app.add_option(
      "--cors-origin", settings.cors_origins,
      "Origin whose pages may use this server from a browser, or *; several may be given");
}

void add_export_options(CLI::App& app, ServeSettings& settings) {
  app.add_flag("--export,!--no-export", settings.exports, "Offer $export, FHIR Bulk Data (on)");
  app.add_option("--export-kept", settings.export_kept_seconds,
                 "Seconds that the files of an export are kept")
      ->check(CLI::Range(1u, 366u * 24 * 3600))
      ->capture_default_str();
  app.add_option("--export-megabytes-max", settings.export_megabytes_max,
                 "Room on the disk for the files of all exports together")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--export-file-megabytes", settings.export_file_megabytes,
                 "Size at which a file of an export ends and the next begins")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--export-file-resources", settings.export_file_resources,
                 "Number of resources at which it does")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
}

void add_serve(CLI::App& app, ServeSettings& settings) {
  add_definition_options(app, settings.definitions);
  add_store_options(app, settings);
  add_rest_options(app, settings);
  add_rate_options(app, settings);
  add_export_options(app, settings);
  add_import_options(app, settings);
  app.add_option("--bind", settings.bind, "Address to listen on")->capture_default_str();
  app.add_option("--port", settings.port, "Port to listen on; 0 takes a free one")
      ->capture_default_str();
  app.add_option("--auth", settings.auth,
                 "none; smart: SMART on FHIR, with the authorization server in the program; jwt: "
                 "outside issuers alone")
      ->check(CLI::IsMember({"none", "smart", "jwt"}))
      ->capture_default_str();
  add_outside_options(app, settings);
  app.add_option("--roles", settings.roles,
                 "Folder of role files (*.json) in place of the program's own");
  app.add_flag("--open-introspection", settings.open_introspection,
               "Tell whoever holds a token about it, without proof of who asks");
  app.add_option("--consent", settings.consent,
                 "With --auth smart, what patients' Consents bind: opt-out (all flows that no "
                 "Consent denies), opt-in (nothing flows that no Consent permits), off")
      ->check(CLI::IsMember({"off", "opt-out", "opt-in"}));
  app.add_option("--temporary-token-seconds", settings.temporary_token_seconds,
                 "How long a token that a patient's Consent gives is good, at most")
      ->capture_default_str()
      ->check(CLI::Range(1, 86'400));
  app.add_option(
         "--emergency-token-seconds", settings.emergency_token_seconds,
         "How long a token of somebody who broke the glass is good, at most: the role's file may "
         "say less")
      ->capture_default_str()
      ->check(CLI::Range(1, 86'400));
  app.add_flag("--audit", settings.audit,
               "Record each interaction as an AuditEvent, each tied to the one before it; see "
               "medisync audit verify");
  app.add_flag("--validator-service", settings.validator_service,
               "Judge what anybody posts to /validate, the interface of the validator service that "
               "conformance labs ask; nothing is stored");
  app.add_option("--tls-certificate", settings.tls_certificate,
                 "PEM chain; with --tls-key the port speaks TLS");
  app.add_option("--tls-key", settings.tls_key, "PEM key");
  app.add_option("--access-log", settings.access_log,
                 "JSON lines to a file, - for standard output, or off")
      ->capture_default_str();
  app.add_option("--page-size", settings.page_size, "Matches on a page when _count is not given")
      ->capture_default_str();
  app.add_option("--page-size-max", settings.page_size_max, "Most that _count may ask for")
      ->capture_default_str();
  add_edge_options(app, settings);
  app.add_option("--deadline", settings.deadline_seconds,
                 "Longest time for one request, in seconds")
      ->capture_default_str();
  app.add_option("--async-deadline", settings.async_deadline_seconds,
                 "Longest time for a request that is answered later, in seconds")
      ->capture_default_str();
  app.add_option("--async-kept", settings.async_kept_seconds,
                 "How long its answer is kept, in seconds")
      ->capture_default_str();
  app.add_option("--idle-timeout", settings.idle_seconds,
                 "Longest time without a request on a connection, in seconds")
      ->capture_default_str();
  app.add_option("--grace", settings.grace_seconds,
                 "Time to finish requests in flight on SIGTERM, in seconds")
      ->capture_default_str();
  app.add_option("--io-threads", settings.io_threads,
                 "Threads that serve sockets; 0: by the machine")
      ->capture_default_str();
  app.add_option("--worker-threads", settings.worker_threads,
                 "Threads that do the work, most of them waiting for the disk; 0: by the machine")
      ->capture_default_str();
  name_environment(app);
}

void add_fhirpath(CLI::App& app, FhirpathSettings& settings) {
  add_definition_options(app, settings.definitions);
  add_release_option(app, settings.data);
  app.footer(
      "Prints a line per item: type, path and value as JSON, apart by tabs. Types are named as "
      "FHIR\n"
      "names them (Patient, HumanName, code); a computed value has the name of the FHIR type that "
      "it\n"
      "stands for: boolean, integer, decimal, string, date, dateTime, time, Quantity. A "
      "System.Quantity\n"
      "is written as its literal. JSON that is no FHIR resource is navigated without types.\n\n"
      "With --ndjson each line of standard input is an object with expression and resource (JSON, "
      "or\n"
      "XML in a string), perhaps variables, context, zone and lenient; each is answered by a line\n"
      "{\"result\":[{\"type\",\"value\",\"path\"}]} or {\"error\":{\"code\",\"message\"}} with the "
      "code syntax,\n"
      "semantic, execution, too-costly, not-supported or input.\n\n"
      "Exit status 0: evaluated, 1: the expression is wrong or fails, 2: misuse.");
  app.add_flag("--ndjson", settings.ndjson, "Answer the lines of standard input");
  app.add_flag("--lenient", settings.lenient,
               "Evaluate what analysis finds wrong: a member that a type lacks is empty");
  app.add_option("--context", settings.context,
                 "Expression whose items are each the context of EXPRESSION");
  app.add_option("--zone", settings.zone, "Time zone, as +11:00 (this machine's)");
  app.add_option("--output", settings.output, "text, or json: a line for each file")
      ->check(CLI::IsMember({"text", "json"}))
      ->capture_default_str();
  app.add_option("EXPRESSION", settings.expression, "FHIRPath");
  app.add_option("FILE", settings.files, "JSON or XML files, or folders of them");
}

/// The status of a command; misuse where what it printed did not arrive whole.
int told(int status) {
  if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return status;
  std::fprintf(stderr, "medisync: the output could not be written\n");
  return k_misuse;
}

/// What `medisync version` and --version print.
std::string version_text() { return "medisync " MEDISYNC_VERSION " (FHIR 4.0.1)"; }

}  // namespace

int run(int argc, const char* const* argv) {
  CLI::App app("MediSync: an HL7 FHIR R4 interoperability server in one program", "medisync");
  app.require_subcommand(0, 1);  // none is refused below: here a wrong one would be told as none
  app.set_config("--config", "",
                 "Settings file (TOML): a section per command, a key per flag without its dashes")
      ->envname("MEDISYNC_CONFIG");
  app.failure_message(CLI::FailureMessage::help);
  app.set_version_flag("--version", version_text(), "Print the version");

  ServeSettings serve_settings;
  CLI::App* serve_command = app.add_subcommand("serve", "Serve FHIR over HTTP until SIGTERM");
  add_serve(*serve_command, serve_settings);

  ValidateSettings validate_settings;
  CLI::App* validate_command = app.add_subcommand(
      "validate", "Judge resources; exit status 0: no errors, 1: errors, 2: misuse");
  add_definition_options(*validate_command, validate_settings.definitions);
  add_release_option(*validate_command, validate_settings.data);
  validate_command
      ->add_option("--output", validate_settings.output,
                   "text, json, or ndjson: a line for each file")
      ->check(CLI::IsMember({"text", "json", "ndjson"}))
      ->capture_default_str();
  validate_command
      ->add_option("--profile", validate_settings.profiles,
                   "Canonical of a profile to check as well; may be given several times")
      ->allow_extra_args(false);
  validate_command->add_flag(
      "--allow-unknown-extensions", validate_settings.lenient_extensions,
      "Warn of extensions without a known definition instead of refusing them");
  validate_command
      ->add_option("--extension-base", validate_settings.extension_bases,
                   "Take extensions whose url begins so without their definition")
      ->allow_extra_args(false);
  validate_command->add_flag("--for-publication", validate_settings.for_publication,
                             "Hold HL7's own resources to HL7's rules for publication");
  validate_command->add_flag(
      "--closed-parameters", validate_settings.closed_parameters,
      "What a resource in a Parameters refers to by Type/id has to be in it");
  validate_command
      ->add_option("--severity", validate_settings.severity,
                   "Least severity to tell: error, warning or information")
      ->check(CLI::IsMember({"error", "warning", "information"}))
      ->capture_default_str();
  validate_command->add_flag("--quiet", validate_settings.quiet, "No summary at the end");
  validate_command
      ->add_option("--threads", validate_settings.threads, "Files at once; 0: by the machine")
      ->capture_default_str();
  validate_command
      ->add_option("FILE", validate_settings.files,
                   "JSON, XML or .ndjson files, folders of them, or - for standard input")
      ->required();

  LoadSettings load_settings;
  CLI::App* load_command =
      app.add_subcommand("load", "Write files into a data folder that no server has open");
  add_definition_options(*load_command, load_settings.serve.definitions);
  add_store_options(*load_command, load_settings.serve);
  add_coding_option(*load_command, load_settings.serve);
  load_command
      ->add_option("PATH", load_settings.paths,
                   "Bundles, resources, .ndjson files, or folders of them")
      ->required();

  LoadSettings import_settings;
  CLI::App* import_command = app.add_subcommand(
      "import", "Write NDJSON, as an export gives it, into a data folder that no server has open");
  add_definition_options(*import_command, import_settings.serve.definitions);
  add_store_options(*import_command, import_settings.serve);
  add_coding_option(*import_command, import_settings.serve);
  import_command
      ->add_option("PATH", import_settings.paths,
                   ".ndjson files, folders of them, or - for standard input")
      ->required();

  FhirpathSettings fhirpath_settings;
  CLI::App* fhirpath_command =
      app.add_subcommand("fhirpath", "Evaluate a FHIRPath expression over resources");
  add_fhirpath(*fhirpath_command, fhirpath_settings);

  SnapshotSettings snapshot_settings;
  CLI::App* snapshot_command = app.add_subcommand(
      "snapshot", "Print a StructureDefinition with the snapshot that its differential makes");
  add_definition_options(*snapshot_command, snapshot_settings.definitions);
  snapshot_command->add_option("FILE", snapshot_settings.file, "JSON or XML")->required();

  IndexSettings index_settings;
  CLI::App* index_command =
      app.add_subcommand("index", "Print the searches that find each resource");
  add_definition_options(*index_command, index_settings.definitions);
  add_release_option(*index_command, index_settings.data);
  index_command->add_option("--base-url", index_settings.base_url,
                            "Absolute references below it are local");
  index_command->add_option("FILE", index_settings.files, "JSON or XML files, or folders of them")
      ->required();

  PackageSettings package_settings;
  CLI::App* package_command = add_package(app, package_settings);

  AuthSettings auth_settings;
  CLI::App* auth_command = add_auth(app, auth_settings);
  AuditSettings audit_settings;
  CLI::App* audit_command = add_audit(app, audit_settings);
  TerminologySettings terminology_settings;
  CLI::App* terminology_command = add_terminology(app, terminology_settings);

  CLI::App* version_command = app.add_subcommand("version", "Print the version");

  try {
    app.parse(argc, argv);
    if (app.get_subcommands().empty()) throw CLI::RequiredError::Subcommand(1);
    if (package_command->parsed() && package_command->get_subcommands().empty())
      throw CLI::RequiredError::Subcommand(1);
  } catch (const CLI::ParseError& error) {
    const int status = app.exit(error);
    return status == 0 ? 0 : k_misuse;
  }
  if (version_command->parsed()) {
    std::printf("%s\n", version_text().c_str());
    return told(0);
  }
  if (serve_command->parsed()) return serve(serve_settings);
  if (validate_command->parsed()) return told(validate(validate_settings));
  if (load_command->parsed()) return told(load(load_settings));
  if (import_command->parsed()) return told(import_resources(import_settings));
  if (fhirpath_command->parsed()) return told(fhirpath(fhirpath_settings));
  if (snapshot_command->parsed()) return told(snapshot(snapshot_settings));
  if (terminology_command->parsed())
    return told(run_terminology(*terminology_command, terminology_settings));
  if (package_command->parsed()) return told(run_package(*package_command, package_settings));
  if (audit_command->parsed()) return told(run_audit(audit_settings));
  if (auth_command->parsed()) return told(run_auth(*auth_command, auth_settings));
  return told(index(index_settings));
}

}  // namespace server::cli
