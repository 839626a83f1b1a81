// What a token lets its bearer do with the resources of a type, as a search criterion.
// https://hl7.org/fhir/smart-app-launch/scopes-and-launch-context.html#scopes-for-requesting-fhir-resources
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/definitions/definition_store.h"
#include "src/access/bound.h"
#include "src/search/query.h"
#include "src/security/scope.h"

namespace server::search {
class Extractor;
}

namespace server::access {

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
  bool is_emergency = false;         // the glass was broken for the patient in context
  std::string consent;               // id of the Consent that the token comes of; empty: of none
  std::int64_t consent_version = 0;  // of it, at that time
};

enum class Extent : std::uint8_t { none, some, all };

/// What may be done with the resources of a type.
struct Permission {
  Extent extent = Extent::none;
  search::Criterion limit;  // of Extent::some: what a resource must match
};

/// The scopes of one request over one snapshot of the definitions. Several scopes for one type add
/// up: what one of them allows is allowed.
class Access {
 public:
  /// definitions   outlive this
  /// extractor     of the definitions; null: each limited read is a search
  /// bound         null: nothing holds the token back beyond its scopes
  Access(std::shared_ptr<const Identity> identity, const fhir::DefinitionStore& definitions,
         const search::Extractor* extractor = nullptr, std::unique_ptr<const Bound> bound = nullptr)
      : identity_(std::move(identity)),
        definitions_(definitions),
        extractor_(extractor),
        bound_(std::move(bound)) {}

  /// rights   all of them together, by one scope or by several
  Permission permission(std::string_view type, Rights rights) const;
  /// The same without the bound: for a resource that is then judged by Bound::limit_of().
  Permission permission_by_scopes(std::string_view type, Rights rights) const;
  const Bound* bound() const { return bound_.get(); }

  /// Whether everything may be read and searched: then a query needs no limit.
  bool reads_everything() const;
  bool reads_everything_by_scopes() const;

  /// Whether any scope is of resources.
  bool has_resources() const;

  const Identity& identity() const { return *identity_; }
  const fhir::DefinitionStore& definitions() const { return definitions_; }
  const search::Extractor* extractor() const { return extractor_; }

 private:
  Permission one_right(std::string_view type, security::Right right) const;

  std::shared_ptr<const Identity> identity_;
  const fhir::DefinitionStore& definitions_;
  const search::Extractor* extractor_;
  std::unique_ptr<const Bound> bound_;
};

/// Whether a scope's type is one of R4, and its filter one that a query can hold to.
bool is_enforceable(const security::Scope& scope, const fhir::DefinitionStore& definitions);

}  // namespace server::access
