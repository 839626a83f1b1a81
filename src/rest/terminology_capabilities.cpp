// https://hl7.org/fhir/R4/terminologycapabilities.html
#include "src/rest/terminology_capabilities.h"

#include <map>
#include <set>

#include "fhir/base/date_time.h"
#include "fhir/formats/json_writer.h"

namespace server::rest {

std::string terminology_capabilities(const Options& options,
                                     const fhir::DefinitionStore& definitions, std::int64_t date) {
  std::map<std::string_view, std::set<std::string_view>> systems;  // tcp-2: each system once
  for (const fhir::ConformanceRecord& record : definitions.records("CodeSystem")) {
    if (!record.url.empty()) systems[record.url].insert(record.version);
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
        if (!version.empty()) out.begin_object().string("code", version).end_object();
      }
      out.end_array();
    }
    out.end_object();
  }
  if (!systems.empty()) out.end_array();
  out.key("expansion").begin_object().boolean("hierarchical", false).boolean("paging", true);
  out.boolean("incomplete", false).end_object();
  out.string("codeSearch", "explicit");
  out.key("validateCode").begin_object().boolean("translations", false).end_object();
  out.key("translation").begin_object().boolean("needsMap", true).end_object();
  out.end_object();
  return text;
}

}  // namespace server::rest
