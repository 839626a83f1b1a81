#include "src/bulk/export_request.h"

#include "fhir/formats/json_document.h"
#include "fhir/formats/json_items.h"
#include "fhir/formats/json_writer.h"
#include "src/bulk/kept_identity.h"

namespace server::bulk {
namespace {

using fhir::json::Builder;
using fhir::json::Value;

void append_list(Builder& out, std::string_view name, const std::vector<std::string>& list) {
  out.key(name).begin_array();
  for (const std::string& one : list) out.string(one);
  out.end_array();
}

std::vector<std::string> list_at(const Value& object, std::string_view name) {
  std::vector<std::string> list;
  for (const Value& one : fhir::json::items_at(object, name)) list.emplace_back(one.text());
  return list;
}

std::string text_at(const Value& object, std::string_view name) {
  return std::string(object.string_at(name));
}

/// Times are kept as text: a number of JSON may lose digits in other hands.
std::optional<std::int64_t> time_at(const Value& object, std::string_view name) {
  const std::string text = text_at(object, name);
  if (text.empty()) return std::nullopt;
  return std::strtoll(text.c_str(), nullptr, 10);
}

}  // namespace

std::string to_json(const ExportRequest& request) {
  std::string text;
  Builder out(text);
  out.begin_object().string("level", std::to_string(static_cast<int>(request.level)));
  out.string("provenances", std::to_string(static_cast<int>(request.provenances)));
  out.string("group", request.group).string("url", request.url).string("owner", request.owner);
  out.string("accepted", std::to_string(request.accepted_ms));
  if (request.since_ms) out.string("since", std::to_string(*request.since_ms));
  if (request.until_ms) out.string("until", std::to_string(*request.until_ms));
  append_list(out, "types", request.types);
  append_list(out, "elements", request.elements);
  append_list(out, "patients", request.patients);
  append_list(out, "ignored", request.ignored);
  out.key("filters").begin_array();
  for (const auto& [type, query] : request.filters)
    out.begin_object().string("type", type).string("query", query).end_object();
  out.end_array();
  if (request.is_guarded) {
    append_identity(out.key("identity"), request.identity);
  }
  out.end_object();
  return text;
}

fhir::Result<ExportRequest> read_export_request(std::string_view text) {
  FHIR_TRY(document, fhir::json::Document::read(std::string(text)));
  const Value& root = document.root();
  ExportRequest request;
  const std::string level = text_at(root, "level");
  const auto accepted = time_at(root, "accepted");
  if (level.size() != 1 || level[0] < '0' || level[0] > '2' || !accepted)
    return fhir::unexpected(
        fhir::make_issue(fhir::IssueType::structure, "This is no request for an export"));
  request.level = static_cast<ExportLevel>(level[0] - '0');
  request.group = text_at(root, "group");
  const std::string provenances = text_at(root, "provenances");
  if (provenances == "1") request.provenances = AssociatedProvenances::latest;
  if (provenances == "2") request.provenances = AssociatedProvenances::relevant;
  request.url = text_at(root, "url");
  request.owner = text_at(root, "owner");
  request.accepted_ms = *accepted;
  request.since_ms = time_at(root, "since");
  request.until_ms = time_at(root, "until");
  request.types = list_at(root, "types");
  request.elements = list_at(root, "elements");
  request.patients = list_at(root, "patients");
  request.ignored = list_at(root, "ignored");
  for (const Value& filter : fhir::json::items_at(root, "filters"))
    request.filters.emplace_back(text_at(filter, "type"), text_at(filter, "query"));
  if (const Value* identity = root.find("identity")) {
    request.is_guarded = true;
    request.identity = read_identity(*identity);
  }
  return request;
}

}  // namespace server::bulk
