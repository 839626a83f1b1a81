// GET requests that the program itself sends, by libcurl.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "src/packages/registry.h"

namespace server::cli::outbound {

struct FetchOptions {
  std::chrono::seconds connect_timeout{20};
  std::chrono::seconds stall_timeout{30};  // without a byte
  std::chrono::seconds total_timeout{600};
  int redirects_max = 5;
  /// Plain http is for this machine alone unless this says otherwise.
  bool allow_http = false;
  /// Whether only addresses are connected to that anybody on the internet has, by no proxy.
  bool public_only = false;
};

/// Takes https, and http to a loopback address where the first URL is one itself: a redirection
/// never leads from the network to what listens on this machine. Certificates are verified.
class HttpFetcher final : public packages::Fetcher {
 public:
  explicit HttpFetcher(FetchOptions options);
  ~HttpFetcher() override;

  fhir::Result<void> to_file(const std::string& url, const std::string& file,
                             std::uint64_t bytes_max) override;
  fhir::Result<std::string> text(const std::string& url, std::uint64_t bytes_max) override;

  /// How long what was fetched last may be kept; nothing when the answer left it to us.
  std::optional<std::chrono::seconds> fresh_for() const { return fresh_for_; }

  /// Whether a URL may be asked at all.
  ///
  /// errors   security: a scheme or a host that is not allowed
  fhir::Result<void> check(std::string_view url) const;

 private:
  using Sink = std::function<bool(const char*, std::size_t)>;
  enum class Coding : std::uint8_t { as_sent, decoded };  // a .tgz stays as it is
  struct Answer {
    long status = 0;
    std::string redirect;
  };
  fhir::Result<void> get(const std::string& url, std::uint64_t bytes_max, Coding coding,
                         const Sink& sink);
  fhir::Result<Answer> request(const std::string& url, std::uint64_t bytes_max, Coding coding,
                               const Sink& sink);

  FetchOptions options_;
  std::optional<std::chrono::seconds> fresh_for_;
  struct Handle;
  std::unique_ptr<Handle> handle_;
};

}  // namespace server::cli::outbound
