// https://www.rfc-editor.org/rfc/rfc7515 https://www.rfc-editor.org/rfc/rfc7518
#include "src/security/jose.h"

extern "C" {
#include <jansson.h>
#include <jose/jose.h>
}

#include <array>
#include <cstdlib>
#include <memory>
#include <stdexcept>
#include <vector>

#include "src/security/secrets.h"

namespace server::security {
namespace {

using fhir::IssueType;

constexpr std::size_t k_rsa_bytes_min = 256;  // "A key of size 2048 bits or larger MUST be used"

struct Row {
  Algorithm algorithm;
  const char* name;
  const char* kty;
  const char* crv;
};
constexpr std::array<Row, 9> k_rows = {{{Algorithm::rs256, "RS256", "RSA", nullptr},
                                        {Algorithm::rs384, "RS384", "RSA", nullptr},
                                        {Algorithm::rs512, "RS512", "RSA", nullptr},
                                        {Algorithm::ps256, "PS256", "RSA", nullptr},
                                        {Algorithm::ps384, "PS384", "RSA", nullptr},
                                        {Algorithm::ps512, "PS512", "RSA", nullptr},
                                        {Algorithm::es256, "ES256", "EC", "P-256"},
                                        {Algorithm::es384, "ES384", "EC", "P-384"},
                                        {Algorithm::es512, "ES512", "EC", "P-521"}}};
constexpr std::array k_of_clients = {Algorithm::rs256, Algorithm::rs384, Algorithm::es384};

const Row& row_of(Algorithm algorithm) { return k_rows[static_cast<std::size_t>(algorithm)]; }

struct Release {
  void operator()(json_t* json) const { json_decref(json); }
};
using Json = std::unique_ptr<json_t, Release>;

fhir::Unexpected<fhir::Issue> refuse(IssueType type, std::string text) {
  return fhir::unexpected(fhir::make_issue(type, std::move(text)));
}

Json parse(std::string_view text) {
  json_error_t error;
  return Json(json_loadb(text.data(), text.size(), JSON_REJECT_DUPLICATES, &error));
}

std::string dump(const json_t* json) {
  const std::unique_ptr<char, void (*)(void*)> text(json_dumps(json, JSON_COMPACT), std::free);
  if (!text) throw std::runtime_error("JSON cannot be written");
  return text.get();
}

std::string_view member(const json_t* object, const char* name) {
  const json_t* value = json_object_get(object, name);
  if (!json_is_string(value)) return {};
  return {json_string_value(value), json_string_length(value)};
}

/// The library tells of errors on standard error unless it is told not to.
class Quiet {
 public:
  Quiet() : config_(jose_cfg()) {
    if (config_ != nullptr)
      jose_cfg_set_err_func(
          config_, [](void*, const char*, int, std::uint64_t, const char*, va_list) {}, nullptr);
  }
  Quiet(const Quiet&) = delete;
  Quiet& operator=(const Quiet&) = delete;
  ~Quiet() { jose_cfg_decref(config_); }
  jose_cfg_t* get() const { return config_; }

