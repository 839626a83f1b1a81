#include "src/policy/policies.h"

#include <algorithm>
#include <utility>

#include "src/policy/patient_compartment.h"
#include "src/policy/placeholder.h"
#include "src/policy/role_compiler.h"
#include "src/search/compartment.h"

namespace server::policy {

using search::Combination;
using search::Criterion;

namespace {

bool has_emergency_rules(const RoleFile& file) {
  return file.emergency && !file.emergency->rules.empty();
}

}  // namespace

Permission Role::one(std::string_view type, const OfType& rules, Interaction interaction,
                     const Subject& subject, const fhir::DefinitionStore& definitions) const {
  Permission permission;
  if ((rules.whole & interaction) != 0) {
    permission.extent = Extent::all;
    return permission;
  }
  std::vector<Criterion> any;
  for (const Limit& limit : rules.limits) {
    if ((limit.interactions & interaction) == 0) continue;
    std::vector<Criterion> all;
    std::vector<Criterion> filters;
    for (const Criterion& filter : limit.any) {
      if (auto filled = filled_in(filter, subject.user, subject.patients))
        filters.push_back(*std::move(filled));
    }
    if (filters.empty() && !limit.any.empty()) continue;
    if (!filters.empty()) all.push_back(combined(Combination::any, std::move(filters)));
    if (limit.compartment != Compartment::none) {
      std::vector<Criterion> own;
      if (limit.compartment == Compartment::patient) {
        const bool is_own =
            subject.user.starts_with("Patient/") || subject.user.starts_with("RelatedPerson/");
        const Reach reach = is_own ? Reach::told_of : Reach::named;
        for (const std::string& patient : subject.patients) {
          if (auto of = of_patient(type, patient, definitions, reach))
            own.push_back(*std::move(of));
        }
      } else if (subject.user.starts_with("Practitioner/")) {
        if (auto of = search::compartment_criterion("Practitioner", subject.user.substr(13), type,
                                                    definitions))
          own.push_back(*std::move(of));
      }
      if (own.empty()) continue;
      all.push_back(combined(Combination::any, std::move(own)));
    }
    any.push_back(combined(Combination::all, std::move(all)));
  }
  if (any.empty()) return permission;
  permission.extent = Extent::some;
  permission.limit = combined(Combination::any, std::move(any));
  return permission;
}

Permission Role::permission(std::string_view type, Interactions interactions,
                            const Subject& subject,
                            const fhir::DefinitionStore& definitions) const {
  Permission permission;
  const auto rules = types_.find(type);
  if (rules == types_.end() || interactions == 0) return permission;
  permission.extent = Extent::all;
  if ((rules->second.whole & interactions) == interactions) return permission;
  for (const auto& [name, interaction] : k_interactions) {
    if ((interactions & interaction) == 0) continue;
    permission =
        both(std::move(permission), one(type, rules->second, interaction, subject, definitions));
    if (permission.extent == Extent::none) break;
  }
  return permission;
}

bool Role::operates(std::string_view operation, std::string_view type) const {
  const auto allows = [&](const auto& names) {
    return names.contains(operation) || names.contains("*");
  };
  if (type.empty()) return allows(operations_);
  const auto rules = types_.find(type);
  return rules != types_.end() && allows(rules->second.operations);
}

fhir::Result<std::shared_ptr<const Policies>> Policies::make(
    const RoleFiles& files, const fhir::DefinitionStore& definitions) {
  auto policies = std::make_shared<Policies>();
  for (const RoleFile& file : files) {
    FHIR_TRY(role, RoleCompiler(file, file.rules, definitions).compile());
    policies->roles_.emplace(file.role, std::move(role));
    if (!has_emergency_rules(file)) continue;
    FHIR_TRY(widened, RoleCompiler(file, file.emergency->rules, definitions).compile());
    policies->in_emergency_.emplace(file.role, std::move(widened));
  }
  return std::shared_ptr<const Policies>(std::move(policies));
}

std::shared_ptr<const Policies> Policies::make_again(const RoleFiles& files,
                                                     const fhir::DefinitionStore& definitions) {
  auto policies = std::make_shared<Policies>();
  for (const RoleFile& file : files) {
    if (auto role = RoleCompiler(file, file.rules, definitions).compile())
      policies->roles_.emplace(file.role, *std::move(role));
    if (!has_emergency_rules(file)) continue;
    auto widened = RoleCompiler(file, file.emergency->rules, definitions).compile();
    policies->in_emergency_.emplace(file.role, widened ? *std::move(widened) : Role());
  }
  return policies;
}

const Role* Policies::found(const Roles& roles, std::string_view name) {
  const auto found = roles.find(name);
  return found == roles.end() ? nullptr : &found->second;
}

}  // namespace server::policy
