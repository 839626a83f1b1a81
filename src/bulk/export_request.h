// What a client asked to be exported, and by what right, as it is kept until it is done.
// https://hl7.org/fhir/uv/bulkdata/STU2/export.html#query-parameters
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "fhir/base/result.h"
#include "src/access/access.h"

namespace server::bulk {

enum class ExportLevel : std::uint8_t { system, patient, group };

/// Which provenances come with what is exported.
enum class AssociatedProvenances : std::uint8_t { as_asked_by_type, latest, relevant };

struct ExportRequest {
  ExportLevel level = ExportLevel::system;
  std::string group;  // its id, of ExportLevel::group
  AssociatedProvenances provenances = AssociatedProvenances::as_asked_by_type;
  std::string url;  // of the kick-off request; without its parameters when they came in a body
  std::int64_t accepted_ms = 0;                              // UTC
  std::optional<std::int64_t> since_ms;                      // last updated then or later, UTC
  std::optional<std::int64_t> until_ms;                      // last updated then or earlier, UTC
  std::vector<std::string> types;                            // empty: all
  std::vector<std::pair<std::string, std::string>> filters;  // of _typeFilter: type, query
  std::vector<std::string> elements;                         // of _elements: `id`, `Patient.name`
  std::vector<std::string> patients;                         // ids; empty: all
  std::vector<std::string> ignored;  // of what was asked for and is passed over: sentences
  std::string owner;                 // empty: anybody who knows the id
  bool is_guarded = false;           // whether there was a token:
  access::Identity identity;         // of it, which is no secret
};

/// As JSON, and back.
std::string to_json(const ExportRequest& request);
/// errors   structure: to_json() did not make it
fhir::Result<ExportRequest> read_export_request(std::string_view text);

}  // namespace server::bulk
