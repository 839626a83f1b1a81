// The authorization endpoint: from an app's request to a code, with a user's login, choice of a
// patient and consent between them. Knows no HTTP: requests in, decisions out.
// https://hl7.org/fhir/smart-app-launch/app-launch.html#obtain-authorization-code
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "src/security/clients.h"
#include "src/security/emergency.h"
#include "src/security/environment.h"
#include "src/security/form.h"
#include "src/security/sessions.h"
#include "src/security/users.h"

namespace server::security {

/// A request on its way to a code.
struct Transaction {
  std::string handle;   // names it in URLs and forms; before the login it is all of it, sealed
  std::string session;  // id of the visit that it belongs to; empty: none's yet
  std::string client_id, client_name, redirect_uri, state, challenge, nonce;
  std::string scopes;       // asked for, as far as the client may
  std::string launch_user;  // who launched the app from here; empty: standalone
  std::string patient, encounter, fhir_context, intent;
  DeclaredEmergency emergency;
  bool is_self_registered = false;  // the client: nobody here knows who runs it
};

/// What an EHR launch hands to the app by an opaque handle.
struct LaunchContext {
  std::string client_id, user, patient, encounter, fhir_context, intent;
  DeclaredEmergency emergency;
};

/// What is to be done with a request.
struct Decision {
  /// offer: a redirect that the user is asked about, since nobody here knows where it leads.
  enum class Kind : std::uint8_t { error_page, redirect, offer, pending } kind = Kind::error_page;
  unsigned status = 400;  // of an error page
  std::string text;       // the error, the URL, or the handle of the transaction
};

/// The page that comes next.
enum class Step : std::uint8_t { login, second_factor, patient, consent };

/// Thread-safe.
class Authorization {
 public:
  explicit Authorization(const Environment& environment) : environment_(environment) {}

  /// Judges a request of GET or POST. Who is not known to be a client, or would be sent to an
  /// address that it has not registered, gets an error page; all else goes back to the client. To
  /// one that registered itself nobody is sent who has not logged in: else any link to this server
  /// could lead anywhere. https://www.rfc-editor.org/rfc/rfc9700#section-4.11.2
  fhir::Result<Decision> begin(const Form& form, const Session& session);

  /// A transaction of this visit; nothing when there is none. One that began without a visit (the
  /// browser sends no cookie with another site's form) belongs to the first that goes on with it.
  /// It is kept, under a handle of its own, once somebody has logged in, and can be answered once.
  fhir::Result<std::optional<Transaction>> find(std::string_view handle, const Session& session);

  Step next(const Transaction& transaction, const Session& session) const;

  /// Whether the user may choose that patient, judged by the user alone.
  static bool may_choose(const User& user, std::string_view patient);
  /// Nothing changes when the request was answered meanwhile, or has a patient from its launch.
  fhir::Result<void> choose_patient(Transaction& transaction, std::string_view patient);

  /// From now on the request is one of an emergency. Nothing changes when it was answered
  /// meanwhile.
  fhir::Result<void> declare(Transaction& transaction, DeclaredEmergency emergency);

  /// The redirect with a code. `granted`: the scopes left checked on the page; what was not asked
  /// for is passed over, and the launch itself needs no box.
  ///
  /// terms   of the user's role, for a request of an emergency; null: it has none, and gets a no
  fhir::Result<std::string> approve(const Transaction& transaction, const Session& session,
                                    const User& user, const std::vector<std::string>& granted,
                                    const EmergencyTerms* terms = nullptr);
  /// The redirect that says no.
  fhir::Result<std::string> deny(const Transaction& transaction);

  /// The URL that opens the app: `launch_url?iss=…&launch=…`.
  fhir::Result<std::string> launch(const Client& client, LaunchContext context);

 private:
  fhir::Result<std::optional<Transaction>> find_sealed(std::string_view handle,
                                                       const Session& session);
  fhir::Result<bool> keep(const Transaction& transaction, std::int64_t version);
  fhir::Result<bool> end(const Transaction& transaction);

  Environment environment_;
};

/// What can be granted of what was asked for.
///
/// most   rights that an emergency gives; of use for a request of one alone
std::vector<Scope> offered_of(const Transaction& transaction, Rights most);

/// What of the boxes left checked is granted.
std::vector<Scope> granted_of(const Transaction& transaction, const User& user,
                              const std::vector<std::string>& checked, Rights most = 0);

/// `name=value` pairs appended to the query of a URL.
std::string with_parameters(
    std::string url, const std::vector<std::pair<std::string_view, std::string_view>>& parameters);

}  // namespace server::security
