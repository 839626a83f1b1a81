// The role files compiled against one snapshot of the definitions: what a role may do, as search
// criteria that every query is held to.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "src/policy/permission.h"
#include "src/policy/role_files.h"
#include "src/policy/shade.h"

namespace server::policy {

/// Who has the role: what `{user}`, `{patient}` and compartments stand for.
struct Subject {
  std::string_view user;                  // `Practitioner/1`; may be empty
  std::span<const std::string> patients;  // the user's own, by id; else the one in context
};

/// One role. Immutable.
class Role {
 public:
  /// What the role may do with a type: all of the interactions together, by one rule or by several.
  Permission permission(std::string_view type, Interactions interactions, const Subject& subject,
                        const fhir::DefinitionStore& definitions) const;

  /// type   empty: at system level, where one type that the operation is allowed on is enough
  bool operates(std::string_view operation, std::string_view type) const;

  /// Whether all of everything may be read, searched and followed through its history.
  bool reads_everything() const { return reads_everything_; }

  const Shades& shades() const { return shades_; }

 private:
  friend class RoleCompiler;

  enum class Compartment : std::uint8_t { none, patient, practitioner };
  /// A rule as it applies to one type.
  struct Limit {
    Interactions interactions = 0;
    std::vector<search::Criterion> any;  // one of these, if there are any
    Compartment compartment = Compartment::none;
  };
  struct OfType {
    Interactions whole = 0;  // whatever the resource
    std::vector<Limit> limits;
    std::set<std::string, std::less<>> operations;  // `*`: all
  };

  Permission one(std::string_view type, const OfType& rules, Interaction interaction,
                 const Subject& subject, const fhir::DefinitionStore& definitions) const;

  std::map<std::string, OfType, std::less<>> types_;
  std::set<std::string, std::less<>> operations_;  // of any type
  Shades shades_;
  bool reads_everything_ = false;
};

/// Thread-safe: immutable.
class Policies {
 public:
  /// Compiles all roles; the views in them point into the definitions, which outlive this.
  ///
  /// errors   structure: a type, parameter or element that is none, with file and line
  static fhir::Result<std::shared_ptr<const Policies>> make(
      const RoleFiles& files, const fhir::DefinitionStore& definitions);

  /// The same where definitions have changed meanwhile: a role that no longer compiles may do
  /// nothing.
  static std::shared_ptr<const Policies> make_again(const RoleFiles& files,
                                                    const fhir::DefinitionStore& definitions);

  /// Null: no such role, or none with a file; it may do nothing.
  const Role* role(std::string_view name) const { return found(roles_, name); }
  /// The same in an emergency.
  const Role* role_in_emergency(std::string_view name) const {
    const Role* own = found(in_emergency_, name);
    return own != nullptr ? own : role(name);
  }

 private:
  using Roles = std::map<std::string, Role, std::less<>>;
  static const Role* found(const Roles& roles, std::string_view name);

  Roles roles_;
  Roles in_emergency_;  // of those files that have rules of their own for it
};

}  // namespace server::policy
