// An emergency that a user declares before an app is launched for it, and the scopes that it takes.
// https://terminology.hl7.org/CodeSystem-v3-ActReason.html#v3-ActReason-BTG
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "src/security/environment.h"
#include "src/security/scope.h"
#include "src/security/sessions.h"

namespace server::security {

struct Grant;

struct DeclaredEmergency {
  std::string reason;   // as it is recorded; empty: there is no emergency
  std::string purpose;  // of use, a code of v3-PurposeOfUse

  bool is_there() const { return !reason.empty(); }
};

/// What a role's file gives an emergency.
struct EmergencyTerms {
  Rights rights = 0;
  std::int64_t lasts_ms = 0;
  std::function<void(const Grant&)> tell;  // the audit trail, before the app gets anything
};

/// Emergencies that were declared in a visit before an app was chosen. Thread-safe.
class DeclaredEmergencies {
 public:
  explicit DeclaredEmergencies(const Environment& environment) : environment_(environment) {}

  /// Keeps it as long as a request under way is kept; returns its handle.
  fhir::Result<std::string> add(const Session& session, const DeclaredEmergency& one);
  /// Nothing when it is unknown, too old, or was declared in another visit or by another user.
  fhir::Result<std::optional<DeclaredEmergency>> find(std::string_view handle,
                                                      const Session& session) const;

 private:
  Environment environment_;
};

/// Those of the scopes that are of resources, each for the patient in context alone.
///
/// most          rights that no scope keeps more than; one without any of them is left out
/// of_user_too   whether what a user may see is taken for what the user may see of the patient
std::vector<Scope> of_one_patient(const std::vector<Scope>& scopes, Rights most, bool of_user_too);

/// What of an app's scopes an emergency leaves: those of one patient, and who the user is. Nothing
/// that outlasts it.
std::vector<Scope> in_emergency(const std::vector<Scope>& scopes, Rights most);

}  // namespace server::security
