// A value set made ready: what compose says, as clauses over code systems and other value sets, and
// the set's own expansion where compose cannot be judged. https://hl7.org/fhir/R4/valueset.html
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "fhir/base/arena.h"
#include "fhir/base/result.h"
#include "fhir/model/terminology_provider.h"
#include "terminology/code_system.h"
#include "terminology/filter.h"
#include "terminology/listed_codes.h"

namespace terminology {

class ValueSet;

/// What a clause misses.
enum class Lack : std::uint8_t { nothing, code_system, version, value_set, end_of_cycle, sense };

/// How codes of several versions of one code system are told apart.
struct VersionView {
  /// Only what the set has of this version of the coding's system; nothing: of any.
  std::optional<std::string_view> version = std::nullopt;
  /// Whether an exclude of one version takes the same code of another one out.
  bool excludes_cross_versions = true;
};

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
  std::string_view version;                 // as the value set declares it
  std::string_view wanted;                  // what that comes to for the request
  const CodeSystem* code_system = nullptr;  // null: not held
  ListedCodes listed;
  std::vector<Filter> filters;
  std::vector<const ValueSet*> imports;  // never null
  std::optional<fhir::Issue> problem;    // why it, or a part of it, is undecidable
  Lack lack = Lack::nothing;             // the same in one word
  std::string_view lacking = {};         // the canonical that is not held

  /// of_version   only codes of this version of the system; nothing: of any
  fhir::Membership contains(const fhir::Coding& coding, bool any_system,
                            std::optional<std::string_view> of_version = std::nullopt) const;
};

struct ValueSetInfo {
  std::string_view url;
  std::string_view version;
  std::string_view name;
  std::string_view title;
  std::string_view status;
  std::string_view standards_status = {};  // deprecated, withdrawn …; empty: not said
  std::string_view language = {};
  bool is_experimental = false;
  bool is_contained = false;  // in the resource that imports it
};

/// A parameter that the value set asks to be expanded with: valueset-expansion-parameter.
struct ExpansionParameter {
  std::string_view name;
  std::string_view value;
};

/// What members are wanted.
struct MemberQuery {
  std::string_view text = {};  // words that begin words of a display; where there is a text index
  bool keeps_versions_apart = true;  // else one code of two versions is listed once
  bool excludes_cross_versions = true;
};

struct SystemMembers {
  const CodeSystem* system = nullptr;
  std::vector<ConceptId> ids;
};

/// A concept as an expansion of its whole system lists it.
ListedCode listed_from(const CodeSystem& system, ConceptId id);

/// Immutable; safe for any number of threads. Outlived by the code systems and value sets it names.
class ValueSet final : public fhir::CodeSet {
 public:
  const ValueSetInfo& info() const { return info_; }

  fhir::Membership contains(const fhir::Coding& coding) const override;
  /// The same, with an eye on versions.
  fhir::Membership contains(const fhir::Coding& coding, const VersionView& view) const;
  fhir::Membership contains_code(std::string_view code) const override;
  bool has_display(const fhir::Coding& coding) const override;

  /// Every code, once, in the order of the definition; parents name positions in the same vector.
  ///
  /// limit    more codes than this are too many
  /// errors   not-supported: a code system that is needed is not held · not-found: neither is a
  ///          value set · too-costly: there are more than `limit`, or the system has no list
  fhir::Result<std::vector<ListedCode>> members(std::size_t limit) const;

  /// The same one by one, in memory that does not grow with their number where each can come only
  /// once; `visit` returns false to end it. ListedCode::parent is set by own expansions only.
  ///
  /// returns   whether an exclude took out a code of another version
  /// errors    as members, but too-costly only for a system without a list
  fhir::Result<bool> for_each_member(const MemberQuery& query,
                                     const std::function<bool(const ListedCode&)>& visit) const;

  /// The same as concepts of one code system, ascending, where that is all there is to say: one
  /// clause chooses among the whole of a system, by its index of words when there is a text.
  /// Nothing for any other set, or query. Costs four bytes for each.
  std::optional<SystemMembers> members_of_one_system(const MemberQuery& query) const;

  std::span<const Clause> includes() const { return includes_; }
  std::span<const Clause> excludes() const { return excludes_; }
  /// Canonicals of supplements without which the set is not to be used: valueset-supplement.
  std::span<const std::string_view> supplements() const { return supplements_; }
  std::span<const ExpansionParameter> expansion_parameters() const { return parameters_; }
  /// How many clauses a question may have to look at, those of imports too.
  std::size_t weight() const { return weight_; }
  bool excludes_inactive() const { return excludes_inactive_; }
  const std::optional<ListedCodes>& own_expansion() const { return own_expansion_; }

  /// The code systems that the set draws on, held or not, in the order of the definition.
  std::vector<std::string_view> systems() const;

  /// The clauses that draw on a code system, those of imports too, in the order of the definition.
  std::vector<const Clause*> clauses_of(std::string_view system) const;

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
  fhir::Membership judge(const fhir::Coding& coding, bool any_system,
                         const VersionView& view = {}) const;
  fhir::Membership composed(const fhir::Coding& coding, bool any_system,
                            const VersionView& view) const;
  fhir::Result<bool> walk(const Clause& clause, const MemberQuery& query,
                          const std::function<bool(const ListedCode&)>& visit) const;

  fhir::Arena arena_{1024};
  ValueSetInfo info_;
  std::vector<Clause> includes_;
  std::vector<Clause> excludes_;
  std::vector<std::string_view> supplements_;
  std::vector<ExpansionParameter> parameters_;
  std::vector<std::unique_ptr<const ValueSet>> contained_;
  bool excludes_inactive_ = false;      // compose.inactive is false
  std::optional<fhir::Issue> problem_;  // of the first clause that cannot be decided
  std::optional<ListedCodes> own_expansion_;
  bool own_expansion_is_complete_ = false;
  std::size_t weight_ = 1;  // clauses, those of imports counted as often as they are imported
};

}  // namespace terminology
