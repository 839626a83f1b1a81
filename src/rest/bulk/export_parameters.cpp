#include "src/rest/bulk/export_parameters.h"

#include <algorithm>
#include <array>

#include "fhir/base/date_time.h"
#include "fhir/formats/json_items.h"
#include "src/rest/bulk/type_filter.h"
#include "src/rest/operation_input.h"
#include "src/rest/path.h"
#include "src/rest/resource_input.h"
#include "src/rest/search_request.h"
#include "src/search/percent.h"

namespace server::rest {
namespace {

using bulk::ExportRequest;
using fhir::IssueType;
using fhir::json::Value;

constexpr std::size_t k_values_max = 10'000;  // of one request, patients most of all
constexpr std::array<std::string_view, 3> k_formats = {"application/fhir+ndjson",
                                                       "application/ndjson", "ndjson"};

/// Reads one parameter after the other into the request.
class Reading {
 public:
  explicit Reading(const Call& call) : call_(call) {}

  fhir::Result<void, Failure> read(const Value& parameter) {
    const std::string_view name = parameter.string_at("name");
    const Value* value = operations::value_of(parameter);
    if (++values_ > k_values_max)
      return refuse(IssueType::too_costly, "An export takes ten thousand values at most");
    if (name == "patient") return read_patient(value);
    const bool is_text = value != nullptr && !value->is_object() && !value->is_array();
    if (!is_text)
      return refuse(IssueType::value, "The parameter " + std::string(name) + " needs a value");
    const std::string_view text = value->text();
    if (name == "_outputFormat") return read_format(text);
    if (name == "_since") return read_time(name, text, request.since_ms);
    if (name == "_until") return read_time(name, text, request.until_ms);
    if (name == "_type") return read_types(text);
    if (name == "_typeFilter") return read_filters(text);
    if (name == "_elements") return read_elements(text);
    if (name == "includeAssociatedData") return read_associated(text);
    // Its default, and all that this server does.
    if (name == "allowPartialManifests" && text == "false") return {};
    return pass_over("The parameter " + std::string(name) + " is not supported");
  }

  /// What can be said once all is read.
  fhir::Result<void, Failure> check() {
    for (const auto& [type, query] : request.filters) {
      if (request.types.empty() || is_among(request.types, type)) continue;
      return refuse(IssueType::invalid, "_typeFilter is for " + type + ", which _type leaves out");
    }
    if (request.since_ms && request.until_ms && *request.since_ms > *request.until_ms)
      return refuse(IssueType::value, "_since is after _until");
    return {};
  }

  ExportRequest request;

 private:
  static bool is_among(const std::vector<std::string>& names, std::string_view name) {
    return std::find(names.begin(), names.end(), name) != names.end();
  }

  /// "In the case of unsupported parameters: … when a Prefer: handling=lenient header is included,
  /// the server MAY process the request"
  fhir::Result<void, Failure> pass_over(std::string text) {
    if (!call_.lenient) return refuse(IssueType::not_supported, std::move(text));
    request.ignored.push_back(std::move(text));
    return {};
  }

  bool is_type(std::string_view name) const {
    const auto types = call_.snapshot->definitions().resource_types();
    return std::find(types.begin(), types.end(), name) != types.end();
  }

  fhir::Result<void, Failure> read_format(std::string_view text) {
    std::string format(text);
    std::replace(format.begin(), format.end(), ' ', '+');  // a plus that was not escaped
    if (std::find(k_formats.begin(), k_formats.end(), format) != k_formats.end()) return {};
    return refuse(IssueType::value,
                  "_outputFormat is application/fhir+ndjson, application/ndjson or ndjson");
  }

  static fhir::Result<void, Failure> read_time(std::string_view name, std::string_view text,
                                               std::optional<std::int64_t>& out) {
    std::string instant(text);
    std::replace(instant.begin(), instant.end(), ' ', '+');
    const auto time = fhir::DateTime::parse(instant);
    const bool is_instant =
        time && time->precision >= fhir::DatePrecision::second && time->offset_minutes;
    if (!is_instant || out)
      return refuse(IssueType::value,
                    std::string(name) + " is one instant, as 2020-01-31T08:00:00Z");
    out = time->instants().low;
    return {};
  }

  fhir::Result<void, Failure> read_types(std::string_view list) {
    while (!list.empty()) {
      const std::string_view one = list.substr(0, list.find(','));
      list.remove_prefix(std::min(list.size(), one.size() + 1));
      if (!is_type(one)) {
        if (!call_.lenient) return refuse(IssueType::value, "_type names resource types of R4");
        request.ignored.emplace_back("_type names something that is no resource type of R4");
      } else if (!is_among(request.types, one)) {
        request.types.emplace_back(one);
      }
    }
    return {};
  }

