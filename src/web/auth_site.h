// The authorization server over HTTP, in front of the FHIR API: pages, endpoints, discovery.
// https://hl7.org/fhir/smart-app-launch/
#pragma once

#include <atomic>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "src/http/message.h"
#include "src/rest/context.h"
#include "src/security/environment.h"
#include "src/security/patient_directory.h"
#include "src/web/emergencies.h"

namespace server::web {

/// Answers what is below `[base]/auth/` and `[base]/.well-known/`, and hands on everything else.
class AuthSite final : public http::Handler {
 public:
  /// All outlive this.
  ///
  /// proxies   addresses whose X-Forwarded-For is believed
  AuthSite(const security::Environment& environment, security::PatientDirectory& patients,
           const Emergencies& emergencies, const rest::Options& options,
           std::vector<std::string> proxies, http::Handler& api)
      : environment_(environment),
        patients_(patients),
        emergencies_(emergencies),
        options_(options),
        proxies_(std::move(proxies)),
        api_(api) {}

  http::Placement placement(const http::Request& request) const override;
  http::Response handle(http::Request& request) override;
  http::Response failure(unsigned status, std::string_view diagnostics) const override {
    return api_.failure(status, diagnostics);
  }

 private:
  bool is_ours(std::string_view target) const;
  http::Response answer(const http::Request& request, std::string_view path);
  http::Response registration(const http::Request& request, std::string_view id);
  http::Response page_of(const http::Request& request, std::size_t row);
  void purge_now_and_then();

  security::Environment environment_;
  security::PatientDirectory& patients_;
  const Emergencies& emergencies_;
  const rest::Options& options_;
  const std::vector<std::string> proxies_;
  http::Handler& api_;
  std::atomic<unsigned> requests_ = 0;
};

}  // namespace server::web
