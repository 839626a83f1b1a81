// Certificate, key and the TLS settings of a listening port.
#pragma once

#include <memory>
#include <optional>
#include <string>

struct ssl_ctx_st;

namespace server::http {

/// What every TLS connection of a port shares: TLS 1.2 and 1.3 with forward secrecy only, session
/// resumption, ALPN http/1.1.
///
/// threads   any, once loaded
/// source    https://www.rfc-editor.org/rfc/rfc9325
class TlsContext {
 public:
  TlsContext();
  ~TlsContext();
  TlsContext(const TlsContext&) = delete;
  TlsContext& operator=(const TlsContext&) = delete;

  /// certificate_file, key_file   PEM; the certificate may be followed by its chain
  /// returns   nothing when usable, else one sentence saying which file is wrong and why
  std::optional<std::string> load(const std::string& certificate_file, const std::string& key_file);

  ssl_ctx_st* native() const { return context_; }

 private:
  ssl_ctx_st* context_ = nullptr;
};

}  // namespace server::http
