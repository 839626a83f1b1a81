#include "src/security/seal.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>

#include <array>
#include <stdexcept>

#include "src/security/secrets.h"

namespace server::security {
namespace {

/// Names the key and how it is derived: what a later version seals with another is told apart, and
/// the links of both may be opened for a while.
constexpr char k_key_number = 1;
constexpr std::string_view k_key_info = "medisync link 1";
constexpr std::size_t k_tag_bytes = 16;
constexpr std::size_t k_key_bytes = 64;  // two of AES-256: one for the tag, one for the text
constexpr std::size_t k_head_bytes = 1 + k_tag_bytes;

struct Free {
  void operator()(EVP_CIPHER* method) const { EVP_CIPHER_free(method); }
  void operator()(EVP_CIPHER_CTX* cipher) const { EVP_CIPHER_CTX_free(cipher); }
  void operator()(EVP_KDF* method) const { EVP_KDF_free(method); }
  void operator()(EVP_KDF_CTX* derivation) const { EVP_KDF_CTX_free(derivation); }
};
using Cipher = std::unique_ptr<EVP_CIPHER_CTX, Free>;

void require(bool is_done) {
  if (!is_done) throw std::runtime_error("AES-256-SIV or HKDF is not to be had");
}

unsigned char* bytes_of(char* text) { return reinterpret_cast<unsigned char*>(text); }
const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}
int size_of(std::string_view text) { return static_cast<int>(text.size()); }

/// https://www.rfc-editor.org/rfc/rfc5869
std::array<unsigned char, k_key_bytes> derived(std::string_view secret) {
  const std::unique_ptr<EVP_KDF, Free> method(EVP_KDF_fetch(nullptr, "HKDF", nullptr));
  const std::unique_ptr<EVP_KDF_CTX, Free> derivation(EVP_KDF_CTX_new(method.get()));
  std::string digest = "SHA256", key(secret), info(k_key_info);
  const OSSL_PARAM parameters[] = {
      OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest.data(), 0),
      OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, key.data(), key.size()),
      OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, info.data(), info.size()),
      OSSL_PARAM_construct_end()};
  std::array<unsigned char, k_key_bytes> out{};
  require(EVP_KDF_derive(derivation.get(), out.data(), out.size(), parameters) == 1);
  return out;
}

/// Ready to seal or to open one text.
Cipher copy_of(const Cipher& keyed) {
  Cipher cipher(EVP_CIPHER_CTX_new());
  require(cipher && EVP_CIPHER_CTX_copy(cipher.get(), keyed.get()) == 1);
  return cipher;
}

}  // namespace

/// To set up the key is three times the work of sealing a link: that is done once, for both ways.
struct Seal::Key {
  Cipher sealing{EVP_CIPHER_CTX_new()};
  Cipher opening{EVP_CIPHER_CTX_new()};

  explicit Key(std::string_view secret) {
    const std::unique_ptr<EVP_CIPHER, Free> method(
        EVP_CIPHER_fetch(nullptr, "AES-256-SIV", nullptr));
    const auto key = derived(secret);
    require(method && sealing && opening &&
            EVP_EncryptInit_ex2(sealing.get(), method.get(), key.data(), nullptr, nullptr) == 1 &&
            EVP_DecryptInit_ex2(opening.get(), method.get(), key.data(), nullptr, nullptr) == 1);
  }
};

Seal::Seal(std::string_view secret) : key_(std::make_shared<const Key>(secret)) {}

std::string Seal::close(std::string_view text, std::string_view purpose) const {
  const Cipher cipher = copy_of(key_->sealing);
  std::string sealed(k_head_bytes + text.size(), k_key_number);
  std::array<unsigned char, k_tag_bytes> rest{};
  int size = 0;
  require(
      EVP_EncryptUpdate(cipher.get(), nullptr, &size, bytes_of(purpose), size_of(purpose)) == 1 &&
      EVP_EncryptUpdate(cipher.get(), bytes_of(sealed.data() + k_head_bytes), &size, bytes_of(text),
                        size_of(text)) == 1 &&
      EVP_EncryptFinal_ex(cipher.get(), rest.data(), &size) == 1 &&
      EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_AEAD_GET_TAG, k_tag_bytes, sealed.data() + 1) ==
          1);
  return to_base64url(sealed);
}

std::optional<std::string> Seal::open(std::string_view sealed, std::string_view purpose) const {
  auto bytes = from_base64url(sealed);
  if (!bytes || bytes->size() <= k_head_bytes || bytes->front() != k_key_number)
    return std::nullopt;
  const Cipher cipher = copy_of(key_->opening);
  const std::string_view body = std::string_view(*bytes).substr(k_head_bytes);
  std::string text(body.size(), '\0');
  int size = 0;
  require(
      EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_AEAD_SET_TAG, k_tag_bytes, bytes->data() + 1) ==
          1 &&
      EVP_DecryptUpdate(cipher.get(), nullptr, &size, bytes_of(purpose), size_of(purpose)) == 1);
  if (EVP_DecryptUpdate(cipher.get(), bytes_of(text.data()), &size, bytes_of(body),
                        size_of(body)) != 1)
    return std::nullopt;
  return text;
}

}  // namespace server::security
