// Asks a FHIR package registry, which speaks npm's protocol: a document per package that lists its
// versions, and a .tgz per version. Knows no HTTP: a Fetcher does the requests.
// https://hl7.org/fhir/packages.html
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "fhir/base/result.h"

namespace server::packages {

/// Does GET requests. Not for several threads.
class Fetcher {
 public:
  virtual ~Fetcher() = default;
  /// The body of the answer, at most `bytes_max` of it, into a file or as text.
  ///
  /// errors   not-found: 404 · too-long · timeout · security: a URL that is not allowed ·
  ///          transient: anything else
  virtual fhir::Result<void> to_file(const std::string& url, const std::string& file,
                                     std::uint64_t bytes_max) = 0;
  virtual fhir::Result<std::string> text(const std::string& url, std::uint64_t bytes_max) = 0;
};

/// One version as a registry offers it.
struct Offer {
  std::string name;
  std::string version;
  std::string url;        // of the .tgz
  std::string integrity;  // `sha512-…`; empty when the registry gives none
  std::string shasum;     // SHA-1, hex; likewise
};

class Registry {
 public:
  /// address   without a slash at the end
  Registry(std::string address, Fetcher& fetcher)
      : address_(std::move(address)), fetcher_(fetcher) {}

  /// The newest version that the range asks for.
  ///
  /// errors   not-found: no such package or no such version · of the fetcher · structure: the
  ///          registry's answer cannot be read
  fhir::Result<Offer> find(std::string_view name, std::string_view range) const;

  /// Fetches the .tgz and holds it to what the registry said of it.
  ///
  /// errors   of the fetcher · security: its digest is another
  fhir::Result<void> fetch(const Offer& offer, const std::string& file) const;

 private:
  std::string address_;
  Fetcher& fetcher_;
};

/// Whether a file is what the two digests say; an empty one says nothing.
fhir::Result<void> check_digests(const std::string& file, std::string_view integrity,
                                 std::string_view shasum);

}  // namespace server::packages
