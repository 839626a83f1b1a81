// A body that is sent while it is made or read, so that it never lies in memory whole.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace server::http {

class BodySource {
 public:
  virtual ~BodySource() = default;

  /// Bytes of the whole body; nothing when only its end tells: then it is sent in chunks.
  virtual std::optional<std::uint64_t> size() const = 0;

  /// The next piece, of some hundred kilobytes at most; an empty one is the end. False: it cannot
  /// go on, and the connection is cut, so that nobody takes what was sent for the whole.
  ///
  /// piece     empty before
  /// threads   one at a time, most often a worker's
  virtual bool next(std::string& piece) = 0;
};

}  // namespace server::http
