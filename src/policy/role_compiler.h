// One role file against the definitions.
#pragma once

#include <vector>

#include "src/policy/policies.h"

namespace server::policy {

class RoleCompiler {
 public:
  /// file    for messages; outlives this
  /// rules   of the file: the role's, or those of an emergency; outlive this
  RoleCompiler(const RoleFile& file, const std::vector<RuleText>& rules,
               const fhir::DefinitionStore& definitions)
      : file_(file), rules_(rules), definitions_(definitions) {}

  /// errors   as of Policies::make()
  fhir::Result<Role> compile();

 private:
  fhir::Result<std::vector<std::string_view>> types_of(const RuleText& rule) const;
  fhir::Result<void> add_rule(const RuleText& rule);
  fhir::Result<void> add_to_type(const RuleText& rule, std::string_view type);
  fhir::Result<void> add_shades(const RuleText& rule, const std::vector<std::string_view>& types);
  fhir::Result<search::Criterion> filter(const Placed& text, std::string_view type) const;

  const RoleFile& file_;
  const std::vector<RuleText>& rules_;
  const fhir::DefinitionStore& definitions_;
  Role role_;
};

}  // namespace server::policy