 private:
  jose_cfg_t* config_;
};

/// Whether the key may have made a signature of this kind.
bool suits(const json_t* key, const Row& row) {
  if (member(key, "kty") != row.kty) return false;
  if (row.crv != nullptr && member(key, "crv") != row.crv) return false;
  const std::string_view alg = member(key, "alg");
  if (!alg.empty() && alg != row.name) return false;
  const std::string_view use = member(key, "use");
  if (!use.empty() && use != "sig") return false;
  if (row.crv != nullptr) return true;
  const auto modulus = from_base64url(member(key, "n"));
  return modulus && modulus->size() >= k_rsa_bytes_min;
}

struct Parts {
  std::string_view header, payload, signature;
};

std::optional<Parts> split(std::string_view token) {
  const std::size_t first = token.find('.');
  if (first == std::string_view::npos) return std::nullopt;
  const std::size_t second = token.find('.', first + 1);
  if (second == std::string_view::npos) return std::nullopt;
  Parts parts{token.substr(0, first), token.substr(first + 1, second - first - 1),
              token.substr(second + 1)};
  if (parts.signature.empty() || parts.signature.find('.') != std::string_view::npos)
    return std::nullopt;
  return parts;
}

}  // namespace

std::string_view name_of(Algorithm algorithm) { return row_of(algorithm).name; }

std::optional<Algorithm> algorithm_of(std::string_view name) {
  for (const Row& row : k_rows) {
    if (row.name == name) return row.algorithm;
  }
  return std::nullopt;
}

std::string new_key(Algorithm algorithm, std::string_view kid) {
  const Row& row = row_of(algorithm);
  Json key(json_pack("{s:s,s:s,s:s,s:s%}", "kty", row.kty, "alg", row.name, "use", "sig", "kid",
                     kid.data(), kid.size()));
  if (row.crv != nullptr) {
    json_object_set_new(key.get(), "crv", json_string(row.crv));
  } else {
    json_object_set_new(key.get(), "bits", json_integer(2048));
  }
  const Quiet quiet;
  if (!jose_jwk_gen(quiet.get(), key.get())) throw std::runtime_error("no key could be made");
  return dump(key.get());
}

std::string public_key(const std::string& private_jwk) {
  const Json key = parse(private_jwk);
  const Quiet quiet;
  if (!key || !jose_jwk_pub(quiet.get(), key.get())) throw std::runtime_error("not a key");
  json_object_del(key.get(), "key_ops");  // says what `use` says
  return dump(key.get());
}

std::string sign(std::string_view payload, const std::string& private_jwk) {
  const Json key = parse(private_jwk);
  if (!key) throw std::runtime_error("not a key");
  const std::string alg(member(key.get(), "alg"));
  const std::string kid(member(key.get(), "kid"));
  const Json jws(json_pack("{s:s}", "payload", to_base64url(payload).c_str()));
  const Json header(json_pack("{s:{s:s,s:s,s:s}}", "protected", "alg", alg.c_str(), "kid",
                              kid.c_str(), "typ", "JWT"));
  const Quiet quiet;
  if (!jose_jws_sig(quiet.get(), jws.get(), header.get(), key.get()))
    throw std::runtime_error("the token could not be signed");
  std::string token(member(jws.get(), "protected"));
  token.append(".").append(member(jws.get(), "payload"));
  return token.append(".").append(member(jws.get(), "signature"));
}

fhir::Result<Verified> verify(std::string_view token, std::span<const Algorithm> allowed,
                              std::string_view jwks) {
  if (token.size() > k_jws_bytes_max) return refuse(IssueType::too_long, "The token is too long");
  const auto parts = split(token);
  const auto header_text = parts ? from_base64url(parts->header) : std::nullopt;
  const auto payload = parts ? from_base64url(parts->payload) : std::nullopt;
  const Json header = header_text ? parse(*header_text) : Json();
  if (!payload || !json_is_object(header.get()))
    return refuse(IssueType::security, "The token is no signed token");
  if (json_object_get(header.get(), "crit") != nullptr)
    return refuse(IssueType::security, "The token has a critical header that is not known here");
  const Row* row = nullptr;
  for (const Algorithm algorithm : allowed) {
    if (member(header.get(), "alg") == name_of(algorithm)) row = &row_of(algorithm);
  }
  if (row == nullptr)
    return refuse(IssueType::security, "The token is not signed by an algorithm that is taken");
  const std::string_view kid = member(header.get(), "kid");
  const Json set = parse(jwks);
  const json_t* keys = json_object_get(set.get(), "keys");
  const Json jws(json_pack("{s:s%,s:s%,s:s%}", "payload", parts->payload.data(),
                           parts->payload.size(), "protected", parts->header.data(),
                           parts->header.size(), "signature", parts->signature.data(),
                           parts->signature.size()));
  if (!jws) return refuse(IssueType::security, "The token is no signed token");
  const Quiet quiet;
  bool was_tried = false;
  for (std::size_t i = 0; i < json_array_size(keys) && i < k_jwks_keys_max; ++i) {
    const json_t* key = json_array_get(keys, i);
    if (!kid.empty() && member(key, "kid") != kid) continue;
    if (!suits(key, *row)) continue;
    was_tried = true;
    // Of the key only what makes it a key: its key_ops would be judged for another use.
    Json plain(json_object());
    for (const char* name : {"kty", "crv", "x", "y", "n", "e"}) {
      if (json_t* value = json_object_get(key, name)) json_object_set(plain.get(), name, value);
    }
    if (jose_jws_ver(quiet.get(), jws.get(), nullptr, plain.get(), false))
      return Verified{*payload, std::string(member(key, "kid")),
                      std::string(member(header.get(), "typ"))};
  }
  if (was_tried) return refuse(IssueType::security, "The signature is wrong");
  return refuse(IssueType::not_found, "No known key has the token's kid and kind");
}

fhir::Result<void> check_jwks(std::string_view jwks) {
  if (jwks.size() > k_jwks_bytes_max) return refuse(IssueType::too_long, "The JWKS is too long");
  const Json set = parse(jwks);
  const json_t* keys = json_object_get(set.get(), "keys");
  if (!json_is_array(keys)) return refuse(IssueType::invalid, "This is no JWKS: no array `keys`");
  if (json_array_size(keys) > k_jwks_keys_max)
    return refuse(IssueType::too_long, "The JWKS has too many keys");
  bool is_of_use = false;
  for (std::size_t i = 0; i < json_array_size(keys); ++i) {
    const json_t* key = json_array_get(keys, i);
    if (json_object_get(key, "d") != nullptr || json_object_get(key, "k") != nullptr)
      return refuse(IssueType::invalid, "The JWKS holds a private key");
    for (const Algorithm algorithm : k_of_clients) is_of_use |= suits(key, row_of(algorithm));
  }
  if (!is_of_use)
    return refuse(IssueType::invalid, "The JWKS has no key for RS256, RS384 or ES384");
  return {};
}

std::string jwks_of(std::span<const std::string> public_jwks) {
  std::string text = R"({"keys":[)";
  for (const std::string& key : public_jwks) {
    if (text.back() != '[') text += ',';
    text += key;
  }
  return text + "]}";
}

}  // namespace server::security
