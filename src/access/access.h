// What a token lets its bearer do with the resources of a type, as a search criterion.
// https://hl7.org/fhir/smart-app-launch/scopes-and-launch-context.html#scopes-for-requesting-fhir-resources
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/definitions/definition_store.h"
#include "src/access/bound.h"
#include "src/access/open_patients.h"
#include "src/access/permission_memo.h"
#include "src/access/seen_versions.h"
#include "src/policy/policies.h"
#include "src/search/query.h"
#include "src/security/scope.h"

namespace server::search {
class Extractor;
}

namespace server::access {

using policy::Extent;
using policy::Permission;
using security::Rights;

/// Who asks, what for, and with what scopes.
struct Identity {
  std::string client;     // id
  std::string fhir_user;  // `Practitioner/1`; empty: no user, or one without a resource
  std::string role;       // of the user; empty: the client acts for itself
  std::string purpose;    // of use, a code of v3-PurposeOfUse; empty: treatment
  std::vector<security::Scope> scopes;
  std::string patient;           // in context: whom patient/ scopes are about
  bool is_patient_user = false;  // then user/ scopes are about these alone:
  std::vector<std::string> user_patients;
  bool is_emergency = false;           // the glass was broken for the patient in context
  std::string consent;                 // id of the Consent that the token comes of; empty: of none
  std::int64_t consent_version = 0;    // of it, at that time
  mutable OpenPatients open_patients;  // of the requests so far
  mutable PermissionMemo readable;     // of the requests so far
  mutable SeenVersions seen;           // by the requests so far
};

/// The scopes and the role of one request over one snapshot of the definitions. Several scopes for
/// one type add up: what one of them allows is allowed. The role takes away from that, and gives
/// nothing. Cheap to make: one is made for each request, and a read needs little of it.
class Access {
 public:
  /// definitions   outlive this
  /// extractor     of the definitions; null: each limited read is a search
  /// bounds        null: nothing holds the token back beyond its scopes and its role; outlive this
  /// policies      of the definitions; null: whoever has a role may do nothing
  /// snapshot      number of all these together, for what the identity remembers; 0: nothing
  Access(std::shared_ptr<const Identity> identity, const fhir::DefinitionStore& definitions,
         const search::Extractor* extractor = nullptr, Bounds* bounds = nullptr,
         const policy::Policies* policies = nullptr, std::uint64_t snapshot = 0)
      : identity_(std::move(identity)),
        definitions_(definitions),
        extractor_(extractor),
        bounds_(bounds),
        policies_(policies),
        snapshot_(snapshot) {}

  /// rights   all of them together, by one scope or by several; of the role the interactions of
  ///          the same names
  Permission permission(std::string_view type, Rights rights) const;
  /// The same without the bound: for a resource that is then judged by Bound::limit_of().
  Permission permission_by_scopes(std::string_view type, Rights rights) const;
  Permission permission_by_scopes(std::string_view type, Rights rights,
                                  policy::Interactions interactions) const;
  /// Of read, by the scopes and the role; remembered.
  PermissionMemo::Kept readable(std::string_view type) const;
  /// Null: nothing holds the token back beyond its scopes and its role. Made when it is first asked
  /// for.
  const Bound* bound() const;
  /// What a verdict on a version that is found by this holds for.
  JudgedAt judged_at() const;

  /// The same with what is asked of the role said apart: it tells vread from read, and patch from
  /// update.
  Permission permission(std::string_view type, Rights rights,
                        policy::Interactions interactions) const;

  /// Whether the scopes by themselves allow it, in part at least: what then is refused is refused
  /// by the role.
  bool scopes_allow(std::string_view type, Rights rights) const;
  /// Whether the role, if there is one, lets all of a type be read.
  bool role_reads_all(std::string_view type) const;

  /// Whether the role allows an operation.
  ///
  /// name   without `$`
  /// type   empty: at system level
  bool operates(std::string_view name, std::string_view type) const;

  /// What the role does not see of resources; null: it sees all of them.
  const policy::Shades* shades() const;

  /// Whether everything may be read and searched: then a query needs no limit.
  bool reads_everything() const;
  bool reads_everything_by_scopes() const;

  /// Whether any scope is of resources, be it the user's own record alone.
  bool has_resources() const;

  const Identity& identity() const { return *identity_; }
  const fhir::DefinitionStore& definitions() const { return definitions_; }
  const search::Extractor* extractor() const { return extractor_; }

 private:
  Permission of_scopes(std::string_view type, Rights rights) const;
  Permission one_right(std::string_view type, security::Right right) const;
  bool has_role() const { return !identity_->role.empty(); }
  /// Null: there is none of that name.
  const policy::Role* role() const;

  std::shared_ptr<const Identity> identity_;
  const fhir::DefinitionStore& definitions_;
  const search::Extractor* extractor_;
  Bounds* const bounds_;
  const policy::Policies* const policies_;
  const std::uint64_t snapshot_;
  mutable std::once_flag asked_;
  mutable std::unique_ptr<const Bound> bound_;  // once it was asked for
};

/// Whether a scope's type is one of R4, and its filter one that a query can hold to.
bool is_enforceable(const security::Scope& scope, const fhir::DefinitionStore& definitions);

}  // namespace server::access
