// https://hl7.org/fhir/R4/bundle.html#searchset https://hl7.org/fhir/R4/http.html#history
#include "src/rest/bundle_writer.h"

#include <array>
#include <charconv>

#include "fhir/base/date_time.h"
#include "fhir/formats/json_writer.h"
#include "src/rest/answer.h"
#include "src/search/percent.h"

namespace server::rest {
namespace {

using fhir::json::Builder;

void append_link(Builder& out, std::string_view relation, std::string_view url) {
  out.begin_object().string("relation", relation).string("url", url).end_object();
}

std::string with_cursor(std::string url, std::string_view cursor) {
  if (url.find('?') == std::string::npos) {
    url += '?';
  } else if (url.back() != '?') {
    url += '&';
  }
  url += "_cursor=";
  search::append_encoded(url, cursor);
  return url;
}

std::string full_url(const Call& call, const storage::Version& version) {
  std::string url = call.options->base_url;
  url.append("/").append(version.type).append("/").append(version.id);
  return url;
}

std::string_view verb_of(const storage::Version& version) {
  switch (version.method) {
    case storage::WriteMethod::create:
      return "POST";
    case storage::WriteMethod::update:
      return "PUT";
    case storage::WriteMethod::patch:
      return "PATCH";
    case storage::WriteMethod::delete_:
    case storage::WriteMethod::erase_history:
    case storage::WriteMethod::erase:
    case storage::WriteMethod::reindex:
      return "DELETE";
  }
  return "PUT";
}

}  // namespace

std::string searchset(const Call& call, std::string_view type, const search::Query& query,
                      const storage::Page& page) {
  std::size_t bytes = 512;
  for (const auto& entry : page.entries) bytes += entry.version.body.size() + 160;
  std::string text;
  text.reserve(bytes);
  std::string self = call.options->base_url;
  self.append("/").append(type);
  if (!query.self.empty()) self.append("?").append(query.self);

  Builder out(text);
  out.begin_object().string("resourceType", "Bundle").string("type", "searchset");
  if (page.total) out.number("total", static_cast<long long>(*page.total));
  out.key("link").begin_array();
  append_link(out, "self", query.cursor.empty() ? self : with_cursor(self, query.cursor));
  if (!query.cursor.empty()) append_link(out, "first", self);
  if (!page.next_cursor.empty()) append_link(out, "next", with_cursor(self, page.next_cursor));
  out.end_array();
  if (!page.entries.empty() || !query.warnings.empty()) {
    out.key("entry").begin_array();
    std::string url = call.options->base_url + "/";
    const std::size_t base_size = url.size();
    for (const auto& entry : page.entries) {
      url.resize(base_size);
      url.append(entry.version.type).append("/").append(entry.version.id);
      // "http://example.com/fhir/MedicationRequest/23#m1"
      if (!entry.contained_id.empty()) url.append("#").append(entry.contained_id);
      out.begin_object().string("fullUrl", url);
      out.raw("resource", entry.version.body);
      if (entry.score) {
        std::array<char, 32> digits;
        const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), *entry.score,
                                       std::chars_format::fixed, 6);
        out.raw("search",
                R"({"mode":"match","score":)" + std::string(digits.data(), end.ptr) + "}");
      } else {
        out.raw("search", entry.is_match ? R"({"mode":"match"})" : R"({"mode":"include"})");
      }
      out.end_object();
    }
    if (!query.warnings.empty()) {
      out.begin_object().raw("resource", outcome_json(query.warnings));
      out.raw("search", R"({"mode":"outcome"})").end_object();
    }
    out.end_array();
  }
  out.end_object();
  return text;
}

std::string history_bundle(const Call& call, std::string_view path,
                           const storage::HistoryPage& page) {
  std::string text;
  std::string self = call.options->base_url;
  self.append("/").append(path);
  std::string query;
  std::string cursor;
  for (const auto& [name, value] : call.parameters) {
    if (name == "_cursor") {
      cursor = value;
    } else {
      search::append_pair(query, name, value);
    }
  }
  if (!query.empty()) self.append("?").append(query);

  Builder out(text);
  out.begin_object().string("resourceType", "Bundle").string("type", "history");
  if (page.has_total) out.number("total", static_cast<long long>(page.total));
  out.key("link").begin_array();
  append_link(out, "self", cursor.empty() ? self : with_cursor(self, cursor));
  if (!page.next_cursor.empty()) append_link(out, "next", with_cursor(self, page.next_cursor));
  out.end_array();
  if (!page.versions.empty()) {
    out.key("entry").begin_array();
    for (const storage::Version& version : page.versions) {
      out.begin_object().string("fullUrl", full_url(call, version));
      if (!version.deleted) out.raw("resource", version.body);
      std::string url = version.type;
      if (version.method != storage::WriteMethod::create) url.append("/").append(version.id);
      out.key("request")
          .begin_object()
          .string("method", verb_of(version))
          .string("url", url)
          .end_object();
      out.key("response").begin_object();
      out.string("status", version.deleted ? "204" : version.version_id == 1 ? "201" : "200");
      out.string("etag", etag_of(version.version_id));
      out.string("lastModified", fhir::format_instant(version.last_updated)).end_object();
      out.end_object();
    }
    out.end_array();
  }
  out.end_object();
  return text;
}

}  // namespace server::rest
