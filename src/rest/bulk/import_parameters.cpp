// https://github.com/smart-on-fhir/bulk-import: the manifest form, as JSON or as Parameters, and
// the ping-and-pull form, which names the manifest of an export.
#include "src/rest/bulk/import_parameters.h"

#include <algorithm>
#include <array>

#include "fhir/formats/json_items.h"
#include "src/bulk/import_jobs.h"
#include "src/operations/parameters.h"
#include "src/rest/operation_input.h"
#include "src/rest/resource_input.h"
#include "src/rest/search_request.h"

namespace server::rest {
namespace {

using bulk::ImportInput;
using fhir::IssueType;
using fhir::json::Value;

constexpr std::size_t k_files_max = 10'000, k_url_bytes_max = 8192;
constexpr std::array<std::string_view, 3> k_formats = {"application/fhir+ndjson",
                                                       "application/ndjson", "ndjson"};

bool is_ndjson(std::string_view name) {
  return std::find(k_formats.begin(), k_formats.end(), name) != k_formats.end();
}

MediaType content_type(const Call& call) {
  return parse_media_type(call.headers != nullptr ? call.headers->get("Content-Type") : "");
}

/// Reads one parameter after the other into the request: of the JSON form a member.
class Reading {
 public:
  explicit Reading(const Call& call) : call_(call) {}

  fhir::Result<void, Failure> read(std::string_view name, std::string_view text) {
    if (name == "inputFormat" || name == "_inputFormat") {
      if (is_ndjson(text)) return {};
      return refuse(IssueType::not_supported, "inputFormat is application/fhir+ndjson");
    }
    // Whose base relative references have: they stay as they are.
    if (name == "inputSource") return {};
    if (name == "storageType") {
      if (text == "https" || text == "http") return {};
      return refuse(IssueType::not_supported, "Files are fetched by https alone");
    }
    if (name == "mode") {
      if (text == "InitialLoad" || text == "IncrementalLoad") return {};
      return refuse(IssueType::value,
                    "mode is InitialLoad or IncrementalLoad: both are the same here");
    }
    if (name == "exportType") {
      if (text == "static") return {};
      return refuse(IssueType::not_supported,
                    "exportUrl names the manifest of an export that is done: exportType static");
    }
    if (name == "exportUrl") {
      if (!request.manifest_url.empty())
        return refuse(IssueType::invalid, "exportUrl is given once");
      FHIR_CHECK(check_url(text));
      request.manifest_url = text;
      return {};
    }
    if (call_.lenient) return {};
    return refuse(IssueType::not_supported,
                  "The parameter " + std::string(name) + " is not supported");
  }

  fhir::Result<void, Failure> read_input(ImportInput input) {
    if (request.inputs.size() == k_files_max)
      return refuse(IssueType::too_costly, "An import takes ten thousand files at most");
    const auto types = call_.snapshot->definitions().resource_types();
    if (!input.type.empty() && std::find(types.begin(), types.end(), input.type) == types.end())
      return refuse(IssueType::value, "The type of an input is a resource type of R4");
    if (!call_.type.empty() && !input.type.empty() && input.type != call_.type)
      return refuse(IssueType::value, "The type of an input is not that of the URL");
    if (input.type.empty()) input.type = call_.type;
    FHIR_CHECK(check_url(input.url));
    request.inputs.push_back(std::move(input));
    return {};
  }

  fhir::Result<void, Failure> check() const {
    const bool has_inputs = !request.inputs.empty();
    if (has_inputs == !request.manifest_url.empty())
      return refuse(IssueType::required, "An import needs input, or exportUrl");
    if (!request.manifest_url.empty() && !call_.type.empty())
      return refuse(IssueType::not_supported,
                    "The files of an export are imported by [base]/$import");
    return {};
  }

  bulk::ImportRequest request;

