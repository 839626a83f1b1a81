// Texts that a client carries back: it can neither read, make nor change them.
// https://www.rfc-editor.org/rfc/rfc5297
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace server::security {

/// AES-256-SIV under a key that HKDF-SHA-256 derives from a secret. Its nonce is synthetic, a code
/// of the text and its purpose, and is the tag as well: there is none to repeat. A random one of 96
/// bits would do for 2^32 texts under a key (NIST SP 800-38D, 8.3), which a busy server gives out
/// in days. Equal texts are sealed equally, so all that can be told is that two pages begin at one
/// place. Immutable; thread-safe.
class Seal {
 public:
  /// secret   at least 32 bytes that nobody can guess, in any form
  explicit Seal(std::string_view secret);

  /// base64url of a byte that names the key, 16 bytes of the tag, and as many as the text has.
  ///
  /// text, purpose   not empty. The purpose is not in what is returned, but has to be the same
  /// again
  std::string close(std::string_view text, std::string_view purpose) const;

  /// The text; nothing when close() did not make it with this secret and purpose.
  std::optional<std::string> open(std::string_view sealed, std::string_view purpose) const;

 private:
  struct Key;
  std::shared_ptr<const Key> key_;
};

}  // namespace server::security
