// A body that is taken while it arrives, so that it never lies in memory whole.
#pragma once

#include <optional>
#include <string>

namespace server::http {

struct Response;

/// Gone before finish(): the body did not come whole, and nothing of it is kept.
///
/// threads   one at a time, most often a worker's
class BodySink {
 public:
  virtual ~BodySink() = default;

  /// Takes the next piece, of some hundred kilobytes at most.
  ///
  /// returns   nothing, or the answer that the request has instead: the rest is not read
  virtual std::optional<Response> add(std::string&& piece) = 0;

  /// The body is whole.
  ///
  /// returns   nothing when the answer that was made before it came holds, else another
  virtual std::optional<Response> finish() = 0;
};

}  // namespace server::http
