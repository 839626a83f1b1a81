// $reindex: brings the search index up to date: of one resource at once, of a type or of all in the
// background. GET tells how far it has come. R4 has no such operation; the answers are those of
// https://hl7.org/fhir/R4/async.html
#include "fhir/base/date_time.h"
#include "fhir/formats/json_writer.h"
#include "fhir/model/element.h"
#include "src/rest/answer.h"
#include "src/rest/interactions/interactions.h"
#include "src/rest/operation_input.h"
#include "src/rest/reindexer.h"
#include "src/rest/resource_input.h"

namespace server::rest {
namespace {

using fhir::json::Builder;
using jobs::ReindexJob;

fhir::Unexpected<Failure> refuse_as(fhir::Situation situation, fhir::IssueType type,
                                    std::string text) {
  return fhir::unexpected(failure(fhir::make_issue(situation, type, std::move(text))));
}

void append_job(Builder& out, const ReindexJob& job) {
  const auto text = [&](std::string_view name, std::string_view type, std::string_view value) {
    if (!value.empty())
      out.begin_object()
          .string("name", name)
          .string("value" + std::string(type), value)
          .end_object();
  };
  const auto number = [&](std::string_view name, std::uint64_t value) {
    out.begin_object().string("name", name);
    out.raw("valueDecimal", std::to_string(value)).end_object();
  };
  text("job", "String", job.id);
  text("status", "Code", name_of(job.status));
  number("total", job.total);
  number("done", job.done);
  number("failed", job.failed);
  text("started", "Instant", fhir::format_instant(job.started_ms));
  if (job.ended_ms != 0) text("ended", "Instant", fhir::format_instant(job.ended_ms));
  if (!job.has_ended() && job.at < job.types.size()) text("type", "Code", job.types[job.at]);
  if (job.retries != 0) {
    number("retries", job.retries);
    text("problem", "String", job.problem);
  }
  for (const std::string& parameter : job.parameters) text("parameter", "Uri", parameter);
}

std::string parameters_of(const ReindexJob& job) {
  std::string text;
  Builder out(text);
  out.begin_object().string("resourceType", "Parameters").key("parameter").begin_array();
  append_job(out, job);
  out.end_array().end_object();
  return text;
}

/// "202 Accepted … X-Progress" while it goes on, 200 once it has ended.
http::Response status_response(const Call& call, const ReindexJob& job) {
  http::Response response = fhir_response(job.has_ended() ? 200 : 202, parameters_of(job));
  response.headers.add("Content-Location", call.options->base_url + "/$reindex?job=" + job.id);
  if (!job.has_ended()) {
    response.headers.add("X-Progress",
                         std::to_string(job.done) + " of " + std::to_string(job.total));
    response.headers.add("Retry-After", "1");
  }
  return response;
}

Answer status(const Call& call, const Reindexer& reindexer, std::string_view id) {
  if (!id.empty()) {
    const auto job = reindexer.job(id);
    if (!job)
      return refuse_as(fhir::Situation::not_found, fhir::IssueType::not_found,
                       "There is no reindexing of that id");
    return status_response(call, *job);
  }
  std::string text;
  Builder out(text);
  out.begin_object().string("resourceType", "Parameters");
  bool is_open = false;
  for (const ReindexJob& job : reindexer.jobs()) {
    if (!is_open) out.key("parameter").begin_array();
    is_open = true;
    out.begin_object().string("name", "reindexing").key("part").begin_array();
    append_job(out, job);
    out.end_array().end_object();
  }
  if (is_open) out.end_array();
  out.end_object();
  return fhir_response(200, std::move(text));
}

Answer reindex_instance(const Call& call) {
  REST_TRY(version, call.snapshot->store().read(call.type, call.id, call.deadline));
  REST_TRY(document, fhir::json::Document::read(std::move(version.body)));
  REST_TRY(rows, call.snapshot->extractor->extract(
                     fhir::root_element(document.root(), call.snapshot->definitions())));
  storage::Write write;
  write.method = storage::WriteMethod::reindex;
  write.type = call.type;
  write.id = call.id;
  write.precondition.if_match = version.version_id;
  write.index = std::move(rows);
  std::vector<storage::Write> writes;
  writes.push_back(std::move(write));
  auto outcome = call.snapshot->store().write(std::move(writes));
  if (!outcome) return fhir::unexpected(write_failure(call, std::move(outcome).error().issue));
  return done_response(200, "The index of the resource is up to date");
}

}  // namespace

/// POST starts, at the system, a type or an instance; `job` with `cancel` ends one. GET with `job`
/// tells of one, without of all.
Answer reindex(const Call& call) {
  Reindexer* reindexer = call.snapshot->reindexer;
  if (reindexer == nullptr)
    return refuse_as(fhir::Situation::not_implemented, fhir::IssueType::not_supported,
                     "Nothing is reindexed in the background here");
  FHIR_TRY(input, read_operation_input(call, "", {"job", "cancel"}));
  const auto given = input.parameters();
  REST_TRY(cancel, given.boolean("cancel", false));
  const std::string job(given.text("job"));
  if (call.is_get) {
    if (cancel)
      return refuse_as(fhir::Situation::method_not_allowed, fhir::IssueType::not_supported,
                       "A reindexing is cancelled by POST");
    return status(call, *reindexer, job);
  }
  if (!job.empty()) {
    if (cancel) static_cast<void>(reindexer->cancel(job));
    return status(call, *reindexer, job);
  }
  if (cancel)
    return refuse(fhir::IssueType::required,
                  "Which reindexing is cancelled the parameter job says");
  if (!call.id.empty()) return reindex_instance(call);
  std::vector<std::string> types;
  for (std::string_view type : call.snapshot->definitions().resource_types()) {
    if (call.type.empty() || type == call.type) types.emplace_back(type);
  }
  REST_TRY(id, reindexer->start(std::move(types)));
  return status_response(call, *reindexer->job(id));
}

}  // namespace server::rest
