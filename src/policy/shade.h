// What a role may not see of the resources of a type: elements that are left out, and elements of
// which only that they are there is shown.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/base/result.h"
#include "fhir/definitions/definition_store.h"

namespace server::policy {

/// What becomes of the members of one JSON object.
struct ShadeNode {
  enum class Fate : std::uint8_t { deeper, hidden, masked };
  struct Member {
    std::string name;  // as in JSON: `valueQuantity`, `_birthDate`
    Fate fate = Fate::deeper;
    std::string mask;                  // of a primitive: the name of its sibling; else its own
    const ShadeNode* below = nullptr;  // of Fate::deeper
  };
  std::vector<Member> members;

  const Member* find(std::string_view name) const {
    for (const Member& member : members) {
      if (member.name == name) return &member;
    }
    return nullptr;
  }
};

/// Of all types of a role. Immutable once it is made.
class Shades {
 public:
  /// path      `Patient.contact.telecom`; a choice as FHIRPath names it: `Observation.value`
  /// errors    value: no such element, or one that is always shown (id, meta)
  fhir::Result<void> add(std::string_view path, ShadeNode::Fate fate,
                         const fhir::DefinitionStore& definitions);

  /// Joins what was added, and finds the search parameters that read it.
  void finish(const fhir::DefinitionStore& definitions);

  /// Null when all of the type is shown.
  const ShadeNode* of(std::string_view type) const;
  bool is_empty() const { return roots_.empty(); }

  /// Types whose resources are displayed by what is not shown of them.
  const std::set<std::string, std::less<>>& undisplayed() const { return undisplayed_; }

  /// Whether what a parameter finds would tell of what is not shown.
  bool bars(std::string_view type, const fhir::SearchParameter* parameter) const;

  /// Whether that is so of any reference of the type; of any type, when it is empty.
  bool bars_references(std::string_view type) const;

 private:
  struct Path {
    std::vector<std::string> names;  // below the type
  };
  ShadeNode* node_of(const fhir::TypeSchema* type, const std::string& place);
  void connect(const fhir::TypeSchema& type);
  void bar_parameters(std::string_view type, const fhir::DefinitionStore& definitions);
  void bar_inner(const fhir::DefinitionStore& definitions);

  std::map<std::string, ShadeNode*, std::less<>> roots_;  // by the resource type
  std::map<std::string, std::unique_ptr<ShadeNode>> nodes_;
  std::map<std::string, std::vector<Path>, std::less<>> paths_;
  std::map<std::string, std::set<const fhir::SearchParameter*>, std::less<>> barred_;
  std::set<const fhir::SearchParameter*> barred_everywhere_;
  std::set<std::string, std::less<>> undisplayed_;
};

}  // namespace server::policy
