#include "src/bulk/import_request.h"

#include <cstdlib>

#include "fhir/formats/json_document.h"
#include "fhir/formats/json_items.h"
#include "fhir/formats/json_writer.h"
#include "src/bulk/kept_identity.h"

namespace server::bulk {
namespace {

using fhir::json::Value;

std::string text_at(const Value& object, std::string_view name) {
  return std::string(object.string_at(name));
}

}  // namespace

std::string to_json(const ImportRequest& request) {
  std::string text;
  fhir::json::Builder out(text);
  out.begin_object().string("manifest", request.manifest_url).string("url", request.url);
  out.string("owner", request.owner).string("accepted", std::to_string(request.accepted_ms));
  out.key("inputs").begin_array();
  for (const ImportInput& input : request.inputs) {
    out.begin_object().string("type", input.type).string("url", input.url);
    out.string("etag", input.etag).end_object();
  }
  out.end_array();
  if (request.is_guarded) append_identity(out.key("identity"), request.identity);
  out.end_object();
  return text;
}

fhir::Result<ImportRequest> read_import_request(std::string_view text) {
  FHIR_TRY(document, fhir::json::Document::read(std::string(text)));
  const Value& root = document.root();
  const std::string accepted = text_at(root, "accepted");
  if (accepted.empty())
    return fhir::unexpected(
        fhir::make_issue(fhir::IssueType::structure, "This is no request for an import"));
  ImportRequest request;
  request.accepted_ms = std::strtoll(accepted.c_str(), nullptr, 10);
  request.manifest_url = text_at(root, "manifest");
  request.url = text_at(root, "url");
  request.owner = text_at(root, "owner");
  for (const Value& input : fhir::json::items_at(root, "inputs"))
    request.inputs.push_back(
        {text_at(input, "type"), text_at(input, "url"), text_at(input, "etag")});
  if (const Value* identity = root.find("identity")) {
    request.is_guarded = true;
    request.identity = read_identity(*identity);
  }
  return request;
}

fhir::Result<std::vector<ImportInput>> inputs_of_manifest(std::string_view text,
                                                          std::size_t files_max) {
  FHIR_TRY(document, fhir::json::Document::read(std::string(text)));
  const Value& root = document.root();
  const Value* output = root.find("output");
  if (output == nullptr || !output->is_array())
    return fhir::unexpected(fhir::make_issue(fhir::IssueType::structure,
                                             "What the URL gives is no manifest of an export"));
  std::vector<ImportInput> inputs;
  for (const Value& file : fhir::json::items_at(root, "output")) {
    if (inputs.size() == files_max)
      return fhir::unexpected(fhir::make_issue(fhir::IssueType::too_costly,
                                               "The manifest names more files than are taken"));
    inputs.push_back({text_at(file, "type"), text_at(file, "url"), ""});
  }
  return inputs;
}

}  // namespace server::bulk
