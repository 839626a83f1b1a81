#include "src/security/vault.h"

#include <fcntl.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <memory>
#include <stdexcept>

#include "src/security/secrets.h"

namespace server::security {
namespace {

constexpr std::size_t k_key_bytes = 32;
constexpr std::size_t k_nonce_bytes = 12;
constexpr std::size_t k_tag_bytes = 16;

fhir::Unexpected<fhir::Issue> failure(fhir::IssueType type, std::string text) {
  return fhir::unexpected(fhir::make_issue(fhir::Situation::internal, type, std::move(text)));
}

/// Closes a file descriptor.
struct File {
  int descriptor;
  explicit File(int opened) : descriptor(opened) {}
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File() {
    if (descriptor >= 0) ::close(descriptor);
  }
};

using Cipher = std::unique_ptr<EVP_CIPHER_CTX, void (*)(EVP_CIPHER_CTX*)>;

unsigned char* bytes_of(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }
const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

/// Encrypts or decrypts `text`; the tag is not looked at here.
std::string run(EVP_CIPHER_CTX* cipher, bool encrypts, const std::string& key,
                std::string_view nonce, std::string_view place, std::string_view text) {
  int size = 0;
  std::string out(text.size(), '\0');
  const bool is_done =
      EVP_CipherInit_ex(cipher, EVP_aes_256_gcm(), nullptr, bytes_of(std::string_view(key)),
                        bytes_of(nonce), encrypts ? 1 : 0) == 1 &&
      EVP_CipherUpdate(cipher, nullptr, &size, bytes_of(place), static_cast<int>(place.size())) ==
          1 &&
      EVP_CipherUpdate(cipher, bytes_of(out), &size, bytes_of(text),
                       static_cast<int>(text.size())) == 1;
  if (!is_done) throw std::runtime_error("AES-256-GCM is not to be had");
  return out;
}

/// A second process may make the file at the same moment: whoever is first writes the key.
bool make_key_file(const std::filesystem::path& path) {
  const std::string partial = path.string() + "." + random_token().substr(0, 8);
  {
    const File file(::open(partial.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    if (file.descriptor < 0) return false;
    const std::string text = to_base64url(random_bytes(k_key_bytes)) + "\n";
    const bool is_written =
        ::write(file.descriptor, text.data(), text.size()) == static_cast<ssize_t>(text.size()) &&
        ::fsync(file.descriptor) == 0;
    if (!is_written) return ::unlink(partial.c_str()) == 0 && false;
  }
  const bool is_linked = ::link(partial.c_str(), path.c_str()) == 0 || errno == EEXIST;
  ::unlink(partial.c_str());
  return is_linked;
}

}  // namespace

fhir::Result<Vault> Vault::open(const std::filesystem::path& path) {
  for (int attempt = 0; attempt < 2; ++attempt) {
    const File file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (file.descriptor < 0) {
      if (errno == ENOENT && make_key_file(path)) continue;
      break;
    }
    struct stat status {};
    if (::fstat(file.descriptor, &status) != 0) break;
    if ((status.st_mode & (S_IRWXG | S_IRWXO)) != 0)
      return failure(fhir::IssueType::security,
                     "The key file " + path.string() + " must be readable by its owner alone");
    std::array<char, 128> buffer{};
    const ssize_t size = ::read(file.descriptor, buffer.data(), buffer.size());
    if (size < 0) break;
    std::string_view text(buffer.data(), static_cast<std::size_t>(size));
    while (text.ends_with('\n')) text.remove_suffix(1);
    auto key = from_base64url(text);
    if (!key || key->size() != k_key_bytes)
      return failure(fhir::IssueType::security, "The key file " + path.string() + " holds no key");
    return Vault(*std::move(key));
  }
  return failure(fhir::IssueType::no_store,
                 "The key file " + path.string() + " can be neither read nor made");
}

std::string Vault::seal(std::string_view text, std::string_view place) const {
  const Cipher cipher(EVP_CIPHER_CTX_new(), EVP_CIPHER_CTX_free);
  std::string sealed = random_bytes(k_nonce_bytes);
  sealed += run(cipher.get(), true, key_, std::string(sealed), place, text);
  std::string tag(k_tag_bytes, '\0');
  int size = 0;
  std::array<unsigned char, 16> rest{};
  if (EVP_CipherFinal_ex(cipher.get(), rest.data(), &size) != 1 ||
      EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_GET_TAG, k_tag_bytes, tag.data()) != 1)
    throw std::runtime_error("AES-256-GCM is not to be had");
  return to_base64url(sealed + tag);
}

std::string Vault::code_of(std::string_view text, std::string_view place) const {
  constexpr std::string_view k_digits = "0123456789abcdef";
  std::string message = std::to_string(place.size());
  message.append(":").append(place).append(text);
  std::array<unsigned char, EVP_MAX_MD_SIZE> code{};
  unsigned size = 0;
  if (HMAC(EVP_sha256(), key_.data(), static_cast<int>(key_.size()),
           bytes_of(std::string_view(message)), message.size(), code.data(), &size) == nullptr)
    throw std::runtime_error("HMAC is not to be had");
  std::string out;
  for (unsigned i = 0; i < size; ++i) out.append({k_digits[code[i] >> 4], k_digits[code[i] & 15]});
  return out;
}

std::optional<std::string> Vault::open_sealed(std::string_view sealed,
                                              std::string_view place) const {
  auto bytes = from_base64url(sealed);
  if (!bytes || bytes->size() < k_nonce_bytes + k_tag_bytes) return std::nullopt;
  std::string tag = bytes->substr(bytes->size() - k_tag_bytes);
  const std::string_view all(*bytes);
  const std::string_view body = all.substr(k_nonce_bytes, all.size() - k_nonce_bytes - k_tag_bytes);
  const Cipher cipher(EVP_CIPHER_CTX_new(), EVP_CIPHER_CTX_free);
  std::string text = run(cipher.get(), false, key_, all.substr(0, k_nonce_bytes), place, body);
  int size = 0;
  std::array<unsigned char, 16> rest{};
  if (EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_SET_TAG, k_tag_bytes, tag.data()) != 1 ||
      EVP_CipherFinal_ex(cipher.get(), rest.data(), &size) != 1)
    return std::nullopt;
  return text;
}

}  // namespace server::security
