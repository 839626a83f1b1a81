// Passwords as Argon2id hashes. https://www.rfc-editor.org/rfc/rfc9106
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace server::security {

inline constexpr std::size_t k_password_bytes_max = 1024;

/// What a hash costs whoever guesses; the defaults are OWASP's second choice for Argon2id.
struct PasswordCost {
  std::uint32_t memory_kib = 19 * 1024;
  std::uint32_t passes = 2;
};

/// `$argon2id$v=19$m=…`: the hash with its salt and cost.
/// password   at most k_password_bytes_max bytes; throws std::length_error beyond
std::string hash_password(std::string_view password, const PasswordCost& cost = {});

/// Whether the password is the one that was hashed. False for a hash that cannot be read.
bool is_password(std::string_view password, const std::string& hash);

/// Takes the time of a comparison and finds nothing: for a user that does not exist, so that the
/// time tells nobody which names do.
void compare_with_nothing(std::string_view password);

}  // namespace server::security
