// A request or its answer as a file, so that it outlives the process.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "src/http/message.h"

namespace server::jobs {

/// In the form of HTTP: a first line, header lines, an empty line, the body. The first line also
/// says when, in UTC milliseconds. Headers that hold a secret are left out.
std::string to_text(const http::Request& request, std::int64_t accepted_ms);
std::string to_text(const http::Response& response, std::int64_t ended_ms);

/// Leaves of a request what to_text() leaves out, and what no file needs to hold.
void keep_secrets_alone(http::Request& request);

struct StoredRequest {
  http::Request request;
  std::int64_t accepted_ms = 0;
};
struct StoredResponse {
  http::Response response;
  std::int64_t ended_ms = 0;
};

/// Nothing when it is no such text.
std::optional<StoredRequest> read_request(std::string_view text);
std::optional<StoredResponse> read_response(std::string_view text);

/// Writes a whole file or none, durable when it returns true.
bool write_file(const std::filesystem::path& path, std::string_view text);
std::optional<std::string> read_file(const std::filesystem::path& path);

}  // namespace server::jobs