 private:
  fhir::Result<void, Failure> check_url(std::string_view url) const {
    if (url.empty() || url.size() > k_url_bytes_max)
      return refuse(IssueType::value, "An input needs a url");
    if (auto may = call_.imports->source().check(std::string(url)); !may)
      return fhir::unexpected(failure(std::move(may).error()));
    return {};
  }

  const Call& call_;
};

ImportInput input_of(const Value& object) {
  return {std::string(object.string_at("type")), std::string(object.string_at("url")),
          std::string(object.string_at("etag"))};
}

fhir::Result<void, Failure> read_manifest_form(const Value& root, Reading& reading) {
  for (const auto& member : root.members()) {
    const std::string_view name = member.name();
    if (name == "input") {
      for (const Value& input : fhir::json::items_at(root, "input"))
        FHIR_CHECK(reading.read_input(input_of(input)));
    } else if (name == "storageDetail") {
      const std::string_view type = member.value.is_object() ? member.value.string_at("type") : "";
      FHIR_CHECK(reading.read("storageType", type));
    } else if (member.value.is_string()) {
      FHIR_CHECK(reading.read(name, member.value.string()));
    } else {
      FHIR_CHECK(reading.read(name, {}));
    }
  }
  return {};
}

std::string_view text_of(const Value& parameter) {
  const Value* value = operations::value_of(parameter);
  return value != nullptr && value->is_string() ? value->string() : std::string_view{};
}

fhir::Result<void, Failure> read_parameters_form(const Value& root, Reading& reading) {
  for (const Value& parameter : fhir::json::items_at(root, "parameter")) {
    const std::string_view name = parameter.string_at("name");
    if (name == "input") {
      ImportInput input;
      for (const Value& part : fhir::json::items_at(parameter, "part")) {
        const std::string_view part_name = part.string_at("name");
        if (part_name == "type") input.type = text_of(part);
        if (part_name == "url") input.url = text_of(part);
        if (part_name == "etag") input.etag = text_of(part);
      }
      FHIR_CHECK(reading.read_input(std::move(input)));
    } else if (name == "storageDetail") {
      for (const Value& part : fhir::json::items_at(parameter, "part")) {
        if (part.string_at("name") == "type")
          FHIR_CHECK(reading.read("storageType", text_of(part)));
      }
    } else {
      FHIR_CHECK(reading.read(name, text_of(parameter)));
    }
  }
  return {};
}

}  // namespace

bool is_upload(const Call& call) { return is_ndjson(content_type(call).name); }

fhir::Result<bulk::ImportRequest, Failure> import_request_of(const Call& call) {
  Reading reading(call);
  if (is_upload(call)) {
    if (!call.body_follows && call.body.empty())
      return refuse(IssueType::required, "There is nothing to import");
    reading.request.inputs.push_back({std::string(call.type), "", ""});
  } else {
    const MediaType type = content_type(call);
    const auto format = format_of(type.name);
    if (!format)
      return fhir::unexpected(
          failure(fhir::make_issue(fhir::Situation::unsupported_media, IssueType::not_supported,
                                   "An import takes Parameters, a manifest as application/json, or "
                                   "application/fhir+ndjson")));
    FHIR_TRY(document, read_resource_text(call, *format, std::string(call.body)));
    const Value& root = document.root();
    if (!root.is_object()) return refuse(IssueType::structure, "The body is a JSON object");
    if (root.find("resourceType") == nullptr) {
      FHIR_CHECK(read_manifest_form(root, reading));
    } else {
      FHIR_CHECK(check_resource_type(document, "Parameters"));
      FHIR_CHECK(read_parameters_form(root, reading));
    }
    FHIR_CHECK(reading.check());
  }
  bulk::ImportRequest request = std::move(reading.request);
  request.url = call.options->base_url + "/" + std::string(call.type) +
                (call.type.empty() ? "" : "/") + "$import";
  request.accepted_ms = now_utc_ms();
  return request;
}

}  // namespace server::rest
