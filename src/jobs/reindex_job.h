// How far a reindexing has come, and its form in the store.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace server::jobs {

struct ReindexJob {
  enum class Status : std::uint8_t { waiting, running, done, cancelled };

  std::string id;
  Status status = Status::waiting;
  std::vector<std::string> types;
  std::vector<std::string> parameters;  // canonicals of those that the job makes complete
  std::size_t at = 0;                   // index into types
  std::string cursor;                   // of the next page of types[at]; empty: the first
  std::uint64_t total = 0;              // resources when the job was made
  std::uint64_t done = 0;
  std::uint64_t failed = 0;  // of them; their rows stay as they were
  std::int64_t started_ms = 0, ended_ms = 0;
  std::uint32_t retries = 0;  // of the step that fails now, one after the other
  std::string problem;        // what it fails of; not kept in the store

  bool has_ended() const { return status == Status::done || status == Status::cancelled; }
};

std::string_view name_of(ReindexJob::Status status);

std::string to_text(const std::deque<ReindexJob>& jobs);
/// What is no such text gives no jobs.
std::deque<ReindexJob> jobs_of(std::string_view text);

}  // namespace server::jobs
