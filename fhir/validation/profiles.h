// Profiles by canonical, each compiled when it is first asked for. Safe for many threads.
// https://hl7.org/fhir/R4/profiling.html
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <string_view>
#include <vector>

#include "fhir/definitions/definition_store.h"
#include "fhir/definitions/profile_schema.h"
#include "fhir/model/terminology_provider.h"
#include "fhir/validation/invariants.h"

namespace fhir::validation {

/// A profile with its constraints compiled. Immutable.
class Profile {
 public:
  Profile(std::unique_ptr<const ProfileSchema> schema, const DefinitionStore& definitions);

  const ProfileSchema& schema() const { return *schema_; }
  const Rule& rule(const Constraint& constraint) const { return rules_[constraint.index]; }
  /// One of the schema's context_expressions; null for another one.
  const Rule* context(std::string_view expression) const;
  /// Null when the terminology does not hold the value set; asked once each.
  const CodeSet* value_set(const Binding& binding, const TerminologyProvider& terminology) const;

 private:
  struct Slot {
    std::atomic<bool> is_asked{false};
    std::atomic<const CodeSet*> set{nullptr};
  };
  void compile_rules(const ProfileNode& node, const DefinitionStore& definitions);
  void compile_rule(const Constraint& constraint, const DefinitionStore& definitions);

  std::unique_ptr<const ProfileSchema> schema_;
  std::vector<Rule> rules_;     // by Constraint::index
  std::vector<Rule> contexts_;  // parallel to context_expressions
  std::unique_ptr<Slot[]> value_sets_;
};

class Profiles {
 public:
  explicit Profiles(const DefinitionStore& definitions);
  ~Profiles();

  struct Found {
    const Profile* profile = nullptr;
    const TypeSchema* type = nullptr;  // of a type's own definition: being of the type is enough
    bool is_known() const { return profile != nullptr || type != nullptr; }
  };
  /// canonical   with or without |version
  Found find(std::string_view canonical) const;

 private:
  struct Slot {
    std::atomic<bool> is_read{false};
    std::unique_ptr<const Profile> profile;  // null: not a profile that can be judged
    const TypeSchema* type = nullptr;
  };
  void read(const ConformanceRecord& record, Slot& slot) const;

  const DefinitionStore& definitions_;
  std::span<const ConformanceRecord> records_;
  std::unique_ptr<Slot[]> slots_;  // by the record's place
  mutable std::mutex mutex_;       // held while a profile is compiled
};

}  // namespace fhir::validation
