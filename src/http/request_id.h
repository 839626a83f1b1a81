// Ids that tie an answer, its log lines and the client's report together.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace server::http {

/// True for 1..64 characters of [A-Za-z0-9._:-]: safe in a header and in a log line as it stands.
bool is_request_id(std::string_view text);

/// Makes ids of twelve characters, 60 random bits: short enough to need no memory of their own.
///
/// threads   one at a time
class RequestIds {
 public:
  RequestIds();
  /// Replaces `id` by a new one.
  void make(std::string& id);

 private:
  std::uint64_t state_;
};

}  // namespace server::http
