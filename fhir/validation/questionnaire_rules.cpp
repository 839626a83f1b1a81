// What a Questionnaire says that its invariants do not cover: the questions its conditions ask.
// https://hl7.org/fhir/R4/questionnaire-definitions.html#Questionnaire.item.enableWhen.question
#include <string>
#include <unordered_set>

#include "fhir/validation/rule_context.h"

namespace fhir::validation {
namespace {

using LinkIds = std::unordered_set<std::string_view>;

void collect(const json::Value& holder, LinkIds& out) {
  for (const json::Value& item : items_of(holder, "item")) {
    out.insert(item.string_at("linkId"));
    collect(item, out);
  }
}

void check_items(const RuleContext& context, const json::Value& holder, const Path& path,
                 const LinkIds& known) {
  const auto items = items_of(holder, "item");
  for (std::size_t i = 0; i < items.size(); ++i) {
    const Path place = item_path(path, "item", i);
    const auto conditions = items_of(items[i], "enableWhen");
    for (std::size_t j = 0; j < conditions.size(); ++j) {
      const std::string_view question = conditions[j].string_at("question");
      if (question.empty()) continue;  // required: reported by its cardinality
      const Path condition = item_path(place, "enableWhen", j);
      if (!known.contains(question)) {
        context.error(IssueType::business_rule, condition, conditions[j],
                      "The condition asks for a question that the questionnaire does not have");
        continue;
      }
      LinkIds own;
      own.insert(items[i].string_at("linkId"));
      collect(items[i], own);
      if (own.contains(question))
        context.error(IssueType::business_rule, condition, conditions[j],
                      "The condition depends on its own item, or on one inside it");
    }
    check_items(context, items[i], place, known);
  }
}

}  // namespace

void check_questionnaire(const RuleContext& context) {
  LinkIds known;
  collect(context.resource, known);
  check_items(context, context.resource, context.path, known);
}

}  // namespace fhir::validation
