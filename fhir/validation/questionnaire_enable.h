// Whether a question is to be answered, by what was answered elsewhere.
// https://hl7.org/fhir/R4/questionnaire-definitions.html#Questionnaire.item.enableWhen
#pragma once

#include <string_view>
#include <unordered_map>
#include <vector>

#include "fhir/validation/rule_context.h"

namespace fhir::validation {

/// The items of one QuestionnaireResponse by their linkId. Views into the response.
class AnsweredItems {
 public:
  explicit AnsweredItems(const json::Value& response);

  /// Those with the linkId below the nearest item around that has any: an answer of the same
  /// repetition of a group counts before one of another.
  /// around   items from the outermost to the innermost
  std::vector<const json::Value*> near(std::string_view link_id,
                                       const std::vector<const json::Value*>& around) const;

 private:
  struct Range {
    std::size_t begin = 0, end = 0;  // numbers in the order of the source; those below: inside
  };
  void add(const json::Value& holder);

  /// Items looked at in all; past it, a condition sees no answers.
  static constexpr std::size_t k_looked_at_max = 10'000'000;

  std::unordered_map<std::string_view, std::vector<const json::Value*>> by_link_id_;
  std::unordered_map<const json::Value*, Range> ranges_;
  std::size_t next_ = 0;
  mutable std::size_t looked_at_ = 0;
};

/// item     Questionnaire.item
/// around   the response's items around it, from the outermost to the innermost
bool is_enabled(const RuleContext& context, const json::Value& item, const AnsweredItems& answers,
                const std::vector<const json::Value*>& around);

}  // namespace fhir::validation
