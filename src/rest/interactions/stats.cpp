// $stats: statistics over the observations of one subject.
// https://hl7.org/fhir/R4/observation-operation-stats.html
#include <algorithm>
#include <set>

#include "fhir/base/date_time.h"
#include "fhir/formats/json_writer.h"
#include "src/operations/observation_series.h"
#include "src/rest/answer.h"
#include "src/rest/interactions/interactions.h"
#include "src/rest/local_reference.h"
#include "src/rest/operation_input.h"
#include "src/rest/operation_search.h"
#include "src/rest/search_request.h"
#include "src/search/escape.h"
#include "terminology/terminology.h"

namespace server::rest {
namespace {

using fhir::Decimal;
using fhir::json::Builder;
using fhir::json::Document;
using fhir::json::Value;
using operations::CodeKey;
using operations::ObservationSeries;
using operations::Statistics;
using operations::StatisticUnit;
using Given = operations::Parameters;

constexpr std::string_view k_definition =
    "http://hl7.org/fhir/OperationDefinition/Observation-stats";
constexpr std::string_view k_statistics =
    "http://terminology.hl7.org/CodeSystem/observation-statistics";
constexpr std::size_t k_observations_max = 100'000;
constexpr std::size_t k_codes_max = 100;

struct Span {
  std::optional<std::int64_t> start_ms, end_ms;
};

struct Request {
  std::string subject;
  std::vector<CodeKey> codes;
  std::vector<const operations::StatisticCode*> statistics;
  Span span;
  bool include = false;
  std::size_t limit = 0;
};

fhir::Result<std::vector<CodeKey>, Failure> codes_of(const Given& given) {
  std::vector<CodeKey> codes;
  for (std::string_view code : given.texts("code")) {
    const std::size_t bar = code.find('|');
    if (bar != std::string_view::npos && !given.has("system")) {
      codes.push_back({std::string(code.substr(0, bar)), std::string(code.substr(bar + 1)), ""});
    } else {
      codes.push_back({std::string(given.text("system")), std::string(code), ""});
    }
  }
  for (const Value* parameter : given.all("coding")) {
    const fhir::Coding coding = operations::coding_of(*operations::value_of(*parameter));
    codes.push_back(
        {std::string(coding.system), std::string(coding.code), std::string(coding.display)});
  }
  const bool has_all =
      std::all_of(codes.begin(), codes.end(), [](const CodeKey& key) { return !key.code.empty(); });
  if (codes.empty() || !has_all)
    return refuse(fhir::IssueType::required, "$stats needs code, with system, or coding");
  if (codes.size() > k_codes_max)
    return refuse(fhir::IssueType::too_costly,
                  "$stats takes " + std::to_string(k_codes_max) + " codes at most");
  return codes;
}

fhir::Result<Span, Failure> span_of(const Given& given) {
  Span span;
  if (given.has("duration")) {
    if (given.has("period"))
      return refuse(fhir::IssueType::invalid, "duration and period exclude each other");
    const auto hours = Decimal::parse(given.text("duration"));
    const double length = hours ? hours->to_double() * 3'600'000 : -1;
    if (!(length > 0 && length < 1e14))
      return refuse(fhir::IssueType::value, "duration is a number of hours");
    span.end_ms = now_utc_ms();
    span.start_ms = *span.end_ms - static_cast<std::int64_t>(length);
  } else if (const Value* period = given.value("period")) {
    for (std::string_view end : {"start", "end"}) {
      if (period->find(end) == nullptr) continue;
      const auto time = fhir::DateTime::parse(period->string_at(end));
      if (!time) return refuse(fhir::IssueType::value, "period has a start or an end that is none");
      end == "start" ? span.start_ms = time->instants().low
                     : span.end_ms = time->instants().high - 1;
    }
    if (span.start_ms && span.end_ms && *span.start_ms > *span.end_ms)
      return refuse(fhir::IssueType::value, "period starts after its end");
  }
  return span;
}

fhir::Result<Request, Failure> request_of(const Call& call, const Given& given) {
  Request request;
  request.subject = given.text("subject");
  FHIR_TRY(codes, codes_of(given));
  request.codes = std::move(codes);
  for (std::string_view code : given.texts("statistic")) {
    const auto* known = operations::statistic_code(code);
    if (known == nullptr)
      return refuse(fhir::IssueType::value,
                    "statistic is a code of the value set observation-statistics");
    request.statistics.push_back(known);
  }
  FHIR_TRY(span, span_of(given));
  request.span = span;
  REST_TRY(include, given.boolean("include", false));
  REST_TRY(limit, given.count("limit"));
  request.include = include;
  request.limit =
      std::min<std::size_t>(limit.value_or(call.options->page_max), call.options->page_max);
  return request;
}

/// "all relevant Observations with this code in Observation.code and Observation.component.code",
/// newest first.
fhir::Result<search::Query, Failure> query_of(const Call& call, const Request& request) {
  Parameters parameters;
  parameters.emplace_back("subject", search::escape(request.subject));
  std::string codes;
  for (const CodeKey& code : request.codes) {
    if (!codes.empty()) codes += ',';
    if (!code.system.empty()) codes += search::escape(code.system) + "|";
    codes += search::escape(code.code);
  }
  parameters.emplace_back("combo-code", std::move(codes));
  if (request.span.start_ms)
    parameters.emplace_back("date", "ge" + fhir::format_instant(*request.span.start_ms));
  if (request.span.end_ms)
    parameters.emplace_back("date", "le" + fhir::format_instant(*request.span.end_ms));
  parameters.emplace_back("_sort", "-date");
  return parse_search(call, "Observation", parameters, search::Handling::strict);
}

struct Gathered {
  std::vector<ObservationSeries::Series> series;
  std::vector<std::string> sources;  // bodies
};

fhir::Result<Gathered, Failure> gather(const Call& call, const Request& request) {
  FHIR_TRY(query, query_of(call, request));
  FHIR_CHECK(check_is_complete(query));
  REST_TRY(reader, call.reader());
  ObservationSeries series(request.codes, call.snapshot->services.terminology->units());
  Gathered gathered;
  std::set<std::string> seen;
  std::vector<std::string> members;
  fhir::Result<void> read;
  const auto keep = [&](storage::Version& version) -> fhir::Result<Document> {
    FHIR_TRY(document, Document::read(version.body));
    if (request.include && gathered.sources.size() < request.limit)
      gathered.sources.push_back(std::move(version.body));
    return std::move(document);
  };
  FHIR_CHECK(for_each_match(*reader, query, k_observations_max, [&](auto& version) {
    seen.insert(version.id);
    auto document = keep(version);
    if (!document) {
      read = fhir::unexpected(std::move(document).error());
      return false;
    }
    for (std::string& member : series.add(document->root())) members.push_back(std::move(member));
    if (members.size() <= k_observations_max) return true;
    read = fhir::unexpected(fhir::make_issue(
        fhir::IssueType::too_costly,
        "The panels have more than " + std::to_string(k_observations_max) + " members"));
    return false;
  }));
  if (!read) return fhir::unexpected(failure(std::move(read).error()));
  for (const std::string& member : members) {
    const auto reference = local_reference(call, member);
    if (!reference || reference->type != "Observation" ||
        !seen.insert(std::string(reference->id)).second)
      continue;
    auto version = reader->read(reference->type, reference->id);
    if (!version) continue;
    REST_TRY(document, keep(*version));
    series.add_member(document.root());
  }
  gathered.series = series.series();
  return gathered;
}

void append_coding(Builder& out, std::string_view system, std::string_view code,
                   std::string_view display) {
  out.key("coding").begin_array().begin_object();
  if (!system.empty()) out.string("system", system);
  out.string("code", code);
  if (!display.empty()) out.string("display", display);
  out.end_object().end_array();
}

/// suffix   of the unit: `2` of a variance, `/d` of a gradient
void append_quantity(Builder& out, const Decimal& value, const ObservationSeries::Series& series,
                     StatisticUnit kind, std::string_view suffix = {}) {
  out.key("valueQuantity").begin_object().raw("value", value.to_string());
  const auto with_suffix = [&](const std::string& unit) {
    if (kind == StatisticUnit::unit_squared) return "(" + unit + ")2";
    return unit + std::string(suffix);
  };
  if (kind == StatisticUnit::none) {
    out.string("system", fhir::k_ucum_system).string("code", "1");
  } else if (!series.unit_code.empty()) {
    out.string("unit", with_suffix(series.unit.empty() ? series.unit_code : series.unit));
    if (!series.unit_system.empty())
      out.string("system", series.unit_system).string("code", with_suffix(series.unit_code));
  }
  out.end_object();
}

void append_component(Builder& out, const operations::StatisticCode& statistic,
                      const ObservationSeries::Series& series, const Statistics& statistics) {
  const auto open = [&](std::string_view text) {
    out.begin_object().key("code").begin_object();
    append_coding(out, k_statistics, statistic.code, statistic.display);
    if (!text.empty()) out.string("text", text);
    out.end_object();
  };
  if (statistic.code == "regression") {
    // "This Statistic code will return both a gradient and an intercept value."
    if (const auto line = statistics.regression()) {
      open("gradient for a day");
      append_quantity(out, line->gradient, series, StatisticUnit::unit, "/d");
      out.end_object();
      open("intercept at " + fhir::format_instant(line->origin_ms));
      append_quantity(out, line->intercept, series, StatisticUnit::unit);
      out.end_object();
      return;
    }
  }
  open("");
  if (const auto value = statistics.value(statistic.code)) {
    if (statistic.unit == StatisticUnit::count) {
      out.raw("valueInteger", value->to_string());
    } else {
      append_quantity(out, *value, series, statistic.unit);
    }
  } else {
    out.key("dataAbsentReason").begin_object();
    append_coding(out, "http://terminology.hl7.org/CodeSystem/data-absent-reason", "not-a-number",
                  "Not a Number (NaN)");
    out.end_object();
  }
  out.end_object();
}

/// "The Observation will also contain a subject, effectivePeriod, and code reflecting the input
/// parameters. The status is fixed to final."
void append_statistics(Builder& out, const Request& request,
                       const ObservationSeries::Series& series) {
  out.begin_object().string("name", "statistics").key("resource").begin_object();
  out.string("resourceType", "Observation").string("status", "final");
  out.key("code").begin_object();
  append_coding(out, series.code.system, series.code.code, series.code.display);
  out.end_object();
  out.key("subject").begin_object().string("reference", request.subject).end_object();
  Span span = request.span;
  for (const operations::Sample& sample : series.samples) {
    if (!sample.time_ms) continue;
    const std::int64_t time = *sample.time_ms;
    if (!request.span.start_ms) span.start_ms = std::min(span.start_ms.value_or(time), time);
    if (!request.span.end_ms) span.end_ms = std::max(span.end_ms.value_or(time), time);
  }
  if (span.start_ms || span.end_ms) {
    out.key("effectivePeriod").begin_object();
    if (span.start_ms) out.string("start", fhir::format_instant(*span.start_ms));
    if (span.end_ms) out.string("end", fhir::format_instant(*span.end_ms));
    out.end_object();
  }
  const Statistics statistics(series.samples, series.total);
  out.key("component").begin_array();
  for (const auto* statistic : request.statistics)
    append_component(out, *statistic, series, statistics);
  out.end_array().end_object().end_object();
}

}  // namespace

Answer stats(const Call& call) {
  FHIR_TRY(input, read_operation_input(call, k_definition));
  FHIR_TRY(request, request_of(call, input.parameters()));
  FHIR_TRY(gathered, gather(call, request));
  std::string text;
  Builder out(text);
  out.begin_object().string("resourceType", "Parameters").key("parameter").begin_array();
  for (const ObservationSeries::Series& series : gathered.series) {
    const bool is_mere_panel = series.total == 0 && gathered.series.size() > request.codes.size();
    if (!is_mere_panel) append_statistics(out, request, series);
  }
  for (const std::string& source : gathered.sources)
    out.begin_object().string("name", "source").raw("resource", source).end_object();
  out.end_array().end_object();
  return fhir_response(200, std::move(text));
}

}  // namespace server::rest
