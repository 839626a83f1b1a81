#include "src/jobs/reindex_job.h"

#include <array>
#include <charconv>

#include "fhir/formats/json_document.h"
#include "fhir/formats/json_items.h"
#include "fhir/formats/json_writer.h"

namespace server::jobs {
namespace {

using fhir::json::Value;
using Status = ReindexJob::Status;

constexpr std::array<std::string_view, 4> k_names = {"waiting", "running", "done", "cancelled"};

template <class Number>
Number number_at(const Value& job, std::string_view name) {
  Number number{};
  const Value* found = job.find(name);
  const std::string_view text = found != nullptr ? found->text() : std::string_view{};
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

std::vector<std::string> texts_at(const Value& job, std::string_view name) {
  std::vector<std::string> texts;
  for (const Value& item : fhir::json::items_at(job, name)) texts.emplace_back(item.string());
  return texts;
}

Status status_of(std::string_view name) {
  for (std::size_t at = 0; at < k_names.size(); ++at) {
    if (k_names[at] == name) return static_cast<Status>(at);
  }
  return Status::cancelled;
}

}  // namespace

std::string_view name_of(Status status) { return k_names[static_cast<std::size_t>(status)]; }

std::string to_text(const std::deque<ReindexJob>& jobs) {
  std::string text;
  fhir::json::Builder out(text);
  const auto list = [&](std::string_view name, const std::vector<std::string>& texts) {
    out.key(name).begin_array();
    for (const std::string& each : texts) out.string(each);
    out.end_array();
  };
  const auto number = [&](std::string_view name, auto value) {
    out.number(name, static_cast<long long>(value));
  };
  out.begin_array();
  for (const ReindexJob& job : jobs) {
    out.begin_object().string("id", job.id).string("status", name_of(job.status));
    list("types", job.types);
    list("parameters", job.parameters);
    out.string("cursor", job.cursor);
    number("at", job.at);
    number("total", job.total);
    number("done", job.done);
    number("failed", job.failed);
    number("started", job.started_ms);
    number("ended", job.ended_ms);
    out.end_object();
  }
  out.end_array();
  return text;
}

std::deque<ReindexJob> jobs_of(std::string_view text) {
  std::deque<ReindexJob> jobs;
  const auto document = fhir::json::Document::read(std::string(text));
  if (!document) return jobs;
  for (const Value& value : document->root().items()) {
    ReindexJob job;
    job.id = value.string_at("id");
    job.status = status_of(value.string_at("status"));
    job.types = texts_at(value, "types");
    job.parameters = texts_at(value, "parameters");
    job.cursor = value.string_at("cursor");
    job.at = number_at<std::size_t>(value, "at");
    job.total = number_at<std::uint64_t>(value, "total");
    job.done = number_at<std::uint64_t>(value, "done");
    job.failed = number_at<std::uint64_t>(value, "failed");
    job.started_ms = number_at<std::int64_t>(value, "started");
    job.ended_ms = number_at<std::int64_t>(value, "ended");
    jobs.push_back(std::move(job));
  }
  return jobs;
}

}  // namespace server::jobs
