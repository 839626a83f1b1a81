// https://hl7.org/fhir/R4/http.html#transaction https://hl7.org/fhir/R4/bundle.html
#include "src/rest/bundle/entry.h"

#include <array>
#include <utility>

#include "fhir/base/date_time.h"
#include "fhir/formats/json_items.h"
#include "fhir/formats/json_writer.h"
#include "src/rest/answer.h"
#include "src/rest/authorize.h"
#include "src/rest/negotiation.h"
#include "src/rest/path.h"
#include "src/search/percent.h"
#include "src/search/reference_text.h"

namespace server::rest::bundle_entries {
namespace {

constexpr std::array<std::pair<std::string_view, http::Method>, 6> k_verbs = {{
    {"GET", http::Method::get},
    {"HEAD", http::Method::head},
    {"POST", http::Method::post},
    {"PUT", http::Method::put},
    {"PATCH", http::Method::patch},
    {"DELETE", http::Method::delete_},
}};

constexpr std::array<std::pair<std::string_view, std::string_view>, 4> k_conditions = {{
    {"ifNoneMatch", "If-None-Match"},
    {"ifModifiedSince", "If-Modified-Since"},
    {"ifMatch", "If-Match"},
    {"ifNoneExist", "If-None-Exist"},
}};

/// "This has to match the same time in the meta header (meta.lastUpdated) if a resource is
/// included": the header knows no parts of seconds.
std::string last_updated_of(const std::string& body) {
  const auto document = fhir::json::Document::read(body);
  const fhir::json::Value* meta = document ? document->root().find("meta") : nullptr;
  return meta != nullptr ? std::string(meta->string_at("lastUpdated")) : std::string();
}

fhir::Result<void> take_url(const Call& call, Entry& entry) {
  std::string_view url = entry.url;
  const std::string_view address = url.substr(0, url.find('?'));
  if (const auto below = search::below_base(address, call.options->base_url))
    url.remove_prefix(address.size() - below->size());
  if (url.starts_with("/")) url.remove_prefix(1);
  const std::size_t mark = url.find('?');
  if (mark != std::string_view::npos) entry.query = url.substr(mark + 1);
  std::string with_base = "/";
  with_base += url.substr(0, mark);
  std::string storage;
  FHIR_TRY(path, path_below("", with_base, storage));
  entry.path = path;
  return {};
}

fhir::Result<void> take_route(Entry& entry) {
  auto found = match(entry.method, entry.path);
  if (!found || found->route == nullptr || found->route->interaction == "transaction")
    return fhir::unexpected(
        fhir::make_issue(fhir::Situation::malformed, fhir::IssueType::not_supported,
                         "The entry's method and url name no interaction of this server"));
  entry.match = *std::move(found);
  return {};
}

fhir::Result<void> read_entry(const Call& call, const fhir::json::Value& value, Entry& entry) {
  entry.value = &value;
  entry.resource = value.find("resource");
  entry.full_url = value.string_at("fullUrl");
  const fhir::json::Value* request = value.find("request");
  if (request == nullptr)
    return fhir::unexpected(fhir::make_issue(fhir::IssueType::required,
                                             "An entry of a batch or transaction has a request"));
  const std::string_view verb = request->string_at("method");
  for (const auto& [name, method] : k_verbs) {
    if (name == verb) entry.method = method;
  }
  if (entry.method == http::Method::other)
    return fhir::unexpected(
        fhir::make_issue(fhir::IssueType::value, "request.method is no HTTP verb of R4"));
  entry.url = request->string_at("url");
  FHIR_CHECK(take_url(call, entry));
  FHIR_CHECK(take_route(entry));
  const bool needs_resource = entry.method == http::Method::post ||
                              entry.method == http::Method::put ||
                              entry.method == http::Method::patch;
  const bool is_operation = !entry.match.operation.empty() || entry.path.ends_with("_search");
  if (needs_resource && !is_operation && entry.resource == nullptr)
    return fhir::unexpected(
        fhir::make_issue(fhir::IssueType::required, "A POST, PUT or PATCH entry has a resource"));
  for (const auto& [name, header] : k_conditions) {
    if (std::string_view text = request->string_at(name); !text.empty())
      entry.headers.add(std::string(header), std::string(text));
  }
  return {};
}

}  // namespace

fhir::Issue at_entry(fhir::Issue issue, const Entry& entry, const fhir::json::Document& bundle) {
  if (issue.expression.empty()) issue.expression = entry.expression();
  if (issue.line == 0 && entry.value != nullptr) {
    const auto position = bundle.position(entry.value->offset());
    issue.line = position.line;
    issue.column = position.column;
  }
  return issue;
}

fhir::Result<std::vector<Entry>, Failure> read_entries(const Call& call,
                                                       const fhir::json::Document& bundle) {
  std::vector<Entry> entries;
  Failure problems;
  const auto items = fhir::json::items_at(bundle.root(), "entry");
  if (items.size() > call.options->bundle_entries_max)
    return fhir::unexpected(failure(fhir::make_issue(
        fhir::IssueType::too_costly,
        "A bundle has at most " + std::to_string(call.options->bundle_entries_max) + " entries")));
  entries.resize(items.size());  // never grown: the entries' views point into their own paths
  for (std::size_t i = 0; i < items.size(); ++i) {
    entries[i].index = i;
    auto read = read_entry(call, items[i], entries[i]);
    if (!read) problems.push_back(at_entry(std::move(read).error(), entries[i], bundle));
  }
  if (!problems.empty()) return fhir::unexpected(std::move(problems));
  return entries;
}

std::string body_of(const Entry& entry) {
  return entry.resource != nullptr ? fhir::json::to_string(*entry.resource) : std::string();
}

fhir::Result<Call, Failure> call_for(const Call& outer, const Entry& entry, std::string_view body) {
  Call call = outer;
  call.type = entry.match.type;
  call.id = entry.match.id;
  call.version = entry.match.version;
  call.member = entry.match.member;
  call.operation = entry.match.operation;
  REST_TRY(parameters, search::split_query(entry.query));
  call.parameters = std::move(parameters);
  REST_TRY(presentation, negotiate(entry.headers, call.parameters));
  static_cast<void>(presentation);
  call.body = body;
  call.body_format = Format::json;
  call.entry_resource = entry.resource;
  call.headers = &entry.headers;
  call.is_entry = true;
  call.is_get = entry.method == http::Method::get || entry.method == http::Method::head;
  FHIR_CHECK(check_names(call));
  FHIR_CHECK(authorize(call, *entry.match.route));
  return call;
}

std::string status_line(unsigned status) {
  switch (status) {
    case 200:
      return "200 OK";
    case 201:
      return "201 Created";
    case 204:
      return "204 No Content";
    case 304:
      return "304 Not Modified";
    case 400:
      return "400 Bad Request";
    case 404:
      return "404 Not Found";
    case 409:
      return "409 Conflict";
    case 410:
      return "410 Gone";
    case 412:
      return "412 Precondition Failed";
    case 422:
      return "422 Unprocessable Entity";
    default:
      return std::to_string(status);
  }
}

void append_response_entry(std::string& out, const http::Response& response, bool with_resource) {
  fhir::json::Builder builder(out);
  builder.begin_object();
  const bool is_failure = response.status >= 400;
  if (with_resource && !is_failure && !response.body.empty())
    builder.raw("resource", response.body);
  builder.key("response").begin_object().string("status", status_line(response.status));
  std::string_view location = response.headers.get("Location");
  if (location.empty()) location = response.headers.get("Content-Location");
  if (!location.empty()) builder.string("location", location);
  if (std::string_view etag = response.headers.get("ETag"); !etag.empty())
    builder.string("etag", etag);
  if (std::string_view text = response.headers.get("Last-Modified"); !text.empty()) {
    const std::string updated = with_resource ? last_updated_of(response.body) : std::string();
    if (!updated.empty()) {
      builder.string("lastModified", updated);
    } else if (auto time = parse_http_date(text)) {
      builder.string("lastModified", fhir::format_instant(*time));
    }
  }
  if (is_failure && !response.body.empty()) builder.raw("outcome", response.body);
  builder.end_object().end_object();
}

}  // namespace server::rest::bundle_entries
