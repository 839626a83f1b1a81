// A value set made ready: what compose says, as clauses over code systems and other value sets, and
// the set's own expansion where compose cannot be judged. https://hl7.org/fhir/R4/valueset.html
#pragma once

#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "fhir/base/arena.h"
#include "fhir/base/result.h"
#include "fhir/model/terminology_provider.h"
#include "terminology/code_system.h"
#include "terminology/filter.h"
#include "terminology/listed_codes.h"

namespace terminology {

class ValueSet;

/// One include or exclude. A code is in it when it is in the system's part and in every import.
struct Clause {
  enum class Kind : std::uint8_t {
    imports_only,  // no system of its own
    listed,        // compose names the codes
    whole,         // every code of the system
    filtered,      // those that pass all filters
    undecidable    // the system is not held, or a filter cannot be understood
  };

  Kind kind = Kind::imports_only;
  std::string_view system;
  std::string_view version;
  const CodeSystem* code_system = nullptr;  // null: not held
  ListedCodes listed;
  std::vector<Filter> filters;
  std::vector<const ValueSet*> imports;  // never null
  std::optional<fhir::Issue> problem;    // why it, or a part of it, is undecidable

  fhir::Membership contains(const fhir::Coding& coding, bool any_system) const;
};

struct ValueSetInfo {
  std::string_view url;
  std::string_view version;
  std::string_view name;
  std::string_view title;
  std::string_view status;
};

/// Immutable; safe for any number of threads. Outlived by the code systems and value sets it names.
class ValueSet final : public fhir::CodeSet {
 public:
  const ValueSetInfo& info() const { return info_; }

  fhir::Membership contains(const fhir::Coding& coding) const override;
  fhir::Membership contains_code(std::string_view code) const override;
  bool has_display(const fhir::Coding& coding) const override;

  /// Every code, once, in the order of the definition; parents name positions in the same vector.
  ///
  /// limit    more codes than this are too many
  /// errors   not-supported: a code system that is needed is not held · not-found: neither is a
  ///          value set · too-costly: there are more than `limit`, or the system has no list
  fhir::Result<std::vector<ListedCode>> members(std::size_t limit) const;

  /// The first system by which the set has the code; empty when there is none.
  std::string_view system_of(std::string_view code) const;

  /// How the set itself lists a code (with what display, which designations), in its compose, an
  /// import, or its own expansion; null when it is not written out there.
  const ListedCode* listing(const fhir::Coding& coding) const;

  /// A code system that the set draws on; null when it does not, or it is not held.
  const CodeSystem* code_system_of(std::string_view url) const;

  /// Whether compose alone decides about every code.
  bool is_decidable() const { return !problem_; }
  /// Why it does not: the first reason; empty when it does.
  const std::optional<fhir::Issue>& problem() const { return problem_; }
  /// The expansion stands in for a compose that cannot be judged.
  bool uses_own_expansion() const { return own_expansion_.has_value(); }
  /// The own expansion names everything: what it does not list is not in the set.
  bool own_expansion_is_complete() const { return own_expansion_is_complete_; }
  /// members() gives all there are, not only those that happen to be known here.
  bool lists_everything() const;

 private:
  friend class ValueSetReader;
  ValueSet() = default;
  fhir::Membership judge(const fhir::Coding& coding, bool any_system) const;
  fhir::Membership composed(const fhir::Coding& coding, bool any_system) const;
  fhir::Result<void> collect(const Clause& clause, std::size_t limit,
                             std::vector<ListedCode>& out) const;

  fhir::Arena arena_{1024};
  ValueSetInfo info_;
  std::vector<Clause> includes_;
  std::vector<Clause> excludes_;
  bool excludes_inactive_ = false;      // compose.inactive is false
  std::optional<fhir::Issue> problem_;  // of the first clause that cannot be decided
  std::optional<ListedCodes> own_expansion_;
  bool own_expansion_is_complete_ = false;
};

}  // namespace terminology
