// One filter of a value set's include, ready to be asked about the concepts of its code system.
// https://hl7.org/fhir/R4/valueset-filter-operator.html
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/base/result.h"
#include "fhir/formats/json_value.h"
#include "terminology/code_system.h"

namespace re2 {
class RE2;
}

namespace terminology {

class Filter {
 public:
  /// source   property, op, value
  /// system   lives longer than the filter
  /// errors   required, code-invalid: the filter cannot be read · not-found: it names a code that
  ///          the system does not have · invalid: a regular expression that cannot be compiled
  static fhir::Result<Filter> make(const fhir::json::Value& source, const CodeSystem& system);

  bool matches(ConceptId id) const;
  /// The concepts among which all that match are, in the order of the definition, where the filter
  /// narrows them down; nothing when it may be any.
  std::optional<std::vector<ConceptId>> candidates() const;
  /// For a code that the system has without listing it.
  fhir::Membership matches(std::string_view code) const;

 private:
  enum class Op : std::uint8_t {
    equal,
    is_a,
    descendent_of,
    is_not_a,
    regex,
    in,
    not_in,
    generalizes,
    exists,
    child_of,
    descendent_leaf
  };

  explicit Filter(const CodeSystem& system) : system_(&system) {}
  fhir::Result<void> read(const fhir::json::Value& source);
  bool accepts(std::string_view value) const;
  bool has_matching_value(ConceptId id) const;

  const CodeSystem* system_;
  Op op_ = Op::equal;
  std::string property_;
  std::vector<std::string> values_;
  ConceptId anchor_ = k_no_concept;  // of is-a and its kin
  std::shared_ptr<const re2::RE2> pattern_;
  std::shared_ptr<const ConceptSet> selected_;  // by the code system itself
};

}  // namespace terminology
