// https://curl.se/libcurl/c/
#include "src/cli/outbound/import_source.h"

#include <curl/curl.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <memory>
#include <mutex>
#include <thread>

#include "src/cli/outbound/address_range.h"

namespace server::cli::outbound {
namespace {

using fhir::IssueType;

fhir::Unexpected<fhir::Issue> problem(IssueType type, std::string text) {
  return fhir::unexpected(fhir::make_issue(type, std::move(text)));
}

fhir::Unexpected<fhir::Issue> refused(std::string text) {
  return fhir::unexpected(
      fhir::make_issue(fhir::Situation::refused, IssueType::security, std::move(text)));
}

struct Url {
  std::string scheme, host, port, user;
};

std::string part(CURLU* url, CURLUPart which) {
  char* text = nullptr;
  if (curl_url_get(url, which, &text, CURLU_DEFAULT_PORT) != CURLUE_OK) return {};
  std::string out = text;
  curl_free(text);
  return out;
}

/// Empty parts where it is no URL. Taken apart by the library that will follow it.
Url parse(const std::string& text) {
  const std::unique_ptr<CURLU, void (*)(CURLU*)> url(curl_url(), curl_url_cleanup);
  if (curl_url_set(url.get(), CURLUPART_URL, text.c_str(), 0) != CURLUE_OK) return {};
  Url out{part(url.get(), CURLUPART_SCHEME), part(url.get(), CURLUPART_HOST),
          part(url.get(), CURLUPART_PORT), part(url.get(), CURLUPART_USER)};
  std::transform(out.host.begin(), out.host.end(), out.host.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return out;
}

bool fits(const std::string& pattern, const Url& url) {
  if (pattern == "*" || pattern == url.host || pattern == url.host + ":" + url.port) return true;
  return pattern.starts_with("*.") && url.host.ends_with(pattern.substr(1));
}

/// One file while it comes.
struct Transfer {
  CURL* curl = nullptr;
  int descriptor = -1;
  std::uint64_t bytes = 0;  // that lie in the file
  std::uint64_t bytes_max = 0;
  const std::atomic<bool>* is_cancelled = nullptr;
  bool allow_private = false;
  std::string etag;  // as the answer tells
  std::filesystem::path etag_file;
  bool is_packed = false;  // by the server for the way: a range of it is another thing
  bool is_checked = false, is_too_large = false, is_unwritten = false, is_private = false;
};

/// The value of a header line of that name, which is in lower case; empty: it is another.
std::string_view value_of(std::string_view line, std::string_view name) {
  const bool is_it = line.size() > name.size() && line[name.size()] == ':' &&
                     std::equal(name.begin(), name.end(), line.begin(), [](char a, char b) {
                       return a == (b >= 'A' && b <= 'Z' ? static_cast<char>(b + 32) : b);
                     });
  if (!is_it) return {};
  line.remove_prefix(name.size() + 1);
  while (line.starts_with(' ')) line.remove_prefix(1);
  while (line.ends_with('\n') || line.ends_with('\r') || line.ends_with(' ')) line.remove_suffix(1);
  return line;
}

std::size_t take_header(char* data, std::size_t size, std::size_t count, void* user) {
  auto& transfer = *static_cast<Transfer*>(user);
  const std::string_view line(data, size * count);
  if (const auto tag = value_of(line, "etag"); !tag.empty()) transfer.etag = tag;
  if (!value_of(line, "content-encoding").empty()) transfer.is_packed = true;
  return size * count;
}

/// Whether a part of a file is told apart from a part of another version of it.
bool is_strong(const std::string& tag) { return !tag.empty() && !tag.starts_with("W/"); }

/// The whole again: it was changed, or the server knows no ranges.
bool start_over(Transfer& transfer) {
  transfer.bytes = 0;
  if (::ftruncate(transfer.descriptor, 0) != 0 || ::lseek(transfer.descriptor, 0, SEEK_SET) != 0)
    return false;
  std::error_code ignored;
  if (is_strong(transfer.etag) && !transfer.is_packed) {
    std::ofstream(transfer.etag_file, std::ios::trunc) << transfer.etag << '\n';
  } else {
    std::filesystem::remove(transfer.etag_file, ignored);
  }
  return true;
}

std::size_t take(char* data, std::size_t size, std::size_t count, void* user) {
  auto& transfer = *static_cast<Transfer*>(user);
  const std::size_t bytes = size * count;
  long status = 0;
  curl_easy_getinfo(transfer.curl, CURLINFO_RESPONSE_CODE, &status);
  if (status != 200 && status != 206) return bytes;  // what an error says is not wanted
  if (!std::exchange(transfer.is_checked, true) && status == 200 && !start_over(transfer))
    return transfer.is_unwritten = true, 0;
  if (bytes > transfer.bytes_max - transfer.bytes) return transfer.is_too_large = true, 0;
  for (std::size_t done = 0; done < bytes;) {
    const ssize_t written = ::write(transfer.descriptor, data + done, bytes - done);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return transfer.is_unwritten = true, 0;
    done += static_cast<std::size_t>(written);
    transfer.bytes += static_cast<std::size_t>(written);
  }
  return bytes;
}

int look(void* user, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  return *static_cast<Transfer*>(user)->is_cancelled ? 1 : 0;
}

/// A name may lead anywhere: what is looked at is where the connection goes.
curl_socket_t open_socket(void* user, curlsocktype, curl_sockaddr* address) {
  auto& transfer = *static_cast<Transfer*>(user);
  if (!transfer.allow_private && !is_public_address(address->addr)) {
    transfer.is_private = true;
    return CURL_SOCKET_BAD;
  }
  return ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

std::string token_for(const std::vector<std::string>& tokens, const Url& url) {
  for (const std::string& one : tokens) {
    const std::size_t equals = one.find('=');
    if (!fits(one.substr(0, equals), url)) continue;
    std::ifstream file(one.substr(equals + 1));
    std::string token;
    std::getline(file, token);
    return token;
  }
  return {};
}

struct Descriptor {
  explicit Descriptor(int opened) : number(opened) {}
  ~Descriptor() {
    if (number >= 0) ::close(number);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  const int number;
};

struct HeaderList {
  ~HeaderList() { curl_slist_free_all(list); }
  void add(const std::string& line) { list = curl_slist_append(list, line.c_str()); }
  curl_slist* list = nullptr;
};

enum class Next : std::uint8_t { done, again };

/// One request, for the rest of the file when a part of it is there.
fhir::Result<Next> ask(const ImportSourceOptions& options, const bulk::ImportInput& input,
                       Transfer& transfer, const std::string& known_tag) {
  const std::unique_ptr<CURL, void (*)(CURL*)> curl(curl_easy_init(), curl_easy_cleanup);
  if (!curl) return problem(IssueType::exception, "libcurl does not start");
  transfer.curl = curl.get();
  transfer.is_checked = transfer.is_packed = false;
  transfer.etag.clear();
  HeaderList headers;
  headers.add("Accept: application/fhir+ndjson, application/ndjson, application/json;q=0.9");
  const Url url = parse(input.url);
  if (const std::string token = token_for(options.tokens, url); !token.empty())
    headers.add("Authorization: Bearer " + token);
  if (transfer.bytes != 0) {
    headers.add("Range: bytes=" + std::to_string(transfer.bytes) + "-");
    headers.add("If-Range: " + known_tag);
  } else {
    headers.add("Accept-Encoding: gzip");
  }
  const auto set = [&](CURLoption option, auto value) {
    curl_easy_setopt(curl.get(), option, value);
  };
  const std::string agent = std::string("medisync/") + MEDISYNC_VERSION;
  set(CURLOPT_URL, input.url.c_str());
  set(CURLOPT_PROTOCOLS_STR, options.allow_private ? "http,https" : "https");
  set(CURLOPT_FOLLOWLOCATION, 0L);
  set(CURLOPT_PROXY, "");  // it would be connected to instead, and could not be looked at
  set(CURLOPT_USERAGENT, agent.c_str());
  set(CURLOPT_HTTPHEADER, headers.list);
  set(CURLOPT_NOSIGNAL, 1L);
  set(CURLOPT_CONNECTTIMEOUT, static_cast<long>(options.connect_timeout.count()));
  set(CURLOPT_TIMEOUT, static_cast<long>(options.total_timeout.count()));
  set(CURLOPT_LOW_SPEED_LIMIT, 1L);
  set(CURLOPT_LOW_SPEED_TIME, static_cast<long>(options.stall_timeout.count()));
  set(CURLOPT_WRITEFUNCTION, take);
  set(CURLOPT_WRITEDATA, &transfer);
  set(CURLOPT_HEADERFUNCTION, take_header);
  set(CURLOPT_HEADERDATA, &transfer);
  set(CURLOPT_NOPROGRESS, 0L);
  set(CURLOPT_XFERINFOFUNCTION, look);
  set(CURLOPT_XFERINFODATA, &transfer);
  set(CURLOPT_OPENSOCKETFUNCTION, open_socket);
  set(CURLOPT_OPENSOCKETDATA, &transfer);
  const CURLcode code = curl_easy_perform(curl.get());
  if (*transfer.is_cancelled) return problem(IssueType::incomplete, "The import was cancelled");
  if (transfer.is_private)
    return refused(url.host + " has an address that this server does not fetch from");
  if (transfer.is_too_large)
    return problem(IssueType::too_long, "The file is larger than this server takes");
  if (transfer.is_unwritten) return problem(IssueType::no_store, "The disk does not take the file");
  long status = 0;
  curl_easy_getinfo(curl.get(), CURLINFO_RESPONSE_CODE, &status);
  if (status == 404 || status == 410) return problem(IssueType::not_found, "There is no such file");
  if (status == 401 || status == 403)
    return problem(IssueType::forbidden, url.host + " does not give the file to this server");
  if (status == 416) {  // the part that is there is of something else
    if (!start_over(transfer)) return problem(IssueType::no_store, "The disk takes no file");
    return Next::again;
  }
  if (code != CURLE_OK || status == 429 || status >= 500) return Next::again;
  if (status == 200 && !transfer.is_checked && !start_over(transfer))  // an empty file
    return problem(IssueType::no_store, "The disk does not take the file");
  if (status == 200 || status == 206) return Next::done;
  return problem(IssueType::transient, url.host + " answered " + std::to_string(status));
}

std::string without_weakness(std::string tag) {
  if (tag.starts_with("W/")) tag.erase(0, 2);
  if (tag.size() >= 2 && tag.front() == '"' && tag.back() == '"')
    tag = tag.substr(1, tag.size() - 2);
  return tag;
}

}  // namespace

UrlImportSource::UrlImportSource(ImportSourceOptions options) : options_(std::move(options)) {
  static std::once_flag once;
  std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
}

fhir::Result<void> UrlImportSource::check(const std::string& text) const {
  if (options_.hosts.empty())
    return refused("This server is set to import from no URL: see --import-from");
  const Url url = parse(text);
  if (url.host.empty() || !url.user.empty()) return refused("An input's url is no https URL");
  if (url.scheme != "https" && !(url.scheme == "http" && options_.allow_private))
    return refused("An input's url is no https URL");
  const bool is_allowed = std::any_of(options_.hosts.begin(), options_.hosts.end(),
                                      [&](const auto& host) { return fits(host, url); });
  if (!is_allowed) return refused("This server is not set to import from that host");
  return {};
}

fhir::Result<void> UrlImportSource::fetch(const bulk::ImportInput& input,
                                          const std::filesystem::path& file,
                                          std::uint64_t bytes_max,
                                          const std::atomic<bool>& is_cancelled) const {
  FHIR_CHECK(check(input.url));
  const std::filesystem::path partial = file.string() + ".part";
  const Descriptor descriptor(
      ::open(partial.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (descriptor.number < 0) return problem(IssueType::no_store, "The disk does not take the file");
  Transfer transfer;
  transfer.descriptor = descriptor.number;
  transfer.bytes_max = bytes_max;
  transfer.is_cancelled = &is_cancelled;
  transfer.allow_private = options_.allow_private;
  transfer.etag_file = file.string() + ".etag";
  auto pause = options_.retry_pause;
  for (int tries = 1;; ++tries) {
    std::string known_tag;
    std::ifstream tag_file(transfer.etag_file);
    std::getline(tag_file, known_tag);
    const off_t end = ::lseek(descriptor.number, 0, SEEK_END);
    // Without a strong validator nobody knows whether the rest belongs to the part.
    transfer.bytes = is_strong(known_tag) && end > 0 ? static_cast<std::uint64_t>(end) : 0;
    FHIR_TRY(next, ask(options_, input, transfer, known_tag));
    if (!input.etag.empty() && !transfer.etag.empty() &&
        without_weakness(transfer.etag) != without_weakness(input.etag))
      return problem(IssueType::conflict, "The file is not of the version that etag names");
    if (next == Next::done) break;
    if (tries == options_.tries_max)
      return problem(IssueType::transient, parse(input.url).host + " does not give the file");
    for (auto waited = std::chrono::milliseconds(0); waited < pause && !is_cancelled;
         waited += std::chrono::milliseconds(50))
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
    pause *= 2;
  }
  std::error_code error;
  std::filesystem::remove(transfer.etag_file, error);
  if (::fsync(descriptor.number) != 0)
    return problem(IssueType::no_store, "The disk does not take the file");
  std::filesystem::rename(partial, file, error);
  if (error) return problem(IssueType::no_store, "The disk does not take the file");
  return {};
}

}  // namespace server::cli::outbound
