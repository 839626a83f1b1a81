// Signed tokens and the keys that sign them, as JSON texts.
// https://www.rfc-editor.org/rfc/rfc7515 https://www.rfc-editor.org/rfc/rfc7517
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "fhir/base/result.h"

namespace server::security {

inline constexpr std::size_t k_jws_bytes_max = 16 * 1024;
inline constexpr std::size_t k_jwks_bytes_max = 256 * 1024;
inline constexpr std::size_t k_jwks_keys_max = 50;

/// Those that are signed and verified here; there is no other, `none` least of all.
enum class Algorithm : std::uint8_t {
  rs256,
  rs384,
  rs512,
  ps256,
  ps384,
  ps512,
  es256,
  es384,
  es512
};

/// `RS256`, …
std::string_view name_of(Algorithm algorithm);
/// Nothing for `none`, those of a shared secret and whatever else is not signed here.
std::optional<Algorithm> algorithm_of(std::string_view name);

/// A new private key as a JWK: RSA of 2048 bits, or the curve of the algorithm; with alg, use and
/// kid.
std::string new_key(Algorithm algorithm, std::string_view kid);

/// What of a private key everybody may know.
std::string public_key(const std::string& private_jwk);

/// A compact JWS whose header holds alg, kid and typ.
std::string sign(std::string_view payload, const std::string& private_jwk);

/// Whose signature was found to be right.
struct Verified {
  std::string payload;
  std::string kid;  // of the key that verified it; may be empty
  std::string typ;  // of its header; may be empty
};

/// Verifies a compact JWS by one of the keys of a JWKS: those of the header's kid, or all when it
/// has none. A key counts only for its own kty, curve, alg and use.
///
/// allowed    what its header may name as alg
/// errors     security: no compact JWS, another alg, `crit`, a wrong signature · not-found: no key
///            has its kid and kind · too-long: past k_jws_bytes_max
fhir::Result<Verified> verify(std::string_view token, std::span<const Algorithm> allowed,
                              std::string_view jwks);

/// Judges a client's JWKS before it is kept.
///
/// errors     invalid: no JWKS, no key of use to us, a private key in it · too-long: a limit
fhir::Result<void> check_jwks(std::string_view jwks);

/// `{"keys":[…]}` of public JWKs.
std::string jwks_of(std::span<const std::string> public_jwks);

}  // namespace server::security
