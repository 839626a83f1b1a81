// TLS over loopback with a certificate made here. "all production exchange of healthcare data
// SHOULD use SSL": https://hl7.org/fhir/R4/http.html#security
#include <doctest/doctest.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <fstream>
#include <future>
#include <memory>
#include <string>
#include <thread>

#include "unit/http/client.h"
#include "unit/http/running_server.h"

using http_test::Client;
using http_test::get;
using http_test::post;
using http_test::quick_options;
using http_test::RunningServer;
using std::chrono::milliseconds;

namespace {

// A self-signed certificate and its key in two files that go with it.
struct CertificateFiles {
  std::string certificate = "/tmp/medisync_tls_" + std::to_string(::getpid()) + ".crt";
  std::string key = "/tmp/medisync_tls_" + std::to_string(::getpid()) + ".key";

  CertificateFiles() {
    EVP_PKEY* pair = EVP_EC_gen("P-256");
    X509* cert = X509_new();
    ASN1_INTEGER_set(X509_get_serialNumber(cert), 1);
    X509_gmtime_adj(X509_getm_notBefore(cert), 0);
    X509_gmtime_adj(X509_getm_notAfter(cert), 3600);
    X509_set_pubkey(cert, pair);
    X509_NAME_add_entry_by_txt(X509_get_subject_name(cert), "CN", MBSTRING_ASC,
                               reinterpret_cast<const unsigned char*>("localhost"), -1, -1, 0);
    X509_set_issuer_name(cert, X509_get_subject_name(cert));
    X509_sign(cert, pair, EVP_sha256());
    std::FILE* file = std::fopen(certificate.c_str(), "w");
    PEM_write_X509(file, cert);
    std::fclose(file);
    file = std::fopen(key.c_str(), "w");
    PEM_write_PrivateKey(file, pair, nullptr, nullptr, 0, nullptr, nullptr);
    std::fclose(file);
    X509_free(cert);
    EVP_PKEY_free(pair);
  }
  ~CertificateFiles() {
    std::remove(certificate.c_str());
    std::remove(key.c_str());
  }
};

struct TlsServer {
  CertificateFiles files;
  RunningServer running;
  TlsServer() : running(options(files)) {}
  static server::http::ServerOptions options(const CertificateFiles& files) {
    auto options = quick_options();
    options.tls_certificate_file = files.certificate;
    options.tls_key_file = files.key;
    return options;
  }
  std::uint16_t port() const { return running.server.port(); }
};

struct TlsClient {
  std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context{SSL_CTX_new(TLS_client_method()),
                                                            SSL_CTX_free};
  std::unique_ptr<Client> tcp;
  std::unique_ptr<SSL, decltype(&SSL_free)> ssl{nullptr, SSL_free};

  ~TlsClient() { ERR_clear_error(); }

  bool connect(std::uint16_t port, SSL_SESSION* session = nullptr) {
    tcp = std::make_unique<Client>(port);
    ssl.reset(SSL_new(context.get()));
    SSL_set_fd(ssl.get(), tcp->socket());
    if (session != nullptr) SSL_set_session(ssl.get(), session);
    return SSL_connect(ssl.get()) == 1;
  }

  // Reads until the answer ends with `ending` or the connection does.
  std::string ask(const std::string& request, std::string_view ending) {
    if (!request.empty()) {
      SSL_write(ssl.get(), request.data(), static_cast<int>(request.size()));
    }
    std::string answer;
    std::array<char, 16384> bytes;
    while (!answer.ends_with(ending)) {
      const int count = SSL_read(ssl.get(), bytes.data(), static_cast<int>(bytes.size()));
      if (count <= 0) break;
      answer.append(bytes.data(), static_cast<std::size_t>(count));
    }
    return answer;
  }
};

}  // namespace

