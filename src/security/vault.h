// Seals what must be kept and read again: private keys, secrets of authenticators.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "fhir/base/result.h"

namespace server::security {

/// AES-256-GCM under a key that lies in a file of its own, so that a copy of the database alone
/// tells nothing. Thread-safe.
class Vault {
 public:
  /// key   32 bytes
  explicit Vault(std::string key) : key_(std::move(key)) {}

  /// The key in `file`, made there (mode 0600) when there is none.
  ///
  /// errors   no-store: it can be neither read nor made · security: others may read it, or it is
  ///          no key
  static fhir::Result<Vault> open(const std::filesystem::path& file);

  /// Base64url. `place`: what the text is for; open() must be told the same.
  std::string seal(std::string_view text, std::string_view place) const;

  /// HMAC-SHA-256 in hexadecimal: what only holders of the key can make.
  std::string code_of(std::string_view text, std::string_view place) const;

  /// Nothing when it was not sealed so: another key, another place, a changed byte.
  std::optional<std::string> open_sealed(std::string_view sealed, std::string_view place) const;

 private:
  std::string key_;
};

}  // namespace server::security
