// One request to the authorization server's pages, and what its handlers share.
#pragma once

#include <string>
#include <string_view>

#include "src/http/message.h"
#include "src/security/attempts.h"
#include "src/security/device.h"
#include "src/security/environment.h"
#include "src/security/form.h"
#include "src/security/patient_directory.h"
#include "src/security/sessions.h"
#include "src/web/emergencies.h"

namespace server::web {

struct Visit {
  const security::Environment& environment;
  security::PatientDirectory& patients;
  const Emergencies& emergencies;
  const http::Request& request;
  security::Form form;  // of the query, or of a POST's body
  security::Session session;
  std::string address;                                          // as limits count it
  security::Device device;                                      // the browser
  bool is_device_new = false;                                   // whether its cookie is to be set
  std::string request_under_way = std::string(form.get("tx"));  // its handle; empty: none

  /// From where the user of that name tries to log in.
  security::Origin origin_of(std::string_view user) const {
    return {address, device.knows(user) ? device.id() : std::string()};
  }
  bool is_post() const { return request.method == http::Method::post; }
  /// Whether the form is one that this visit was shown.
  bool has_csrf() const;
};

/// errors   of the server's state: shown as a page
using PageAnswer = fhir::Result<http::Response>;

// The pages, by name.
PageAnswer authorize_page(Visit& visit);      // GET, POST: an app's request
PageAnswer continue_page(Visit& visit);       // GET, POST: whatever comes next
PageAnswer login_page(Visit& visit);          // GET, POST
PageAnswer second_factor_page(Visit& visit);  // POST
PageAnswer patient_page(Visit& visit);        // POST: the choice
PageAnswer consent_page(Visit& visit);        // POST: yes or no
PageAnswer emergency_page(Visit& visit);      // POST: declares an emergency
PageAnswer launch_page(Visit& visit);         // GET, POST: opens an app from here
PageAnswer account_page(Visit& visit);        // GET, POST: a user's own password, factor, visits
PageAnswer manage_page(Visit& visit);         // GET, POST: what was granted to whom
PageAnswer logout_page(Visit& visit);         // POST

/// The form of a login, for a request under way (`tx`) or for the page `to`.
http::Response login_form(const Visit& visit, std::string_view problem);
http::Response second_factor_form(const Visit& visit, std::string_view problem);

/// Where a login leads.
PageAnswer after_login(Visit& visit);

/// A page that only says something.
http::Response message_page(unsigned status, std::string_view title, std::string_view text);

/// That the form was not one of this visit.
http::Response stale_form();

}  // namespace server::web