TEST_CASE("requests are answered over TLS") {
  TlsServer server;
  TlsClient client;
  REQUIRE(client.connect(server.port()));
  CHECK(client.ask(get("/fast"), "fast").ends_with("\r\n\r\nfast"));
  CHECK(client.ask(get("/echo"), "/echo").ends_with("\r\n\r\n/echo"));
  const std::string body(300'000, 'z');
  CHECK(client.ask(post("/x", body + "!"), "!").ends_with("z!"));
}

TEST_CASE("pipelined requests over TLS are answered in order") {
  TlsServer server;
  TlsClient client;
  REQUIRE(client.connect(server.port()));
  const auto answers = client.ask(get("/one") + get("/fast") + get("/three"), "/three");
  CHECK(answers.find("/one") < answers.find("fast"));
  CHECK(answers.ends_with("/three"));
}

TEST_CASE("the last answer over TLS is followed by close_notify") {
  TlsServer server;
  TlsClient client;
  REQUIRE(client.connect(server.port()));
  client.ask(get("/fast", "Connection: close\r\n"), "fast");
  char byte = 0;
  const int count = SSL_read(client.ssl.get(), &byte, 1);
  CHECK(count == 0);
  CHECK(SSL_get_error(client.ssl.get(), count) == SSL_ERROR_ZERO_RETURN);
}

TEST_CASE("a client that has sent close_notify still gets its answer") {
  TlsServer server;
  TlsClient client;
  REQUIRE(client.connect(server.port()));
  const auto request = get("/gated");
  SSL_write(client.ssl.get(), request.data(), static_cast<int>(request.size()));
  SSL_shutdown(client.ssl.get());
  server.running.handler.gate.open();
  CHECK(client.ask("", "gated").ends_with("gated"));
}

TEST_CASE("TLS 1.0 and 1.1 are refused, 1.2 and 1.3 are spoken") {
  TlsServer server;
  for (const int version : {TLS1_VERSION, TLS1_1_VERSION, TLS1_2_VERSION, TLS1_3_VERSION}) {
    TlsClient client;
    SSL_CTX_set_security_level(client.context.get(), 0);
    SSL_CTX_set_min_proto_version(client.context.get(), version);
    SSL_CTX_set_max_proto_version(client.context.get(), version);
    CAPTURE(version);
    CHECK(client.connect(server.port()) == (version >= TLS1_2_VERSION));
  }
}

TEST_CASE("ciphers without forward secrecy are refused") {
  TlsServer server;
  TlsClient client;
  SSL_CTX_set_max_proto_version(client.context.get(), TLS1_2_VERSION);
  SSL_CTX_set_cipher_list(client.context.get(), "AES128-SHA:AES128-GCM-SHA256");
  CHECK_FALSE(client.connect(server.port()));
}

TEST_CASE("a session is resumed") {
  TlsServer server;
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    TlsClient client;
    SSL_CTX_set_max_proto_version(client.context.get(), version);
    REQUIRE(client.connect(server.port()));
    client.ask(get("/fast"), "fast");  // TLS 1.3 sends its ticket with the first data
    SSL_SESSION* session = SSL_get1_session(client.ssl.get());
    SSL_shutdown(client.ssl.get());
    REQUIRE(client.connect(server.port(), session));
    CHECK(SSL_session_reused(client.ssl.get()) == 1);
    SSL_SESSION_free(session);
  }
}

TEST_CASE("ALPN chooses http/1.1 and refuses a client without it") {
  TlsServer server;
  TlsClient both;
  const unsigned char offers_both[] = "\x02h2\x08http/1.1";
  SSL_CTX_set_alpn_protos(both.context.get(), offers_both, sizeof offers_both - 1);
  REQUIRE(both.connect(server.port()));
  const unsigned char* chosen = nullptr;
  unsigned size = 0;
  SSL_get0_alpn_selected(both.ssl.get(), &chosen, &size);
  CHECK(std::string(reinterpret_cast<const char*>(chosen), size) == "http/1.1");

  TlsClient h2;
  const unsigned char offers_h2[] = "\x02h2";
  SSL_CTX_set_alpn_protos(h2.context.get(), offers_h2, sizeof offers_h2 - 1);
  CHECK_FALSE(h2.connect(server.port()));
}

TEST_CASE("a client that does not shake hands is left after the header timeout") {
  CertificateFiles files;
  auto options = TlsServer::options(files);
  options.header_timeout = milliseconds{800};
  RunningServer running(options);
  Client client(running.server.port());
  CHECK(client.is_silent_for(milliseconds{100}));
  CHECK(client.is_ended_within(milliseconds{5000}));
}

TEST_CASE("plain HTTP on the TLS port is closed without harm") {
  TlsServer server;
  Client client(server.port());
  client.send(get("/fast"));
  client.read();
  TlsClient other;
  CHECK(other.connect(server.port()));
}

TEST_CASE("an idle TLS connection is closed with close_notify") {
  CertificateFiles files;
  auto options = TlsServer::options(files);
  options.idle_timeout = milliseconds{100};
  RunningServer running(options);
  TlsClient client;
  REQUIRE(client.connect(running.server.port()));
  client.ask(get("/fast"), "fast");
  char byte = 0;
  CHECK(SSL_read(client.ssl.get(), &byte, 1) == 0);
  CHECK(SSL_get_shutdown(client.ssl.get()) == SSL_RECEIVED_SHUTDOWN);
}

TEST_CASE("stop finishes a TLS request in flight") {
  TlsServer server;
  TlsClient client;
  REQUIRE(client.connect(server.port()));
  const auto request = get("/gated");
  SSL_write(client.ssl.get(), request.data(), static_cast<int>(request.size()));
  REQUIRE(server.running.handler.gate.is_reached_by(1));
  auto stopped =
      std::async(std::launch::async, [&] { server.running.server.stop(std::chrono::seconds{5}); });
  CHECK(http_test::refuses_connections(server.port()));
  server.running.handler.gate.open();
  CHECK(client.ask("", "gated").find("Connection: close") != std::string::npos);
  client.tcp.reset();
  stopped.wait();
}

TEST_CASE("a certificate or key that cannot be loaded is an error that names the file") {
  CertificateFiles files;
  const std::string none = "/tmp/medisync_no_such_file.pem";
  for (const bool key_is_bad : {false, true}) {
    auto options = TlsServer::options(files);
    (key_is_bad ? options.tls_key_file : options.tls_certificate_file) = none;
    http_test::TargetHandler handler;
    server::http::Metrics metrics;
    server::http::Server server(options, handler, metrics);
    const auto error = server.start();
    REQUIRE(error);
    CHECK(error->find(none) != std::string::npos);
    CHECK(error->find(key_is_bad ? "key" : "certificate") != std::string::npos);
  }
}
