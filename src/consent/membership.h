// What a resource says of who belongs to whom: teams, groups, roles, organizations, devices.
// https://hl7.org/fhir/R4/careteam.html https://hl7.org/fhir/R4/group.html
// https://hl7.org/fhir/R4/practitionerrole.html
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "fhir/base/date_time.h"
#include "fhir/formats/json_value.h"

namespace server::consent {

inline constexpr std::size_t k_members_max = 100'000;  // of one team or group

/// The system of the identifier under which a client of this server is an actor, or is what a
/// Device stands for.
inline constexpr std::string_view k_client_system = "urn:medisync:client";

/// Whoever has the one name has the other as well.
struct Link {
  std::string from, to;  // `Practitioner/1`, `CareTeam/2`, `system|value`
  fhir::Instants period;
  bool is_doubtful = false;  // may be so: then it lets nobody do anything, and holds back
};

struct Membership {
  std::vector<Link> links;
  /// Anybody may belong to it: it is not there, tells who belongs to it by a description or in
  /// words alone, or has more members than k_members_max.
  bool is_unclear = false;
};

/// Whether a type says who belongs to what a Consent names: then its members are looked up.
bool has_members(std::string_view type);
/// Whether a type says who somebody is, or whose, who asks: their own resources are looked at.
bool tells_of_itself(std::string_view type);

/// Reads a CareTeam, Group, PractitionerRole, Organization, Device, Practitioner or RelatedPerson.
/// Nobody is a client of this server by what a resource says of somebody else than a Device.
///
/// resource   null: it is not there
Membership membership_of(std::string_view type, std::string_view id,
                         const fhir::json::Value* resource, std::string_view base_url);

}  // namespace server::consent
