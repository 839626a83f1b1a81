// https://hl7.org/fhir/smart-app-launch/scopes-and-launch-context.html
// https://hl7.org/fhir/R4/compartmentdefinition-patient.html
#include "src/access/access.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "src/policy/patient_compartment.h"
#include "src/search/percent.h"
#include "src/search/query_parser.h"

namespace server::access {
namespace {

using policy::combined;
using policy::of_patient;
using search::Combination;
using search::Criterion;
using security::Scope;
using security::ScopeContext;

/// Types that tell of no patient: who may read of one patient needs them to understand what is
/// there, and may read them all.
constexpr std::array<std::string_view, 30> k_shared = {"ActivityDefinition",
                                                       "CapabilityStatement",
                                                       "CodeSystem",
                                                       "CompartmentDefinition",
                                                       "ConceptMap",
                                                       "Endpoint",
                                                       "GraphDefinition",
                                                       "HealthcareService",
                                                       "ImplementationGuide",
                                                       "Library",
                                                       "Location",
                                                       "Measure",
                                                       "Medication",
                                                       "MedicationKnowledge",
                                                       "MessageDefinition",
                                                       "NamingSystem",
                                                       "OperationDefinition",
                                                       "Organization",
                                                       "OrganizationAffiliation",
                                                       "PlanDefinition",
                                                       "Practitioner",
                                                       "PractitionerRole",
                                                       "Questionnaire",
                                                       "SearchParameter",
                                                       "StructureDefinition",
                                                       "StructureMap",
                                                       "Substance",
                                                       "TerminologyCapabilities",
                                                       "TestScript",
                                                       "ValueSet"};

constexpr Rights k_reading = security::right_read | security::right_search;

bool is_shared(std::string_view type) {
  return std::find(k_shared.begin(), k_shared.end(), type) != k_shared.end();
}

/// Whether it asks about the resource alone, and not about others that the bearer may not see.
bool is_of_itself(const Criterion& criterion) {
  return criterion.chained == nullptr && criterion.reverse_chained == nullptr &&
         criterion.hierarchy.empty() &&
         std::all_of(criterion.parts.begin(), criterion.parts.end(), is_of_itself);
}

/// The criteria behind a scope's `?`; nothing when they are no criteria, or lead elsewhere.
std::optional<std::vector<Criterion>> filter_of(const Scope& scope, std::string_view type,
                                                const fhir::DefinitionStore& definitions) {
  auto parameters = search::split_query(scope.query);
  if (!parameters) return std::nullopt;
  auto query = search::parse_query(type, *parameters, definitions);
  const bool is_filter = query && !query->criteria.empty() && query->includes.empty() &&
                         query->sort.empty() && query->elements.empty() && !query->results_max &&
                         query->summary == search::Summary::none && query->warnings.empty() &&
                         query->contained == search::Contained::no &&
                         std::all_of(query->criteria.begin(), query->criteria.end(), is_of_itself);
  if (!is_filter) return std::nullopt;
  return std::move(query->criteria);
}

/// What one scope allows of a type.
Permission allowed_by(const Scope& scope, const Identity& identity, security::Right right,
                      std::string_view type, const fhir::DefinitionStore& definitions) {
  Permission none, all;
  all.extent = Extent::all;
  if ((scope.rights & right) == 0 || (scope.type != "*" && scope.type != type)) return none;
  std::vector<Criterion> limits;
  if (scope.is_granular()) {
    auto filter = filter_of(scope, type, definitions);
    if (!filter) return none;
    limits = *std::move(filter);
  }
  std::vector<std::string> patients;
  bool is_of_patients = true;
  if (scope.context == ScopeContext::patient) {
    patients.push_back(identity.patient);
  } else if (scope.context == ScopeContext::user && identity.is_patient_user) {
    patients = identity.user_patients;
  } else {
    is_of_patients = false;
  }
  if (is_of_patients && is_shared(type)) {
    if ((right & k_reading) == 0) return none;
    is_of_patients = false;
  }
  if (is_of_patients) {
    const bool is_own = identity.is_patient_user && identity.consent.empty();
    const policy::Reach reach = is_own ? policy::Reach::told_of : policy::Reach::named;
    std::vector<Criterion> any;
    for (const std::string& patient : patients) {
      if (auto of = of_patient(type, patient, definitions, reach)) any.push_back(*std::move(of));
    }
    if (any.empty()) return none;
    limits.push_back(combined(Combination::any, std::move(any)));
  }
  if (limits.empty()) return all;
  Permission some;
  some.extent = Extent::some;
  some.limit = combined(Combination::all, std::move(limits));
  return some;
}

/// "apps can also request the fhirUser scope to obtain a FHIR resource representation of the
/// current user": that one may be read, whatever else was granted.
std::optional<Criterion> own_record(const Identity& identity, std::string_view type,
                                    const fhir::DefinitionStore& definitions) {
  const std::string_view user = identity.fhir_user;
  const std::size_t slash = user.find('/');
  if (slash == std::string_view::npos || user.substr(0, slash) != type ||
      !security::contains(identity.scopes, "fhirUser"))
    return std::nullopt;
  return policy::by_id(definitions, type, user.substr(slash + 1));
}

/// Of the user; else the one in context.
std::vector<std::string> patients_of(const Identity& identity) {
  constexpr std::string_view k_patient = "Patient/";
  if (!identity.user_patients.empty()) return identity.user_patients;
  if (identity.fhir_user.starts_with(k_patient))
    return {identity.fhir_user.substr(k_patient.size())};
  if (!identity.is_patient_user && !identity.patient.empty()) return {identity.patient};
  return {};
}

constexpr std::array<std::pair<security::Right, policy::Interaction>, 5> k_interactions_of = {{
    {security::right_create, policy::interaction_create},
    {security::right_read, policy::interaction_read},
    {security::right_update, policy::interaction_update},
    {security::right_delete, policy::interaction_delete},
    {security::right_search, policy::interaction_search},
}};

policy::Interactions interactions_of(Rights rights) {
  policy::Interactions interactions = 0;
  for (const auto& [right, interaction] : k_interactions_of) {
    if ((rights & right) != 0) interactions |= interaction;
  }
  return interactions;
}

}  // namespace

const Bound* Access::bound() const {
  if (bounds_ == nullptr) return nullptr;
  std::call_once(asked_, [&] { bound_ = bounds_->of(identity_, definitions_); });
  return bound_.get();
}

JudgedAt Access::judged_at() const {
  if (bounds_ == nullptr) return {snapshot_, 0, 0};
  return {snapshot_, bounds_->generation(), bounds_->now_ms()};
}

const policy::Role* Access::role() const {
  if (!has_role() || policies_ == nullptr) return nullptr;
  return identity_->is_emergency ? policies_->role_in_emergency(identity_->role)
                                 : policies_->role(identity_->role);
}

Permission Access::one_right(std::string_view type, security::Right right) const {
  std::vector<Criterion> any;
  for (const Scope& scope : identity_->scopes) {
    if (!scope.is_of_resources()) continue;
    Permission one = allowed_by(scope, *identity_, right, type, definitions_);
    if (one.extent == Extent::all) return one;
    if (one.extent == Extent::some) any.push_back(std::move(one.limit));
  }
  if (right == security::right_read) {
    if (auto own = own_record(*identity_, type, definitions_)) any.push_back(*std::move(own));
  }
  Permission permission;
  if (any.empty()) return permission;
  permission.extent = Extent::some;
  permission.limit = combined(Combination::any, std::move(any));
  return permission;
}

Permission Access::of_scopes(std::string_view type, Rights rights) const {
  Permission permission;
  std::vector<Criterion> all;
  for (unsigned bit = 1; bit <= security::rights_all; bit <<= 1) {
    if ((rights & bit) == 0) continue;
    Permission one = one_right(type, static_cast<security::Right>(bit));
    if (one.extent == Extent::none) return one;
    if (one.extent == Extent::some) all.push_back(std::move(one.limit));
  }
  if (all.empty()) {
    permission.extent = rights == 0 ? Extent::none : Extent::all;
    return permission;
  }
  permission.extent = Extent::some;
  permission.limit = combined(Combination::all, std::move(all));
  return permission;
}

Permission Access::permission(std::string_view type, Rights rights) const {
  return permission(type, rights, interactions_of(rights));
}

Permission Access::permission(std::string_view type, Rights rights,
                              policy::Interactions interactions) const {
  Permission permission = permission_by_scopes(type, rights, interactions);
  if (permission.extent == Extent::none || bound() == nullptr) return permission;
  auto limit = bound()->limit(type);
  if (!limit) return permission;
  std::vector<Criterion> all;
  if (permission.extent == Extent::some) all.push_back(std::move(permission.limit));
  all.push_back(*std::move(limit));
  permission.extent = Extent::some;
  permission.limit = combined(Combination::all, std::move(all));
  return permission;
}

PermissionMemo::Kept Access::readable(std::string_view type) const {
  if (auto known = identity_->readable.find(snapshot_, type)) return known;
  auto found = std::make_shared<Readable>();
  found->permission = permission_by_scopes(type, security::right_read);
  if (found->permission.extent == Extent::some)
    found->glance = Glance(found->permission.limit, type, definitions_);
  if (snapshot_ != 0) identity_->readable.keep(snapshot_, type, found);
  return found;
}

Permission Access::permission_by_scopes(std::string_view type, Rights rights) const {
  return permission_by_scopes(type, rights, interactions_of(rights));
}

Permission Access::permission_by_scopes(std::string_view type, Rights rights,
                                        policy::Interactions interactions) const {
  Permission permission = of_scopes(type, rights);
  if (!has_role() || permission.extent == Extent::none) return permission;
  const policy::Role* role = this->role();
  if (role == nullptr) return {};
  const std::vector<std::string> patients = patients_of(*identity_);
  return policy::both(
      std::move(permission),
      role->permission(type, interactions, {identity_->fhir_user, patients}, definitions_));
}

bool Access::scopes_allow(std::string_view type, Rights rights) const {
  return of_scopes(type, rights).extent != Extent::none;
}

bool Access::role_reads_all(std::string_view type) const {
  if (!has_role()) return true;
  const policy::Role* role = this->role();
  if (role == nullptr) return false;
  const std::vector<std::string> patients = patients_of(*identity_);
  return role->permission(type, policy::interaction_read, {identity_->fhir_user, patients},
                          definitions_)
             .extent == Extent::all;
}

bool Access::operates(std::string_view name, std::string_view type) const {
  if (!has_role()) return true;
  const policy::Role* role = this->role();
  return role != nullptr && role->operates(name, type);
}

const policy::Shades* Access::shades() const {
  const policy::Role* role = this->role();
  return role != nullptr && !role->shades().is_empty() ? &role->shades() : nullptr;
}

bool Access::reads_everything() const {
  return reads_everything_by_scopes() && (bound() == nullptr || !bound()->is_binding());
}

bool Access::reads_everything_by_scopes() const {
  const policy::Role* role = this->role();
  if (has_role() && (role == nullptr || !role->reads_everything())) return false;
  Rights held = 0;
  for (const Scope& scope : identity_->scopes) {
    const bool is_wide = scope.type == "*" && !scope.is_granular() &&
                         (scope.context == ScopeContext::system ||
                          (scope.context == ScopeContext::user && !identity_->is_patient_user));
    if (is_wide) held |= scope.rights;
  }
  return (held & k_reading) == k_reading;
}

bool Access::has_resources() const {
  return std::any_of(identity_->scopes.begin(), identity_->scopes.end(),
                     [](const Scope& scope) { return scope.is_of_resources(); }) ||
         (!identity_->fhir_user.empty() && security::contains(identity_->scopes, "fhirUser"));
}

bool is_enforceable(const Scope& scope, const fhir::DefinitionStore& definitions) {
  if (scope.type == "*") return true;
  const auto types = definitions.resource_types();
  if (std::find(types.begin(), types.end(), scope.type) == types.end()) return false;
  return !scope.is_granular() || filter_of(scope, scope.type, definitions).has_value();
}

}  // namespace server::access
