// Texts that a client carries back: it may read them, but not make or change them.
// https://www.rfc-editor.org/rfc/rfc2104
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace server::security {

/// HMAC-SHA-256, its first 128 bits. Immutable; thread-safe.
class Seal {
 public:
  /// key   32 bytes
  explicit Seal(std::string key) : key_(std::move(key)) {}

  /// base64url of the code and the text. `purpose` is not in it, but has to be the same again.
  std::string close(std::string_view text, std::string_view purpose) const;

  /// The text; nothing when close() did not make it with this key and purpose.
  std::optional<std::string> open(std::string_view sealed, std::string_view purpose) const;

 private:
  std::string code_of(std::string_view text, std::string_view purpose) const;

  std::string key_;
};

}  // namespace server::security
