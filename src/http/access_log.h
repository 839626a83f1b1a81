// One JSON line per request, without anything that tells of a patient.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "src/http/message.h"

namespace server::http {

/// What a line says. The target is not in it on purpose: ids and search values are patient data.
struct AccessEntry {
  Method method;
  std::string_view route;
  unsigned status;
  std::size_t body_bytes;
  std::chrono::nanoseconds duration;
  std::string_view request_id;      // well-formed, see request_id.h
  std::string_view remote_address;  // numeric
};

/// Collects lines and has them written by a thread of its own, some kilobytes at a time: waking it
/// for every line costs as much as a request (9 µs; collected, 1 µs). When that thread falls
/// behind, the oldest lines are lost rather than requests delayed.
///
/// threads   any
class AccessLog {
 public:
  AccessLog();
  ~AccessLog();
  AccessLog(const AccessLog&) = delete;
  AccessLog& operator=(const AccessLog&) = delete;

  /// target    empty = off, "-" = stdout, else a file that is appended to
  /// returns   nothing when it can be written, else one sentence
  std::optional<std::string> open(const std::string& target);
  bool is_on() const { return impl_ != nullptr; }

  void write(const AccessEntry& entry);
  /// Has the lines so far written soon; to be called a few times a second.
  void flush();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace server::http
