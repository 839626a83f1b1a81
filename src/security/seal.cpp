#include "src/security/seal.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <stdexcept>

#include "src/security/secrets.h"

namespace server::security {
namespace {

constexpr std::size_t k_code_bytes = 16;

}  // namespace

std::string Seal::close(std::string_view text, std::string_view purpose) const {
  return to_base64url(code_of(text, purpose).append(text));
}

std::optional<std::string> Seal::open(std::string_view sealed, std::string_view purpose) const {
  auto bytes = from_base64url(sealed);
  if (!bytes || bytes->size() < k_code_bytes) return std::nullopt;
  const std::string text = bytes->substr(k_code_bytes);
  bytes->resize(k_code_bytes);
  if (!equal_in_constant_time(*bytes, code_of(text, purpose))) return std::nullopt;
  return text;
}

std::string Seal::code_of(std::string_view text, std::string_view purpose) const {
  std::string message = std::to_string(purpose.size());
  message.append(":").append(purpose).append(text);
  std::array<unsigned char, EVP_MAX_MD_SIZE> code{};
  unsigned size = 0;
  if (HMAC(EVP_sha256(), key_.data(), static_cast<int>(key_.size()),
           reinterpret_cast<const unsigned char*>(message.data()), message.size(), code.data(),
           &size) == nullptr)
    throw std::runtime_error("HMAC is not to be had");
  return {reinterpret_cast<const char*>(code.data()), k_code_bytes};
}

}  // namespace server::security
