// What an interaction sees: the request taken apart, one snapshot of the definitions, the store.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "fhir/base/result.h"
#include "fhir/validation/validator.h"
#include "src/access/access.h"
#include "src/http/message.h"
#include "src/http/metrics.h"
#include "src/operations/operation.h"
#include "src/policy/role_files.h"
#include "src/rest/lazy_text.h"
#include "src/rest/media_type.h"
#include "src/rest/status.h"
#include "src/search/extractor.h"
#include "src/search/query.h"
#include "src/storage/store.h"
#include "terminology/added_codings.h"

namespace server::bulk {
class ExportJobs;
class ImportJobs;
}  // namespace server::bulk
namespace server::jobs {
struct Progress;
class RequestJobs;
}  // namespace server::jobs

namespace server::rest {

class Authorizer;

struct Options {
  std::string base_path = "/fhir";
  std::string base_url;  // absolute, without a slash at the end: fullUrl, Location, links
  std::uint32_t page_default = 50;
  std::uint32_t page_max = 1000;
  std::uint32_t bundle_entries_max = 20'000;
  std::size_t body_depth_max = fhir::k_json_depth_max;
  bool validate_writes = true;
  unsigned version_conflict_status = 412;    // or 409: what a failed If-Match is answered with
  bool conditional_delete_multiple = false;  // else: several matches are an error
  bool store_unchanged = false;              // whether an update without a change is a version
  bool delete_history = false;               // whether old versions may be erased
  bool expunge = false;                      // whether $expunge may erase anything
  bool check_references_on_write = false;    // a reference to what is not here is an error
  bool check_references_on_delete = false;   // so is the deletion of what is referred to
  bool create_placeholders = false;          // what a write refers to is made when it is missing
  /// What is done with a message, by its event: `code` or `system|code` → store, acknowledge,
  /// refuse; `*` stands for all others. The first that fits counts.
  std::vector<std::pair<std::string, std::string>> message_routes;
  std::string release_folder;                          // of releases of code systems; empty: none
  std::vector<terminology::CodingRule> added_codings;  // to what is written
  std::vector<std::string> cors_origins;               // `*`: any; empty: no other origin
  /// Name and URL of the authorization server's endpoints, for the CapabilityStatement; empty:
  /// none.
  std::vector<std::pair<std::string, std::string>> oauth_uris;
  Authorizer* authorizer = nullptr;  // null: everybody may do everything; outlives the rest
  bool bulk_export = false;          // whether $export is offered
  bool bulk_import = false;          // whether $import is
  access::Bounds* bounds = nullptr;  // of tokens beyond their scopes; null: none; as authorizer
  std::shared_ptr<const policy::RoleFiles> roles;  // null: whoever has a role may do nothing
};

class Helpers;
class Reindexer;

/// Definitions and what is compiled from them, swapped whole. The store stands beside it.
struct Snapshot {
  operations::Services services;
  std::shared_ptr<const search::Extractor> extractor;
  std::shared_ptr<const policy::Policies> policies;        // null: there are no roles
  std::shared_ptr<const LazyText> capability_statement;    // JSON; date of the snapshot
  std::shared_ptr<const LazyText> normative_capabilities;  // the same of what is normative in R4
  std::shared_ptr<const LazyText> terminology_capabilities;
  Reindexer* reindexer = nullptr;  // null: nothing is indexed in the background
  std::uint64_t number = 0;        // no other snapshot has it; later ones have higher ones
  /// The store of `services` when it shows more than what is stored; else null.
  std::shared_ptr<storage::Store> shown_store;

  const fhir::DefinitionStore& definitions() const { return *services.definitions; }
  storage::Store& store() const { return *services.store; }
};

enum class ReturnPreference : std::uint8_t { unsaid, minimal, representation, operation_outcome };

using Parameters = std::vector<std::pair<std::string, std::string>>;

/// One interaction: from a socket, or from an entry of a batch.
struct Call {
  const Options* options = nullptr;
  const Snapshot* snapshot = nullptr;
  http::Metrics* metrics = nullptr;
  std::string_view type;       // resource type in the path, checked; empty at system level
  std::string_view id;         // logical id in the path, checked
  std::string_view version;    // versionId in the path
  std::string_view member;     // of the compartment in the path: a resource type, or `*`
  std::string_view operation;  // name behind `$`
  std::string_view file;       // of an export
  Parameters parameters;       // of the URL, decoded, in order; those of presentation removed
  std::string_view body;
  bool body_follows = false;  // piece by piece, to the sink of the answer
  Format body_format = Format::json;
  /// The resource of the bundle's entry that this call is; null when it came alone.
  const fhir::json::Value* entry_resource = nullptr;
  /// Whether a Binary is asked for as what it holds, not as a resource.
  bool wants_content = false;
  const http::Headers* headers = nullptr;
  /// What the token allows; null without an authorization server. The snapshot's store keeps to it.
  const access::Access* access = nullptr;
  std::chrono::steady_clock::time_point deadline{};
  Helpers* helpers = nullptr;           // for the parts of a batch; null: none
  jobs::RequestJobs* jobs = nullptr;    // requests that are answered later; null: none are
  jobs::Progress* progress = nullptr;   // of a request that is answered later
  bulk::ExportJobs* exports = nullptr;  // null: there are none
  bulk::ImportJobs* imports = nullptr;  // the same
  ReturnPreference prefer_return = ReturnPreference::unsaid;
  bool lenient = false;
  bool respond_async = false;  // Prefer says so
  bool is_get = false;         // or HEAD:
  bool is_head = false;
  bool is_entry = false;      // of a bundle: what it answers with is a resource
  bool takes_pieces = false;  // may be answered by a source of pieces
  operations::Notation notation = operations::Notation::json;  // of these
  bool is_trial = false;  // on a network thread: what is not quick is left to a worker

  fhir::Result<std::unique_ptr<storage::Reader>> reader() const {
    return snapshot->store().reader(deadline);
  }
};

using Answer = fhir::Result<http::Response, Failure>;

/// FHIR_TRY for functions that return an Answer or another Result with a Failure.
#define REST_TRY(name, ...) REST_TRY_(name, FHIR_CONCAT(rest_try_, __LINE__), __VA_ARGS__)
#define REST_TRY_(name, temporary, ...)                                               \
  auto temporary = (__VA_ARGS__);                                                     \
  if (!temporary)                                                                     \
    return ::fhir::unexpected(::server::rest::failure(std::move(temporary).error())); \
  auto&& name = *std::move(temporary)

}  // namespace server::rest
