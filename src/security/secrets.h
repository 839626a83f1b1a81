// Random secrets, how they are written, compared and remembered.
// https://www.rfc-editor.org/rfc/rfc4648#section-5
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace server::security {

/// Bytes that nobody can guess. Throws when the system has none to give: nothing may go on then.
std::string random_bytes(std::size_t count);

/// 256 random bits as 43 characters of base64url: codes, tokens, handles, client secrets.
std::string random_token();

/// 32 bytes.
std::string sha256(std::string_view bytes);

/// What is kept of a token: base64url of its SHA-256. Only for random tokens, never for passwords.
std::string token_hash(std::string_view token);

/// Without padding.
std::string to_base64url(std::string_view bytes);
/// Nothing for padding, a character outside the alphabet, or bits that no byte has.
std::optional<std::string> from_base64url(std::string_view text);
/// The alphabet with `+` and `/`, padding required: the credentials of HTTP Basic.
std::optional<std::string> from_base64(std::string_view text);

/// Takes the same time wherever two texts of one length differ.
bool equal_in_constant_time(std::string_view a, std::string_view b);

}  // namespace server::security
