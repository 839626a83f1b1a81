// What the socket side and the REST side hand to each other. Knows no socket and no FHIR.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "src/http/body_sink.h"
#include "src/http/body_source.h"

namespace server::http {

enum class Method { get, head, post, put, patch, delete_, options, other };

/// Header fields in arrival order; names compare without case (RFC 9110 section 5.1).
class Headers {
 public:
  /// The first value of `name`, empty when absent; the view lives as long as the field.
  std::string_view get(std::string_view name) const;
  bool has(std::string_view name) const;
  void add(std::string name, std::string value);
  /// Replaces every field of that name by one.
  void set(std::string_view name, std::string value);
  void clear() { fields_.clear(); }
  const std::vector<std::pair<std::string, std::string>>& fields() const { return fields_; }

 private:
  std::vector<std::pair<std::string, std::string>> fields_;
};

/// One request, read whole, its body already decompressed.
struct Request {
  Method method = Method::get;
  std::string method_text;  // as sent; differs from `method` only for Method::other
  std::string target;       // as sent: path and query, percent-encoded
  Headers headers;
  std::string body;
  bool body_follows = false;  // Response::sink takes it, once the request is good
  std::string remote_address;
  bool secure = false;  // arrived over TLS
  std::string id;       // X-Request-Id as sent when well-formed, else made here
  std::chrono::steady_clock::time_point deadline{};  // past it an answer is of no use to anybody
  bool is_trial = false;  // on an io thread, the deadline near: see Placement::io_thread_first
};

struct Response {
  unsigned status = 200;
  Headers headers;
  std::string body;
  std::shared_ptr<BodySource> source = {};  // the body instead, a piece at a time; null: none
  std::shared_ptr<BodySink> sink = {};  // of a body that follows: it is read before this is sent
  std::string_view label = {};  // route label for metrics and the access log; static storage
  bool wants_worker = false;    // of a trial: there is no answer yet, a worker shall make it
};

/// Where a request is answered.
enum class Placement {
  io_thread,        // cheap and never blocking for long: a read by id, a health check
  io_thread_first,  // most often cheap and without effect: tried for a moment, then by a worker
  worker,           // everything else; a full queue answers 503
};

/// What the server calls for every request. Called from many threads at once.
class Handler {
 public:
  virtual ~Handler() = default;
  virtual Placement placement(const Request& request) const = 0;
  /// Must not throw for what a client sends; what it throws all the same becomes `on_exception`.
  virtual Response handle(Request& request) = 0;
  /// The body for a failure that the HTTP layer itself found (413, 431, 408, 400, 503, 500 …).
  /// diagnostics   one sentence for the client
  virtual Response failure(unsigned status, std::string_view diagnostics) const = 0;
};

}  // namespace server::http
