#include "src/jobs/message_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <fstream>
#include <iterator>

#include "src/http/metrics.h"

namespace server::jobs {
namespace {

constexpr std::array<std::string_view, 3> k_secrets = {"authorization", "cookie",
                                                       "proxy-authorization"};

bool is_secret(std::string_view name) {
  return std::any_of(k_secrets.begin(), k_secrets.end(), [&](std::string_view secret) {
    return std::equal(name.begin(), name.end(), secret.begin(), secret.end(),
                      [](char a, char b) { return (a | 0x20) == b; });
  });
}

void append_message(std::string& text, const http::Headers& headers, std::string_view body) {
  for (const auto& [name, value] : headers.fields()) {
    if (!is_secret(name)) text.append(name).append(": ").append(value).append("\n");
  }
  text.append("\n").append(body);
}

/// Cuts up to `end` off; nothing when that does not come.
std::optional<std::string_view> cut(std::string_view& text, char end) {
  const std::size_t at = text.find(end);
  if (at == std::string_view::npos) return std::nullopt;
  const std::string_view piece = text.substr(0, at);
  text.remove_prefix(at + 1);
  return piece;
}

template <class Number>
bool read_number(std::optional<std::string_view> text, Number& out) {
  if (!text) return false;
  const auto read = std::from_chars(text->data(), text->data() + text->size(), out);
  return read.ec == std::errc{} && read.ptr == text->data() + text->size();
}

bool read_message(std::string_view text, http::Headers& headers, std::string& body) {
  while (auto line = cut(text, '\n')) {
    if (line->empty()) {
      body = text;
      return true;
    }
    const auto name = cut(*line, ':');
    if (!name || line->empty()) return false;
    headers.add(std::string(*name), std::string(line->substr(1)));
  }
  return false;
}

http::Method method_of(std::string_view name) {
  using http::Method;
  for (Method method : {Method::get, Method::head, Method::post, Method::put, Method::patch,
                        Method::delete_, Method::options}) {
    if (http::name_of(method) == name) return method;
  }
  return Method::other;
}

}  // namespace

std::string to_text(const http::Request& request, std::int64_t accepted_ms) {
  std::string text = std::to_string(accepted_ms);
  text.append(" ").append(http::name_of(request.method)).append(" ").append(request.target);
  text += '\n';
  append_message(text, request.headers, request.body);
  return text;
}

std::string to_text(const http::Response& response, std::int64_t ended_ms) {
  std::string text = std::to_string(ended_ms);
  text.append(" ").append(std::to_string(response.status)).append("\n");
  append_message(text, response.headers, response.body);
  return text;
}

void keep_secrets_alone(http::Request& request) {
  http::Headers secrets;
  for (const auto& [name, value] : request.headers.fields()) {
    if (is_secret(name)) secrets.add(name, value);
  }
  request.headers = std::move(secrets);
  request.body = std::string();  // and its memory
}

std::optional<StoredRequest> read_request(std::string_view text) {
  StoredRequest stored;
  if (!read_number(cut(text, ' '), stored.accepted_ms)) return std::nullopt;
  const auto method = cut(text, ' ');
  const auto target = cut(text, '\n');
  if (!method || !target) return std::nullopt;
  stored.request.method = method_of(*method);
  stored.request.method_text = *method;
  stored.request.target = *target;
  if (!read_message(text, stored.request.headers, stored.request.body)) return std::nullopt;
  return stored;
}

std::optional<StoredResponse> read_response(std::string_view text) {
  StoredResponse stored;
  if (!read_number(cut(text, ' '), stored.ended_ms)) return std::nullopt;
  if (!read_number(cut(text, '\n'), stored.response.status)) return std::nullopt;
  if (!read_message(text, stored.response.headers, stored.response.body)) return std::nullopt;
  return stored;
}

namespace {

/// The name of a file is its folder's, and durable with it.
bool sync_folder(const std::filesystem::path& folder) {
  const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return false;
  const bool is_durable = ::fsync(descriptor) == 0;
  ::close(descriptor);
  return is_durable;
}

}  // namespace

bool write_file(const std::filesystem::path& path, std::string_view text) {
  std::filesystem::path beside = path;
  beside += ".part";
  const int file = ::open(beside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (file < 0) return false;
  bool is_whole = true;
  while (is_whole && !text.empty()) {
    const ssize_t written = ::write(file, text.data(), text.size());
    if (written > 0) text.remove_prefix(static_cast<std::size_t>(written));
    is_whole = written > 0;
  }
  is_whole = is_whole && ::fsync(file) == 0;
  ::close(file);
  std::error_code error;
  if (is_whole) std::filesystem::rename(beside, path, error);
  if (is_whole && !error && sync_folder(path.parent_path())) return true;
  std::filesystem::remove(beside, error);
  return false;
}

std::optional<std::string> read_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return std::nullopt;
  return std::string(std::istreambuf_iterator<char>(file), {});
}

}  // namespace server::jobs
