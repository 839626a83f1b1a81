#include "src/rest/own_operations.h"

#include <algorithm>
#include <array>
#include <span>

#include "fhir/base/date_time.h"
#include "fhir/formats/json_writer.h"
#include "src/operations/operation.h"

namespace server::rest {
namespace {

using fhir::json::Builder;
using operations::level_instance;
using operations::level_system;
using operations::level_type;

/// What a definition said last changed then: 2026-11-28, UTC ms.
constexpr std::int64_t k_defined_at = 1'795'824'000'000;

struct Parameter {
  std::string_view name, use, min, max, type, documentation;
};

struct Own {
  std::string_view id, name, title, type;  // type empty: any, and the system
  std::uint8_t levels;
  bool (*is_offered)(const Options& options);
  std::string_view description;
  std::span<const Parameter> parameters;
};

bool has_tokens(const Options& options) { return !options.oauth_uris.empty(); }
bool has_import(const Options& options) { return options.bulk_import; }

constexpr auto k_token = std::to_array<Parameter>({
    {"access_token", "out", "1", "1", "string", "The token, a bearer's"},
    {"token_type", "out", "1", "1", "string", "Bearer"},
    {"expires_in", "out", "1", "1", "integer", "Seconds"},
    {"scope", "out", "1", "1", "string", "SMART scopes, of the one patient, by which it reads"},
    {"patient", "out", "1", "1", "string", "Id of the patient"},
    {"purpose", "out", "1", "1", "Coding", "Purpose of use, of v3-ActReason"},
});

template <std::size_t n>
constexpr auto with_token(const std::array<Parameter, n>& in) {
  std::array<Parameter, n + k_token.size()> all{};
  std::copy(in.begin(), in.end(), all.begin());
  std::copy(k_token.begin(), k_token.end(), all.begin() + n);
  return all;
}

constexpr auto k_break_glass = with_token(std::to_array<Parameter>({
    {"reason", "in", "1", "1", "string", "Why; it is kept in the audit trail"},
    {"purpose", "in", "0", "1", "code", "Purpose of use, of v3-ActReason; the role's, if left out"},
}));

constexpr auto k_access_token = with_token(std::to_array<Parameter>({
    {"actor", "in", "0", "1", "Reference",
     "To whom it is given, of those whom the Consent permits something; needed when these are "
     "several"},
    {"purpose", "in", "0", "1", "code",
     "Purpose of use, of v3-ActReason: the first that the Consent permits, when it is left out"},
    {"scope", "in", "0", "1", "string", "SMART scopes that read; patient/*.rs when left out"},
}));

constexpr auto k_import = std::to_array<Parameter>({
    {"inputFormat", "in", "0", "1", "code", "application/fhir+ndjson"},
    {"inputSource", "in", "0", "1", "uri", "Where the files come from; nothing depends on it"},
    {"input", "in", "0", "*", "BackboneElement",
     "A file: its url, and the type of its resources; else the files of exportUrl, or the body "
     "itself is the file"},
    {"exportUrl", "in", "0", "1", "url", "The manifest of a Bulk Data export that is done"},
    {"mode", "in", "0", "1", "code", "InitialLoad or IncrementalLoad, which are done alike"},
});

constexpr auto k_all = std::to_array<Own>({
    {"Patient-break-glass", "break-glass", "Break the glass", "Patient", level_instance, has_tokens,
     "In an emergency gives a user whose role may do so a token that reads the record of this "
     "patient, whatever Consents deny, for a short time. The reason and each use are recorded; "
     "without an "
     "audit trail it is refused.",
     k_break_glass},
    {"Consent-access-token", "access-token", "Temporary token", "Consent", level_instance,
     has_tokens,
     "Gives somebody outside a token that reads of the patient what this Consent permits them, for "
     "one purpose and a short time; it ends with the Consent. The patient asks for it, or an "
     "administrator.",
     k_access_token},
    {"import", "import", "Import", "", level_system | level_type, has_import,
     "Takes in files of NDJSON in the background: asked for with Prefer: respond-async, and "
     "followed at the URL of Content-Location.",
     k_import},
});

std::string url_of(const Options& options, const Own& own) {
  return options.base_url + "/OperationDefinition/" + std::string(own.id);
}

void append(Builder& out, const Parameter& parameter) {
  out.begin_object().string("name", parameter.name).string("use", parameter.use);
  out.number("min", parameter.min == "0" ? 0 : 1).string("max", parameter.max);
  out.string("documentation", parameter.documentation);
  if (parameter.type == "BackboneElement") {
    out.key("part").begin_array();
    append(out, {"type", "in", "0", "1", "code", "Of the resources; any, when left out"});
    append(out, {"url", "in", "1", "1", "url", "Where the file is"});
    out.end_array();
  } else {
    out.string("type", parameter.type);
  }
  out.end_object();
}

std::string text_of(const Options& options, const Own& own) {
  std::string text;
  Builder out(text);
  out.begin_object().string("resourceType", "OperationDefinition").string("id", own.id);
  out.key("meta").begin_object().string("versionId", "1");
  out.string("lastUpdated", fhir::format_instant(k_defined_at)).end_object();
  out.string("url", url_of(options, own)).string("version", MEDISYNC_VERSION);
  std::string name(own.title);  // "usable as an identifier"
  std::erase(name, ' ');
  out.string("name", name).string("title", own.title).string("status", "active");
  out.string("kind", "operation").string("date", "2026-11-28").string("publisher", "MediSync");
  out.string("description", own.description).boolean("affectsState", true);
  out.string("code", own.name).key("resource").begin_array();
  out.string(own.type.empty() ? "Resource" : own.type).end_array();
  out.boolean("system", (own.levels & level_system) != 0);
  out.boolean("type", (own.levels & level_type) != 0);
  out.boolean("instance", (own.levels & level_instance) != 0);
  out.key("parameter").begin_array();
  for (const Parameter& parameter : own.parameters) append(out, parameter);
  out.end_array().end_object();
  return text;
}

}  // namespace

std::vector<OwnOperation> own_operations(const Options& options, std::string_view type) {
  std::vector<OwnOperation> out;
  for (const Own& own : k_all) {
    const bool is_there =
        type.empty() ? (own.levels & level_system) != 0
                     : own.type == type || (own.type.empty() && own.levels != level_system);
    if (is_there && own.is_offered(options)) out.push_back({own.name, url_of(options, own)});
  }
  return out;
}

std::optional<storage::Version> own_definition(const Options& options, std::string_view id) {
  for (const Own& own : k_all) {
    if (own.id != id || !own.is_offered(options)) continue;
    storage::Version version;
    version.type = "OperationDefinition";
    version.id = id;
    version.version_id = 1;
    version.last_updated = k_defined_at;
    version.body = text_of(options, own);
    return version;
  }
  return std::nullopt;
}

}  // namespace server::rest
