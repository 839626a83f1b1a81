// https://www.w3.org/TR/SRI/#the-integrity-attribute
#include "src/security/digest.h"

#include <openssl/evp.h>

#include <array>
#include <cstdint>
#include <fstream>
#include <memory>
#include <vector>

namespace server::security {
namespace {

class Digest {
 public:
  explicit Digest(const EVP_MD* kind) : context_(EVP_MD_CTX_new(), EVP_MD_CTX_free) {
    EVP_DigestInit_ex(context_.get(), kind, nullptr);
  }
  void add(const char* data, std::size_t size) { EVP_DigestUpdate(context_.get(), data, size); }
  std::vector<unsigned char> finish() {
    std::vector<unsigned char> out(EVP_MAX_MD_SIZE);
    unsigned size = 0;
    EVP_DigestFinal_ex(context_.get(), out.data(), &size);
    out.resize(size);
    return out;
  }

 private:
  std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX*)> context_;
};

std::string base64(const std::vector<unsigned char>& bytes) {
  std::string out(4 * ((bytes.size() + 2) / 3) + 1, '\0');
  const int size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()), bytes.data(),
                                   static_cast<int>(bytes.size()));
  out.resize(static_cast<std::size_t>(size));
  return out;
}

std::string hex(const std::vector<unsigned char>& bytes) {
  constexpr std::string_view k_digits = "0123456789abcdef";
  std::string out;
  for (const unsigned char byte : bytes) {
    out += k_digits[byte >> 4];
    out += k_digits[byte & 15];
  }
  return out;
}

}  // namespace

fhir::Result<FileDigests> digests_of_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  Digest sha512(EVP_sha512());
  Digest sha1(EVP_sha1());
  std::vector<char> block(256 * 1024);
  while (in) {
    in.read(block.data(), static_cast<std::streamsize>(block.size()));
    const auto got = static_cast<std::size_t>(in.gcount());
    sha512.add(block.data(), got);
    sha1.add(block.data(), got);
  }
  if (!in.eof())
    return fhir::unexpected(fhir::make_issue(fhir::IssueType::not_found, "Cannot read " + path));
  return FileDigests{base64(sha512.finish()), hex(sha1.finish())};
}

}  // namespace server::security
