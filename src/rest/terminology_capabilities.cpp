// https://hl7.org/fhir/R4/terminologycapabilities.html
#include "src/rest/terminology_capabilities.h"

#include <array>
#include <map>
#include <set>

#include "fhir/base/date_time.h"
#include "fhir/formats/json_writer.h"
#include "terminology/release/release_code_system.h"
#include "terminology/releases.h"

namespace server::rest {
namespace {

struct ExpansionParameter {
  std::string_view name, documentation;
};

/// What $expand takes, by name.
constexpr auto k_expansion_parameters = std::to_array<ExpansionParameter>({
    {"activeOnly", "Leave out inactive codes"},
    {"check-system-version", "system|version: any other version is an error"},
    {"context", "StructureDefinition#element, whose binding names the value set"},
    {"contextDirection", "incoming or outgoing, which are bound alike"},
    {"count", "Codes of a page"},
    {"date", "Releases as they were current then"},
    {"default-valueset-version", "url|version of imports that name none"},
    {"designation", "Only designations of this use, or of urn:ietf:bcp:47|language"},
    {"displayLanguage", "As in Accept-Language, which stands in for it"},
    {"exclude-system", "Leave out the codes of a system, or of system|version"},
    {"excludeNested", "A flat list"},
    {"excludeNotForUI", "Leave out abstract codes"},
    {"excludePostCoordinated", "Lists hold none"},
    {"filter", "A text"},
    {"force-system-version", "system|version, whatever the value set says"},
    {"includeDefinition", "With the compose"},
    {"includeDesignations", "With designations"},
    {"offset", "Codes before the page"},
    {"property", "With this property of each code, or * for all"},
    {"system-version", "system|version where the value set names none"},
    {"tx-resource", "A CodeSystem, ValueSet or ConceptMap that the request brings along"},
    {"url", "Canonical, with or without version"},
    {"useSupplement", "Canonical of a CodeSystem supplement to be used"},
    {"valueSet", "The value set itself"},
    {"valueSetVersion", "Version of the canonical"},
    {"versionsMatch", "Whether one code of two versions is the same"},
});

}  // namespace

std::string terminology_capabilities(const Options& options,
                                     const terminology::Terminology& terminology,
                                     std::int64_t date) {
  std::map<std::string_view, std::set<std::string_view>> systems;  // tcp-2: each system once
  for (const fhir::ConformanceRecord& record : terminology.definitions().records("CodeSystem")) {
    if (!record.url.empty()) systems[record.url].insert(record.version);
  }
  const auto releases = terminology.releases();
  for (const terminology::Releases::Entry& entry : releases->entries()) {
    if (entry.release->system() != nullptr)
      systems[entry.release->info().url].insert(entry.release->info().version);
  }
  std::string text;
  fhir::json::Builder out(text);
  out.begin_object().string("resourceType", "TerminologyCapabilities").string("id", "medisync");
  out.string("url", options.base_url + "/metadata?mode=terminology");
  out.string("version", MEDISYNC_VERSION).string("name", "MediSyncTerminology");
  out.string("title", "MediSync terminology").string("status", "active");
  out.string("date", fhir::format_instant(date)).string("kind", "instance");
  out.key("software").begin_object().string("name", "MediSync");
  out.string("version", MEDISYNC_VERSION).end_object();
  out.key("implementation").begin_object();
  out.string("description", "MediSync FHIR R4 server").string("url", options.base_url).end_object();
  if (!systems.empty()) out.key("codeSystem").begin_array();
  for (const auto& [url, versions] : systems) {
    out.begin_object().string("uri", url);
    const bool is_versioned = versions.size() > 1 || !versions.begin()->empty();
    if (is_versioned) {
      out.key("version").begin_array();
      for (std::string_view version : versions) {
        if (version.empty()) continue;
        out.begin_object().string("code", version);
        const auto* newest = releases->find(url, {});
        if (newest != nullptr && newest->info().version == version) out.boolean("isDefault", true);
        out.end_object();
      }
      out.end_array();
    }
    out.end_object();
  }
  if (!systems.empty()) out.end_array();
  out.key("expansion").begin_object().boolean("hierarchical", true).boolean("paging", true);
  out.boolean("incomplete", false).key("parameter").begin_array();
  for (const auto& [name, documentation] : k_expansion_parameters)
    out.begin_object().string("name", name).string("documentation", documentation).end_object();
  out.end_array();
  out.string("textFilter",
             "Each word begins a word of the display or of a designation, in any order; case does "
             "not count. Or the text begins the code.");
  out.end_object();
  out.string("codeSearch", "all");
  out.key("validateCode").begin_object().boolean("translations", false).end_object();
  out.key("translation").begin_object().boolean("needsMap", false).end_object();
  out.key("closure").begin_object().boolean("translation", false).end_object();
  out.end_object();
  return text;
}

}  // namespace server::rest
