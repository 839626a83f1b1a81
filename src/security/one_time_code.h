// The second factor: time-based codes of six digits, and codes for when the phone is lost.
// https://www.rfc-editor.org/rfc/rfc6238
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace server::security {

/// 160 random bits.
std::string new_totp_secret();

/// The secret as people type it into an authenticator: base32.
std::string totp_secret_text(std::string_view secret);

/// `otpauth://totp/…`, what an authenticator reads from a QR code.
std::string totp_uri(std::string_view secret, std::string_view account, std::string_view issuer);

/// The time step in which the code is right: the present one, or the one before or after it.
/// Remember the step: "the verifier MUST NOT accept the second attempt of the OTP".
///
/// seconds   since 1970
/// after     the step of the last code that was accepted; only later ones count
std::optional<std::int64_t> totp_step(std::string_view secret, std::string_view code,
                                      std::int64_t seconds, std::int64_t after);

/// The code of the present step: what an authenticator shows.
std::string totp_code(std::string_view secret, std::int64_t seconds);

/// Ten codes of 50 random bits, each good once: `xxxxx-xxxxx`.
std::vector<std::string> new_recovery_codes();

/// What is kept of one; case and the dash do not count.
std::string recovery_hash(std::string_view code);

}  // namespace server::security
