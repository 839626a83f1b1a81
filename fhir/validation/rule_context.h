// What the rules for one type of resource work with, besides those that definitions express.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "fhir/base/issue.h"
#include "fhir/definitions/definition_store.h"
#include "fhir/formats/json_value.h"
#include "fhir/model/terminology_provider.h"
#include "fhir/validation/path.h"

namespace fhir::validation {

/// Lives for one resource of one walk.
struct RuleContext {
  const DefinitionStore& definitions;
  const TerminologyProvider* terminology;  // may be null
  const json::Value& resource;
  const Path& path;
  std::function<void(Severity, IssueType, const Path&, const json::Value&, std::string_view)>
      report;

  /// at   where in the source; the path may be another, when something is missing
  void error(IssueType type, const Path& place, const json::Value& at,
             std::string_view text) const {
    report(Severity::error, type, place, at, text);
  }
  /// Null where no terminology knows any.
  const UnitSystem* units() const {
    return terminology != nullptr ? terminology->units() : nullptr;
  }
  void warning(IssueType type, const Path& place, const json::Value& at,
               std::string_view text) const {
    report(Severity::warning, type, place, at, text);
  }
};

using ResourceRule = void (*)(const RuleContext&);

/// The rules for a type of resource; null when there are none.
ResourceRule rule_for(std::string_view resource_type);

/// Items of a member that repeats; none when it is absent or no array.
inline std::span<const json::Value> items_of(const json::Value& object, std::string_view name) {
  const json::Value* found = object.find(name);
  return found != nullptr ? found->items() : std::span<const json::Value>{};
}

inline bool is_true(const json::Value& object, std::string_view name) {
  const json::Value* found = object.find(name);
  return found != nullptr && found->kind() == json::Kind::true_;
}

inline Path item_path(const Path& parent, std::string_view name, std::size_t index) {
  return Path{&parent, name, static_cast<std::int64_t>(index)};
}

// One function for each type, in a file of its name.
void check_questionnaire(const RuleContext& context);
void check_questionnaire_response(const RuleContext& context);
void check_measure_report(const RuleContext& context);
void check_code_system(const RuleContext& context);
void check_value_set(const RuleContext& context);
void check_concept_map(const RuleContext& context);
void check_search_parameter(const RuleContext& context);
void check_structure_definition(const RuleContext& context);
void check_operation_definition(const RuleContext& context);

}  // namespace fhir::validation
