// What the command line, the environment and the settings file say.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace server::cli {

/// Where definitions come from; shared by every command.
struct DefinitionSettings {
  std::string definitions;            // folder of the core package; empty: looked for
  std::vector<std::string> packages;  // folders, .tgz files, single resources, NAME@VERSION
  std::string package_folder;         // where packages are installed; empty: DATA/packages
};

/// How many seconds' worth of requests may come at once, where a rate is limited.
inline constexpr double k_burst_seconds = 10;

struct ServeSettings {
  DefinitionSettings definitions;
  std::string bind = "127.0.0.1";
  std::uint16_t port = 8080;
  std::string base_url;  // empty: http://BIND:PORT/fhir
  std::string data = "data";
  std::string auth = "none";
  bool open_introspection = false;
  std::string registration = "off";
  unsigned registration_unused_days = 7;
  unsigned key_rotation_days = 90;
  std::vector<std::string> issuers;  // URLs of outside issuers
  std::string issuers_file;          // with settings of each
  std::string consent = "opt-out";   // or opt-in, off; of weight with auth smart
  unsigned temporary_token_seconds = 600;
  unsigned emergency_token_seconds = 1800;
  std::string roles;  // folder of role files; empty: the program's
  bool validator_service = false;
  bool audit = false;
  std::string durability = "full";
  unsigned io_threads = 0;      // 0: by the machine
  unsigned worker_threads = 0;  // 0: by the machine
  std::uint32_t page_size = 50;
  std::uint32_t page_size_max = 1000;
  std::size_t body_megabytes_max = 64;
  std::size_t resource_megabytes_max = 32;
  std::size_t search_kilobytes_max = 128;
  std::size_t import_megabytes_max = 4096;
  unsigned deadline_seconds = 60;
  unsigned async_deadline_seconds = 600;
  unsigned async_kept_seconds = 3600;
  bool exports = true;
  unsigned export_kept_seconds = 24 * 3600;
  std::size_t export_megabytes_max = 16 * 1024;
  std::size_t export_file_megabytes = 128;
  std::size_t export_file_resources = 1'000'000;
  bool imports = true;
  std::vector<std::string> import_from;    // hosts
  std::vector<std::string> import_tokens;  // HOST=FILE
  bool import_private = false;
  std::uint64_t import_errors_max = 100'000;
  std::size_t import_file_megabytes_max = 16 * 1024;
  unsigned idle_seconds = 60;
  unsigned grace_seconds = 30;
  std::string tls_certificate, tls_key;
  std::string access_log = "-";
  bool validate = true;
  unsigned version_conflict = 412;
  std::string conditional_delete = "single";
  bool store_unchanged = false;
  bool delete_history = false;
  bool expunge = false;
  std::vector<std::string> message_routes;    // EVENT=ACTION
  std::vector<std::string> added_codings;     // PROFILE=SYSTEM
  std::vector<std::string> check_references;  // write, delete
  bool create_placeholders = false;
  std::vector<std::string> cors_origins;
  double rate = 0, client_rate = 0;  // requests a second; 0: no limit
  double login_rate = 30;            // a minute
  double token_rate = 600;           // a minute
  double registration_rate = 10;     // a minute
  std::vector<std::string> trusted_proxies;
};

struct ValidateSettings {
  DefinitionSettings definitions;
  std::string data;  // whose releases of code systems are asked; empty: none
  std::string output = "text";
  std::vector<std::string> profiles;
  std::vector<std::string> files;
  std::vector<std::string> extension_bases;
  std::string severity = "information";  // the least that is told
  unsigned threads = 0;                  // 0: by the machine
  bool lenient_extensions = false;
  bool for_publication = false;
  bool closed_parameters = false;
  bool quiet = false;
};

struct LoadSettings {
  ServeSettings serve;  // data folder, durability, definitions
  std::vector<std::string> paths;
};

struct FhirpathSettings {
  DefinitionSettings definitions;
  std::string data;  // as above
  std::string expression;
  std::string context;  // an expression; empty: the resource
  std::vector<std::string> files;
  std::string output = "text";
  std::string zone;  // +11:00; empty: this machine's
  bool ndjson = false;
  bool lenient = false;
};

struct SnapshotSettings {
  DefinitionSettings definitions;
  std::string file;
};

struct PackageSettings {
  std::string data = "data";
  std::string folder;    // empty: DATA/packages
  std::string registry;  // address; empty: none
  std::string output = "text";
  std::vector<std::string> names;  // NAME@VERSION, or files .tgz to install
  bool allow_http = false;
  bool with_dependencies = true;
  bool forced = false;
};

struct TerminologySettings {
  std::string data = "data";
  std::string kind;     // empty: found out
  std::string version;  // empty: what the release says
  std::string edition;  // of SNOMED CT; empty: found out
  std::string output = "text";
  std::vector<std::string> paths;  // of releases to load
  std::vector<std::string> names;  // of loaded releases
};

struct IndexSettings {
  DefinitionSettings definitions;
  std::string data;  // as above
  std::string base_url;
  std::vector<std::string> files;
};

}  // namespace server::cli
