// One ElementDefinition of a StructureDefinition: what it must agree with in itself, in the
// definitions of the types it names, and in the element that it constrains.
// https://hl7.org/fhir/R4/elementdefinition.html https://hl7.org/fhir/R4/profiling.html
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "fhir/validation/rule_context.h"

namespace fhir::validation {

/// Checks the elements of one StructureDefinition. Lives for one call of its rule.
class ElementDefinitionCheck {
 public:
  explicit ElementDefinitionCheck(const RuleContext& context) : context_(context) {}

  /// The element by itself and with the definitions.
  void check(const json::Value& element, const Path& path);
  /// The element against the one of the base that it constrains.
  void compare(const json::Value& element, const json::Value& base, const Path& path);

 private:
  /// What the definitions say of a profile that a type names.
  struct Named {
    bool is_known = false;
    std::string type;
    std::string kind;
  };

  bool check_path(const json::Value& element, const Path& path);
  void check_types(const json::Value& element, const Path& path);
  void check_profiles(const json::Value& type, std::string_view member, const Path& path);
  void check_binding(const json::Value& element, const Path& path);
  void check_value(const json::Value& element, std::string_view member, const Path& path);
  void check_constraints(const json::Value& element, const Path& path);
  void check_discriminators(const json::Value& element, const Path& path);
  /// Reports an expression that is not FHIRPath, or that names what no such element has.
  void check_expression(std::string_view expression, const TypeSchema* type, const json::Value& at,
                        const Path& path);

  /// The codes of the types that the element says, or else those that the definitions say.
  std::vector<std::string_view> type_codes(const json::Value& element) const;
  /// The one type of the element; null when there are several, or it is not known.
  const TypeSchema* only_type(const json::Value& element) const;
  const Named& named(std::string_view canonical);

  const RuleContext& context_;
  std::unordered_map<std::string, Named> named_;
};

}  // namespace fhir::validation
