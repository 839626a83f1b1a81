#include "src/cli/outside.h"

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <iterator>

#include "src/access/access.h"
#include "src/cli/outbound/http_fetcher.h"
#include "src/http/worker_pool.h"
#include "src/security/discovery.h"

namespace server::cli {
namespace {

constexpr std::size_t k_file_bytes_max = 1 << 20;

std::int64_t now_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

fhir::Result<std::string> fetch(const std::string& url) {
  outbound::FetchOptions options;
  options.connect_timeout = std::chrono::seconds(3);
  options.stall_timeout = std::chrono::seconds(3);
  options.total_timeout = std::chrono::seconds(5);
  options.redirects_max = 1;
  return outbound::HttpFetcher(options).text(url, security::k_jwks_bytes_max);
}

fhir::Result<std::vector<security::Issuer>> issuers_of(const ServeSettings& settings) {
  std::vector<security::Issuer> issuers;
  if (!settings.issuers_file.empty()) {
    std::ifstream in(settings.issuers_file, std::ios::binary);
    std::string text{std::istreambuf_iterator<char>(in), {}};
    if (!in || text.size() > k_file_bytes_max)
      return fhir::unexpected(
          fhir::make_issue(fhir::IssueType::not_found, "Cannot read " + settings.issuers_file));
    FHIR_TRY(read, security::issuers_of(std::move(text)));
    issuers = std::move(read);
  }
  for (const std::string& url : settings.issuers) {
    FHIR_TRY(one, security::issuer_at(url));
    issuers.push_back(std::move(one));
  }
  return issuers;
}

}  // namespace

void add_outside_options(CLI::App& app, ServeSettings& settings) {
  app.add_option("--issuer", settings.issuers,
                 "URL of an outside issuer whose signed access tokens are taken; several may be "
                 "given");
  app.add_option("--registration", settings.registration,
                 "Which apps may register themselves (RFC 7591): off; token: those that bring one "
                 "of medisync auth registration-token; open: all, with users and without backend")
      ->check(CLI::IsMember({"off", "token", "open"}))
      ->capture_default_str();
  app.add_option("--registration-unused-days", settings.registration_unused_days,
                 "With --registration open, how long an app is kept that is never used")
      ->capture_default_str()
      ->check(CLI::Range(1, 366));
  app.add_option("--key-rotation-days", settings.key_rotation_days,
                 "Age at which the key that signs id tokens is replaced; 0: only when told")
      ->capture_default_str();
  app.add_option("--issuers", settings.issuers_file,
                 "File (JSON) of outside issuers with their keys, audiences and claims");
}

fhir::Result<std::unique_ptr<security::OutsideTokens>> make_outside(const ServeSettings& settings,
                                                                    Engine& engine) {
  FHIR_TRY(issuers, issuers_of(settings));
  if (issuers.empty() && settings.auth == "jwt")
    return fhir::unexpected(
        fhir::make_issue(fhir::IssueType::invalid, "--auth jwt needs --issuer or --issuers"));
  if (issuers.empty()) return std::unique_ptr<security::OutsideTokens>();
  security::OutsideTokens::Parts parts;
  parts.issuers = std::move(issuers);
  parts.base_url = settings.base_url;
  parts.fetch = fetch;
  parts.hooks = {http::WorkerPool::is_worker, http::WorkerPool::this_thread_waits,
                 http::WorkerPool::this_thread_goes_on};
  parts.now_ms = now_ms;
  parts.is_enforced = [&definitions = *engine.definitions](const security::Scope& scope) {
    return access::is_enforceable(scope, definitions.latest()->definitions());
  };
  return std::make_unique<security::OutsideTokens>(std::move(parts));
}

fhir::Result<std::vector<std::pair<std::string, std::string>>> outside_uris(
    const ServeSettings& settings) {
  std::vector<std::pair<std::string, std::string>> none;
  FHIR_TRY(issuers, issuers_of(settings));
  if (issuers.empty()) return none;  // told later
  const auto text = security::discover(issuers.front(), fetch);
  const auto document = text ? fhir::json::Document::read(*text) : fhir::unexpected(text.error());
  if (document) return security::outside_oauth_uris(document->root());
  std::fprintf(stderr, "medisync: warning: the CapabilityStatement names no endpoint of %s: %s\n",
               issuers.front().issuer.c_str(), document.error().diagnostics.c_str());
  return none;
}

}  // namespace server::cli
