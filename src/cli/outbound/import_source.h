// Fetches the files of an import by libcurl, from the hosts that the settings allow.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "src/bulk/import_source.h"

namespace server::cli::outbound {

struct ImportSourceOptions {
  /// `host` or `host:port`; `*.example.org`: any below it; `*`: any. Empty: no URL is taken.
  std::vector<std::string> hosts;
  /// Whether an allowed host may have a private or loopback address, and be asked by plain http.
  bool allow_private = false;
  /// HOST=FILE: what a host gets as a bearer token, read anew for each request.
  std::vector<std::string> tokens;
  std::chrono::seconds connect_timeout{20};
  std::chrono::seconds stall_timeout{60};  // without a byte
  std::chrono::seconds total_timeout{6 * 3600};
  int tries_max = 4;
  std::chrono::milliseconds retry_pause{1000};  // doubled with each try
};

/// No redirection is followed. The address that is connected to is looked at, not only the name.
class UrlImportSource final : public bulk::ImportSource {
 public:
  explicit UrlImportSource(ImportSourceOptions options);

  fhir::Result<void> check(const std::string& url) const override;
  fhir::Result<void> fetch(const bulk::ImportInput& input, const std::filesystem::path& file,
                           std::uint64_t bytes_max,
                           const std::atomic<bool>& is_cancelled) const override;

 private:
  const ImportSourceOptions options_;
};

}  // namespace server::cli::outbound
