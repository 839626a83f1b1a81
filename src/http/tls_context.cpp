// OpenSSL's SSL_CTX, set up once.
#include "src/http/tls_context.h"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <string_view>

namespace server::http {
namespace {

// ECDHE and an AEAD: RFC 9325 section 4.2; TLS 1.3 has nothing else anyway.
constexpr const char* k_tls_1_2_ciphers = "ECDHE+AESGCM:ECDHE+CHACHA20";
constexpr std::string_view k_session_context = "medisync";
constexpr unsigned char k_http_1_1[] = "\x08http/1.1";

std::string last_error() {
  const auto code = ERR_peek_last_error();
  ERR_clear_error();
  const char* reason = code == 0 ? nullptr : ERR_reason_error_string(code);
  return reason == nullptr ? "unknown reason" : reason;
}

// "… the server SHALL send a fatal 'no_application_protocol' alert" (RFC 7301 section 3.2)
int select_protocol(SSL*, const unsigned char** out, unsigned char* out_size,
                    const unsigned char* offered, unsigned offered_size, void*) {
  unsigned char* chosen = nullptr;
  const int found = SSL_select_next_proto(&chosen, out_size, k_http_1_1, sizeof k_http_1_1 - 1,
                                          offered, offered_size);
  *out = chosen;
  return found == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

// The server has no terminal to ask at: an encrypted key is an error, not a prompt.
int no_passphrase(char*, int, int, void*) { return 0; }

}  // namespace

TlsContext::TlsContext() = default;
TlsContext::~TlsContext() { SSL_CTX_free(context_); }

std::optional<std::string> TlsContext::load(const std::string& certificate_file,
                                            const std::string& key_file) {
  ERR_clear_error();
  SSL_CTX_free(context_);
  context_ = SSL_CTX_new(TLS_server_method());
  if (context_ == nullptr) return "Cannot set up TLS: " + last_error() + ".";
  SSL_CTX_set_min_proto_version(context_, TLS1_2_VERSION);
  SSL_CTX_set_cipher_list(context_, k_tls_1_2_ciphers);
  SSL_CTX_set_options(
      context_, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE);
  SSL_CTX_set_mode(context_, SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_session_cache_mode(context_, SSL_SESS_CACHE_SERVER);
  SSL_CTX_set_session_id_context(context_,
                                 reinterpret_cast<const unsigned char*>(k_session_context.data()),
                                 static_cast<unsigned>(k_session_context.size()));
  SSL_CTX_set_alpn_select_cb(context_, select_protocol, nullptr);
  SSL_CTX_set_default_passwd_cb(context_, no_passphrase);

  if (SSL_CTX_use_certificate_chain_file(context_, certificate_file.c_str()) != 1) {
    return "Cannot load the TLS certificate " + certificate_file + ": " + last_error() + ".";
  }
  // Checks that the key belongs to the certificate, too.
  if (SSL_CTX_use_PrivateKey_file(context_, key_file.c_str(), SSL_FILETYPE_PEM) != 1 ||
      SSL_CTX_check_private_key(context_) != 1) {
    return "Cannot load the TLS key " + key_file + ": " + last_error() + ".";
  }
  return std::nullopt;
}

}  // namespace server::http
