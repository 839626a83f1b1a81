// https://curl.se/libcurl/c/
#include "src/cli/outbound/http_fetcher.h"

#include <curl/curl.h>

#include <fstream>
#include <mutex>

#include "src/cli/outbound/address_range.h"
#include "src/cli/outbound/freshness.h"

namespace server::cli::outbound {
namespace {

using fhir::IssueType;

std::once_flag g_curl_once;

fhir::Unexpected<fhir::Issue> problem(IssueType type, std::string text) {
  return fhir::unexpected(fhir::make_issue(type, std::move(text)));
}

struct Url {
  std::string scheme;
  std::string host;
};

std::string part(CURLU* url, CURLUPart which) {
  char* text = nullptr;
  if (curl_url_get(url, which, &text, 0) != CURLUE_OK) return {};
  std::string out = text;
  curl_free(text);
  return out;
}

/// Empty parts where it is no URL. Taken apart by the library that will follow it.
Url parse(std::string_view text) {
  const std::unique_ptr<CURLU, void (*)(CURLU*)> url(curl_url(), curl_url_cleanup);
  if (curl_url_set(url.get(), CURLUPART_URL, std::string(text).c_str(), 0) != CURLUE_OK) return {};
  if (!part(url.get(), CURLUPART_USER).empty()) return {};
  return {part(url.get(), CURLUPART_SCHEME), part(url.get(), CURLUPART_HOST)};
}

bool is_loopback(const std::string& host) {
  return host == "localhost" || host == "127.0.0.1" || host == "[::1]";
}

struct Transfer {
  const std::function<bool(const char*, std::size_t)>* sink;
  std::uint64_t left;
  CURL* handle;
  bool is_too_large = false;
  bool is_unwritten = false;
};

/// A name may lead anywhere: what is looked at is where the connection goes.
curl_socket_t open_public_socket(void*, curlsocktype, curl_sockaddr* address) {
  if (!is_public_address(address->addr)) return CURL_SOCKET_BAD;
  return ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

std::size_t take(char* data, std::size_t size, std::size_t count, void* user) {
  auto& transfer = *static_cast<Transfer*>(user);
  const std::size_t bytes = size * count;
  long status = 0;
  curl_easy_getinfo(transfer.handle, CURLINFO_RESPONSE_CODE, &status);
  if (status != 200) return bytes;  // what an error or a redirection says is not wanted
  if (bytes > transfer.left) {
    transfer.is_too_large = true;
    return 0;
  }
  transfer.left -= bytes;
  if ((*transfer.sink)(data, bytes)) return bytes;
  transfer.is_unwritten = true;
  return 0;
}

/// The fields of a name in the last answer, with commas between them.
std::string fields_of(CURL* curl, const char* name) {
  std::string out;
  curl_header* field = nullptr;
  for (std::size_t i = 0;
       curl_easy_header(curl, name, i, CURLH_HEADER, -1, &field) == CURLHE_OK && i < field->amount;
       ++i)
    out.append(i == 0 ? "" : ",").append(field->value);
  return out;
}

}  // namespace

struct HttpFetcher::Handle {
  Handle() : curl(curl_easy_init()) {}
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;
  ~Handle() { curl_easy_cleanup(curl); }
  CURL* curl;
};

HttpFetcher::HttpFetcher(FetchOptions options) : options_(options) {
  std::call_once(g_curl_once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
  handle_ = std::make_unique<Handle>();
}

HttpFetcher::~HttpFetcher() = default;

fhir::Result<void> HttpFetcher::check(std::string_view url) const {
  const Url parsed = parse(url);
  if (parsed.scheme == "https" && !parsed.host.empty()) return {};
  if (parsed.scheme == "http" && (options_.allow_http || is_loopback(parsed.host))) return {};
  if (parsed.scheme == "http")
    return problem(IssueType::security, "plain http is for this machine alone (" +
                                            std::string(url) + "); --allow-http permits it");
  return problem(IssueType::security, std::string(url) + " is no https URL");
}

fhir::Result<void> HttpFetcher::get(const std::string& url, std::uint64_t bytes_max, Coding coding,
                                    const Sink& sink) {
  const bool starts_here = is_loopback(parse(url).host);
  std::string at = url;
  for (int redirects = 0; redirects <= options_.redirects_max; ++redirects) {
    FHIR_CHECK(check(at));
    const Url parsed = parse(at);
    const bool steps_down = !starts_here && is_loopback(parsed.host);
    if (steps_down || (parsed.scheme == "http" && parse(url).scheme == "https"))
      return problem(IssueType::security, "the redirection to " + at + " is not followed");
    FHIR_TRY(answer, request(at, bytes_max, coding, sink));
    if (answer.status == 200) return {};
    if (answer.status >= 300 && answer.status < 400 && !answer.redirect.empty()) {
      at = answer.redirect;
      continue;
    }
    if (answer.status == 404 || answer.status == 410)
      return problem(IssueType::not_found, at + " does not exist");
    return problem(IssueType::transient, at + " answered " + std::to_string(answer.status));
  }
  return problem(IssueType::transient, url + " redirects too often");
}

fhir::Result<HttpFetcher::Answer> HttpFetcher::request(const std::string& url,
                                                       std::uint64_t bytes_max, Coding coding,
                                                       const Sink& sink) {
  CURL* curl = handle_->curl;
  if (curl == nullptr) return problem(IssueType::exception, "libcurl does not start");
  curl_easy_reset(curl);
  Transfer transfer{&sink, bytes_max, curl};
  const std::string agent = std::string("medisync/") + MEDISYNC_VERSION;
  curl_easy_setopt(curl, CURLOPT_URL, url.c_str());
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);  // each step is checked first
  curl_easy_setopt(curl, CURLOPT_USERAGENT, agent.c_str());
  if (coding == Coding::decoded) curl_easy_setopt(curl, CURLOPT_ACCEPT_ENCODING, "");
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT,
                   static_cast<long>(options_.connect_timeout.count()));
  curl_easy_setopt(curl, CURLOPT_TIMEOUT, static_cast<long>(options_.total_timeout.count()));
  curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, 1L);
  curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, static_cast<long>(options_.stall_timeout.count()));
  if (options_.public_only) {
    curl_easy_setopt(curl, CURLOPT_PROXY, "");
    curl_easy_setopt(curl, CURLOPT_OPENSOCKETFUNCTION, open_public_socket);
  }
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, &transfer);
  const CURLcode code = curl_easy_perform(curl);
  if (transfer.is_too_large)
    return problem(IssueType::too_long,
                   url + " answers with more than " + std::to_string(bytes_max) + " bytes");
  if (transfer.is_unwritten)
    return problem(IssueType::no_store, "the disk does not take what " + url + " answers");
  if (code == CURLE_OPERATION_TIMEDOUT)
    return problem(IssueType::timeout, url + " does not answer in time");
  if (code != CURLE_OK) return problem(IssueType::transient, url + ": " + curl_easy_strerror(code));
  Answer answer;
  curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &answer.status);
  const char* redirect = nullptr;
  curl_easy_getinfo(curl, CURLINFO_REDIRECT_URL, &redirect);
  if (redirect != nullptr) answer.redirect = redirect;
  fresh_for_ = freshness(fields_of(curl, "Cache-Control"), fields_of(curl, "Age"));
  return answer;
}

fhir::Result<void> HttpFetcher::to_file(const std::string& url, const std::string& file,
                                        std::uint64_t bytes_max) {
  std::ofstream out(file, std::ios::binary | std::ios::trunc);
  FHIR_CHECK(get(url, bytes_max, Coding::as_sent, [&](const char* data, std::size_t size) {
    out.write(data, static_cast<std::streamsize>(size));
    return static_cast<bool>(out);
  }));
  out.close();
  if (!out) return problem(IssueType::no_store, "Cannot write " + file);
  return {};
}

fhir::Result<std::string> HttpFetcher::text(const std::string& url, std::uint64_t bytes_max) {
  std::string out;
  FHIR_CHECK(get(url, bytes_max, Coding::decoded, [&](const char* data, std::size_t size) {
    out.append(data, size);
    return true;
  }));
  return out;
}

}  // namespace server::cli::outbound
