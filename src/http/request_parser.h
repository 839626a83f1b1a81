// Bytes in, one Request out; knows no socket. RFC 9112, strictly.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string_view>

#include "src/http/message.h"

namespace server::http {

/// Reads one request after the other from a stream of bytes.
///
/// threads   one at a time
/// source    https://www.rfc-editor.org/rfc/rfc9112
class RequestParser {
 public:
  struct Limits {
    std::size_t target_bytes_max;
    std::size_t header_bytes_max;
    std::size_t header_fields_max;
    std::size_t body_bytes_max;
    /// Of one request, by its head; outlives the parser. Null: body_bytes_max for all.
    const std::function<std::size_t(const Request& head)>* body_bytes_max_of = nullptr;
  };
  enum class State { idle, head, body, complete, failed };
  struct Failure {
    unsigned status = 0;
    std::string_view diagnostics;  // static storage
  };

  explicit RequestParser(const Limits& limits);
  ~RequestParser();

  /// Begins the next request, which is written into `request`; that one outlives the reading. What
  /// has come of the body may be taken out of it at any time.
  void start(Request& request);

  /// Reads on as far as it can and returns the number of bytes used up. What is left over comes
  /// again at the front of the next call with more behind it, unless the state is now `complete`
  /// (what follows is the next request) or `failed`.
  std::size_t feed(std::string_view bytes);

  State state() const { return state_; }
  const Failure& failure() const { return failure_; }

  // Known once the head is read, that is in `body` and `complete`.
  bool keep_alive() const;
  bool is_http_1_0() const;
  bool is_chunked() const;

 private:
  class Core;
  struct Storage;
  std::size_t fail(Failure failure);

  Limits limits_;
  State state_ = State::idle;
  Failure failure_;
  std::unique_ptr<Storage> storage_;
};

}  // namespace server::http
