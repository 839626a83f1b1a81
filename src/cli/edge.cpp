// https://cheatsheetseries.owasp.org/cheatsheets/HTTP_Headers_Cheat_Sheet.html
#include "src/cli/edge.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <string_view>

#include "src/http/compression.h"

namespace server::cli {
namespace {

constexpr std::string_view k_base = "/fhir";
constexpr std::size_t k_form_bytes_max = 64 << 10;  // of the authorization server's forms

struct BodyLimits {
  std::size_t all, resource, search, upload;
};

std::string_view path_of(const http::Request& head) {
  return std::string_view(head.target).substr(0, head.target.find('?'));
}

/// NDJSON that is sent to $import goes to the disk while it comes, packed by gzip or plain.
bool is_upload(const http::Request& head) {
  if (head.method != http::Method::post) return false;
  const std::string_view path = path_of(head);
  if (!path.starts_with(k_base) || !path.ends_with("/$import")) return false;
  const std::string_view type = head.headers.get("Content-Type");
  const auto coding = http::content_coding(head.headers.get("Content-Encoding"));
  return type.find("ndjson") != std::string_view::npos && coding &&
         *coding != http::Coding::deflate;
}

/// What is behind the base is a form of the authorization server, a search, a Bundle of many
/// resources, an operation, or one resource.
std::size_t limit_of(const BodyLimits& limits, const http::Request& head) {
  std::string_view path = path_of(head);
  if (!path.starts_with(k_base)) return limits.all;
  if (limits.upload != 0 && is_upload(head)) return limits.upload;
  path.remove_prefix(k_base.size());
  if (path.starts_with("/auth/")) return std::min(limits.all, k_form_bytes_max);
  if (path.ends_with("/_search")) return std::min(limits.all, limits.search);
  const bool holds_many =
      path.size() <= 1 || path.find('$') != std::string_view::npos || path.starts_with("/Bundle");
  return holds_many ? limits.all : std::min(limits.all, limits.resource);
}

}  // namespace

void add_edge_options(CLI::App& app, ServeSettings& settings) {
  app.add_option("--body-max", settings.body_megabytes_max,
                 "Largest request body, in MiB: of a Bundle or an operation")
      ->check(CLI::Range(1u, 1u << 20))
      ->capture_default_str();
  app.add_option("--resource-body-max", settings.resource_megabytes_max,
                 "Largest body of one resource that is created, updated or patched, in MiB")
      ->check(CLI::Range(1u, 1u << 20))
      ->capture_default_str();
  app.add_option("--import-body-max", settings.import_megabytes_max,
                 "Largest NDJSON that is sent to $import, in MiB, as it is sent")
      ->check(CLI::Range(1u, 1u << 20))
      ->capture_default_str();
  app.add_option("--search-body-max", settings.search_kilobytes_max,
                 "Largest body of a search by POST, in KiB")
      ->check(CLI::Range(1u, 1u << 20))
      ->capture_default_str();
}

void set_edge(http::ServerOptions& options, const ServeSettings& settings) {
  const BodyLimits limits{settings.body_megabytes_max << 20, settings.resource_megabytes_max << 20,
                          settings.search_kilobytes_max << 10,
                          settings.imports ? settings.import_megabytes_max << 20 : 0};
  options.body_bytes_max = std::max(limits.all, limits.upload);
  options.decoded_bytes_max = 2 * limits.all;
  if (settings.imports) options.has_sink = is_upload;
  options.body_bytes_max_of = [limits](const http::Request& head) {
    return limit_of(limits, head);
  };
  // Pages and Binaries have a policy of their own; all else is no document, and nobody's frame.
  options.response_fields = {
      {"X-Content-Type-Options", "nosniff"},
      {"Referrer-Policy", "no-referrer"},
      {"Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"}};
  // What a token was asked for is for no cache, which would give it to others without one.
  if (settings.auth != "none") options.response_fields.emplace_back("Cache-Control", "no-store");
  if (!settings.tls_key.empty() || settings.base_url.starts_with("https:"))
    options.response_fields.emplace_back("Strict-Transport-Security", "max-age=31536000");
}

std::vector<http::RateRule> rate_rules(const ServeSettings& settings) {
  constexpr double k_minute = 60, k_login_burst_minutes = 2;
  const auto of_minute = [&](double count) {
    return http::Rate{count / k_minute, count * k_login_burst_minutes};
  };
  const std::string auth = std::string(k_base) + "/auth/";
  return {{"", false, {settings.rate, settings.rate * k_burst_seconds}},
          {auth + "login", true, of_minute(settings.login_rate)},
          {auth + "second-factor", true, of_minute(settings.login_rate)},
          {auth + "account", true, of_minute(settings.login_rate)},
          {auth + "register", true, of_minute(settings.registration_rate)},
          {auth + "token", true, of_minute(settings.token_rate)}};
}

}  // namespace server::cli
