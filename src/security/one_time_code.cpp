// https://www.rfc-editor.org/rfc/rfc6238
#include "src/security/one_time_code.h"

#include <oath.h>

#include <array>
#include <cstdlib>
#include <ctime>
#include <stdexcept>

#include "src/security/secrets.h"

namespace server::security {
namespace {

constexpr std::size_t k_secret_bytes = 20;
constexpr unsigned k_digits = 6;
constexpr unsigned k_step_seconds = OATH_TOTP_DEFAULT_TIME_STEP_SIZE;
constexpr std::size_t k_recovery_codes = 10;
constexpr std::size_t k_recovery_characters = 10;
constexpr std::string_view k_letters = "abcdefghjkmnpqrstuvwxyz023456789";  // no two look alike

/// The library is to be told before its first use.
void prepare() {
  static const int code = oath_init();
  if (code != OATH_OK) throw std::runtime_error(oath_strerror(code));
}

std::string code_at(std::string_view secret, std::int64_t step) {
  prepare();
  std::array<char, k_digits + 1> code{};
  const int result = oath_totp_generate(secret.data(), secret.size(),
                                        static_cast<std::time_t>(step * k_step_seconds),
                                        k_step_seconds, 0, k_digits, code.data());
  if (result != OATH_OK) throw std::runtime_error(oath_strerror(result));
  return code.data();
}

std::string percent_encoded(std::string_view text) {
  constexpr std::string_view k_hex = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
        c == '.' || c == '_') {
      out += c;
    } else {
      ((out += '%') += k_hex[byte >> 4]) += k_hex[byte & 15];
    }
  }
  return out;
}

}  // namespace

std::string new_totp_secret() { return random_bytes(k_secret_bytes); }

std::string totp_secret_text(std::string_view secret) {
  prepare();
  char* text = nullptr;
  std::size_t size = 0;
  if (oath_base32_encode(secret.data(), secret.size(), &text, &size) != OATH_OK)
    throw std::runtime_error("base32 failed");
  std::string out(text, size);
  std::free(text);
  while (out.ends_with('=')) out.pop_back();
  return out;
}

std::string totp_uri(std::string_view secret, std::string_view account, std::string_view issuer) {
  const std::string by = percent_encoded(issuer);
  return "otpauth://totp/" + by + ":" + percent_encoded(account) +
         "?secret=" + totp_secret_text(secret) + "&issuer=" + by;
}

std::string totp_code(std::string_view secret, std::int64_t seconds) {
  return code_at(secret, seconds / k_step_seconds);
}

std::optional<std::int64_t> totp_step(std::string_view secret, std::string_view code,
                                      std::int64_t seconds, std::int64_t after) {
  const std::int64_t now = seconds / k_step_seconds;
  std::optional<std::int64_t> found;
  for (std::int64_t step = now - 1; step <= now + 1; ++step) {
    if (equal_in_constant_time(code_at(secret, step), code) && step > after) found = step;
  }
  return found;
}

std::vector<std::string> new_recovery_codes() {
  std::vector<std::string> codes;
  while (codes.size() < k_recovery_codes) {
    std::string code;
    for (const char byte : random_bytes(k_recovery_characters)) {
      if (code.size() == k_recovery_characters / 2) code += '-';
      code += k_letters[static_cast<unsigned char>(byte) % k_letters.size()];
    }
    codes.push_back(std::move(code));
  }
  return codes;
}

std::string recovery_hash(std::string_view code) {
  std::string plain;
  for (const char c : code) {
    if (c >= 'A' && c <= 'Z') {
      plain += static_cast<char>(c - 'A' + 'a');
    } else if (c != '-' && c != ' ') {
      plain += c;
    }
  }
  return token_hash(plain);
}

}  // namespace server::security
