// Breaks what a profile asks beyond its base: cardinality, values, codes, slices.
// https://hl7.org/fhir/R4/profiling.html
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/formats/json_document.h"
#include "mutant.h"
#include "profile_facts.h"

namespace mutants {

class ProfileMutator {
 public:
  ProfileMutator(ProfileLibrary& library, Judge judge)
      : library_(library), judge_(std::move(judge)) {}

  /// Each rule of the profile is broken once, in the first resource that lets it be broken.
  void break_rules(const fhir::json::Document& document, const ProfileFacts& profile);

  std::size_t places() const { return done_.size(); }

 private:
  using Value = fhir::json::Value;

  struct Spot {
    const Value& value;
    const ProfileElement& element;
    std::string expression;
    std::string profile;  // whose element it is
  };
  /// What stands for one element of the profile in one object.
  struct Present {
    std::string member;  // its name in JSON
    std::vector<const Value*> items;
    std::string expression;  // without an index
    bool is_array = false;
  };

  void visit(const Spot& spot, const std::vector<std::string>& untouched);
  void break_counts(const Spot& spot, const ProfileElement& child, const Present& present);
  void break_slices(const Spot& spot, const ProfileElement& list, const Present& present);
  void break_slice(const Spot& spot, const ProfileElement& slice, const Present& present,
                   const std::vector<std::size_t>& members);
  void break_item(const Spot& item, const Spot& parent);
  void visit_extension(const Spot& item);

  static Present present_in(const Spot& spot, const ProfileElement& child);
  static std::string place_of(const Present& present, std::size_t index);
  bool is_new(std::string_view what, const Spot& spot, const ProfileElement& element);
  void emit(Rule rule, std::string_view what, const ProfileElement& element, const Value& value,
            std::string_view replacement, const std::string& expression,
            std::optional<fhir::IssueType> type);

  ProfileLibrary& library_;
  Judge judge_;
  std::string_view source_;
  std::set<std::string> done_;
  int depth_ = 0;
};

}  // namespace mutants