  fhir::Result<void, Failure> read_filters(std::string_view text) {
    REST_TRY(filters, split_filters(text, call_.snapshot->definitions()));
    for (TypeFilter& filter : filters) {
      FHIR_TRY(criteria, criteria_of_filters(call_, filter.first, {filter}));
      static_cast<void>(criteria);
      request.filters.push_back(std::move(filter));
    }
    return {};
  }

  fhir::Result<void, Failure> read_associated(std::string_view list) {
    while (!list.empty()) {
      const std::string_view one = list.substr(0, list.find(','));
      list.remove_prefix(std::min(list.size(), one.size() + 1));
      if (one == "RelevantProvenanceResources") {
        request.provenances = bulk::AssociatedProvenances::relevant;
      } else if (one != "LatestProvenanceResources") {
        FHIR_CHECK(
            pass_over("includeAssociatedData is LatestProvenanceResources or "
                      "RelevantProvenanceResources"));
      } else if (request.provenances == bulk::AssociatedProvenances::as_asked_by_type) {
        request.provenances = bulk::AssociatedProvenances::latest;
      }
    }
    return {};
  }

  fhir::Result<void, Failure> read_elements(std::string_view list) {
    while (!list.empty()) {
      const std::string_view one = list.substr(0, list.find(','));
      list.remove_prefix(std::min(list.size(), one.size() + 1));
      const std::size_t dot = one.find('.');
      const bool is_good = !one.empty() && (dot == std::string_view::npos ||
                                            (is_type(one.substr(0, dot)) && dot + 1 < one.size()));
      if (!is_good)
        return refuse(IssueType::value,
                      "_elements names elements of resources, as id or Patient.birthDate");
      request.elements.emplace_back(one);
    }
    return {};
  }

  /// "the server SHALL … POST": patients' ids do not belong into URLs, which are logged.
  fhir::Result<void, Failure> read_patient(const Value* value) {
    if (call_.type.empty())
      return refuse(IssueType::not_supported, "patient is for exports of patients and groups");
    const bool is_reference = value != nullptr && value->is_object();
    if (!is_reference)
      return refuse(IssueType::value, "patient is a reference in the Parameters of a POST");
    std::string_view reference = value->string_at("reference");
    const std::string& base = call_.options->base_url;
    if (reference.starts_with(base + "/")) reference.remove_prefix(base.size() + 1);
    constexpr std::string_view k_type = "Patient/";
    if (!reference.starts_with(k_type) || !is_id(reference.substr(k_type.size())))
      return refuse(IssueType::value, "patient refers to a Patient of this server");
    const std::string id(reference.substr(k_type.size()));
    if (!is_among(request.patients, id)) request.patients.push_back(id);
    return {};
  }

  const Call& call_;
  std::size_t values_ = 0;
};

/// "The full URL of the original Bulk Data Kick-off request. In the case of a POST request, this
/// URL will not include the request parameters."
std::string url_of(const Call& call) {
  std::string url = call.options->base_url + "/";
  if (!call.type.empty()) url.append(call.type).append("/");
  if (!call.id.empty()) url.append(call.id).append("/");
  url.append("$export");
  std::string query;
  for (const auto& [name, value] : call.parameters) search::append_pair(query, name, value);
  return query.empty() ? url : url + "?" + query;
}

}  // namespace

fhir::Result<ExportRequest, Failure> export_request_of(const Call& call) {
  std::optional<fhir::json::Document> body;
  if (!call.is_get && !call.body.empty()) {
    FHIR_TRY(document, read_body(call));
    FHIR_CHECK(check_resource_type(document, "Parameters"));
    body = std::move(document);
  }
  FHIR_TRY(document, operation_parameters(call, body ? &*body : nullptr));
  Reading reading(call);
  for (const Value& parameter : fhir::json::items_at(document.root(), "parameter"))
    FHIR_CHECK(reading.read(parameter));
  FHIR_CHECK(reading.check());
  ExportRequest request = std::move(reading.request);
  request.level = call.type.empty() ? bulk::ExportLevel::system
                  : call.id.empty() ? bulk::ExportLevel::patient
                                    : bulk::ExportLevel::group;
  request.group = call.id;
  request.url = url_of(call);
  request.accepted_ms = now_utc_ms();
  return request;
}

}  // namespace server::rest
