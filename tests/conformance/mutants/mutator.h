// Breaks one rule at a time in a resource, at every place where the published definitions have the
// rule.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "facts.h"
#include "fhir/formats/json_document.h"
#include "invariant_recipes.h"
#include "mutant.h"

namespace mutants {

class Mutator {
 public:
  /// judge   is handed each mutant as it is made
  Mutator(Facts& facts, const Recipes& recipes, Judge judge)
      : facts_(facts), recipes_(recipes), judge_(std::move(judge)) {}

  /// Each rule is broken once at each element of the definition, in the first resource that has it.
  void break_rules(const fhir::json::Document& document);

  /// Elements seen so far, by their paths through the definitions.
  const std::set<std::string>& seen() const { return seen_; }

 private:
  using Value = fhir::json::Value;

  /// A value in its place.
  struct Spot {
    const Value& value;
    const TypeFacts* type;        // whose elements the children are
    const ElementFacts* element;  // of `type`
    std::string expression;
    std::string walked;  // without indexes: what bounds the mutants
  };
  struct MemberSpot {
    const Value& value;
    const ElementFacts& element;
    const TypeUse* type;
    std::string expression;
    std::string walked;
  };

  void visit_object(const Spot& spot);
  void break_members(const Spot& spot, const std::vector<const ElementFacts*>& children);
  void break_choice(const Spot& spot, const fhir::json::Member& member, const Use& use);
  void visit_member(const Spot& parent, const MemberSpot& member);
  void break_array(const Spot& parent, const MemberSpot& member);
  void visit_item(const Spot& parent, const MemberSpot& item);
  void break_primitive(const MemberSpot& item, const std::string& type);
  void break_code(const MemberSpot& item, const std::string& type);
  void break_reference(const MemberSpot& item);
  void break_invariants(const MemberSpot& item, const std::string& type);
  void break_invariants_of_resource(const Spot& root);

  bool is_new(std::string_view what, std::string_view walked);
  void emit(Rule rule, std::string_view what, const Value& value, std::string_view replacement,
            const std::string& expression, std::optional<fhir::IssueType> type,
            std::string key = {});

  Facts& facts_;
  const Recipes& recipes_;
  Judge judge_;
  std::string_view source_;
  std::set<std::string> done_;
  std::set<std::string> seen_;
};

}  // namespace mutants
