// Sees every request and its answer, and has it recorded.
#pragma once

#include <functional>
#include <string>

#include "src/audit/recorder.h"
#include "src/http/message.h"

namespace server::audit {

/// For whom the token of a request speaks; may be empty.
using WhoSpeaks = std::function<Speaker(const http::Headers& headers)>;

class Audited final : public http::Handler {
 public:
  /// base_path   of the FHIR endpoint: `/fhir`
  /// recorder, next   outlive this
  Audited(std::string base_path, WhoSpeaks who, Recorder& recorder, http::Handler& next)
      : base_path_(std::move(base_path)), who_(std::move(who)), recorder_(recorder), next_(next) {}

  http::Placement placement(const http::Request& request) const override {
    return next_.placement(request);
  }
  http::Response handle(http::Request& request) override;
  http::Response failure(unsigned status, std::string_view diagnostics) const override {
    return next_.failure(status, diagnostics);
  }

 private:
  void try_to_tell(const http::Request& request, const http::Response& response);
  void tell(const http::Request& request, const http::Response& response);
  void tell_parts(const http::Request& request, const http::Response& response,
                  const Occurrence& whole);
  bool tell_validation(const http::Request& request, const http::Response& response,
                       Occurrence& occurrence) const;
  bool tell_login(const http::Request& request, const http::Response& response,
                  Occurrence& occurrence) const;
  bool tell_registration(const http::Request& request, const http::Response& response,
                         Occurrence& occurrence) const;

  std::string base_path_;
  WhoSpeaks who_;
  Recorder& recorder_;
  http::Handler& next_;
};

/// Ids of the patients that a body names as its subject or patient; of a Patient its own. Looks at
/// no more than the beginning of long bodies.
///
/// body   FHIR JSON; of anything else there are none
std::vector<std::string> patients_of(std::string_view body);

/// What the entries of a batch-response or transaction-response tell as their location.
std::vector<std::string> locations_of(std::string_view body, std::string_view base_path);

}  // namespace server::audit
