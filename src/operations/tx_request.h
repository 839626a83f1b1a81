// What every terminology operation reads of its parameters in the same way: resources that come
// along, versions, supplements, languages. https://hl7.org/fhir/R4/terminology-service.html
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "src/operations/operation.h"
#include "src/operations/parameters.h"
#include "terminology/language_range.h"
#include "terminology/scope.h"

namespace server::operations {

/// Reads tx-resource, system-version, check-system-version, force-system-version,
/// default-valueset-version, date and useSupplement.
///
/// parameters   outlive what is returned
/// errors       invalid: a tx-resource of another type · not-found: no such supplement · value: a
///              date that is none · too-costly: a parameter is repeated too often
fhir::Result<std::unique_ptr<terminology::Scope>> scope_of(const Invocation& invocation,
                                                           const Parameters& parameters);

/// The value set that is asked about.
class SetSubject {
 public:
  /// Lives as long as this and the scope.
  const terminology::ValueSet& set() const { return *set_; }
  /// The resource behind it, read when it is first asked for; null: an implicit value set.
  const fhir::json::Value* resource() const;

 private:
  friend fhir::Result<SetSubject> set_subject_of(const Invocation& invocation,
                                                 const Parameters& parameters,
                                                 terminology::Scope& scope);
  fhir::Result<void> use_supplements(terminology::Scope& scope);

  const terminology::Scope* scope_ = nullptr;
  const terminology::ValueSet* set_ = nullptr;
  std::unique_ptr<const terminology::ValueSet> owned_;  // of a resource that was sent along
  const fhir::json::Value* sent_ = nullptr;
  std::string canonical_;  // of one that is held
  mutable std::optional<fhir::json::Document> held_;
};

/// By id in the URL, `valueSet`, `url` with `valueSetVersion`, or `context`; its supplements are
/// put to use.
///
/// errors   required: none of them · not-found: no such value set, or supplement · invalid: another
///          resource · those of canonical_in_context()
fhir::Result<SetSubject> set_subject_of(const Invocation& invocation, const Parameters& parameters,
                                        terminology::Scope& scope);

/// displayLanguage, else Accept-Language, else what the value set asks for, else its own language.
terminology::LanguageRanges languages_of(const Invocation& invocation, const Parameters& parameters,
                                         const terminology::ValueSet* set);

/// What a value set itself asks to be expanded with; empty when it does not.
std::string_view set_parameter(const terminology::ValueSet& set, std::string_view name);

}  // namespace server::operations
