#include "fhir/validation/questionnaire_enable.h"

#include <algorithm>
#include <string>

#include "fhir/fhirpath/expression.h"
#include "fhir/model/element.h"
#include "fhir/validation/questionnaire_answer.h"
#include "fhir/validation/questionnaire_value.h"

namespace fhir::validation {
namespace {

/// Extensions whose FHIRPath says when a question is enabled.
constexpr std::string_view k_expressions[] = {
    "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-enableWhenExpression",
    "http://phr.kanta.fi/StructureDefinition/fiphr-ext-questionnaire-enablewhen"};

bool holds(std::string_view op, const ChosenValue& answer, const ChosenValue& expected,
           const UnitSystem* units) {
  if (op == "=") return is_equal(answer, expected, units);
  const std::optional<int> order = compare(answer, expected, units);
  if (!order) return false;
  if (op == ">") return *order > 0;
  if (op == "<") return *order < 0;
  if (op == ">=") return *order >= 0;
  return op == "<=" && *order <= 0;
}

bool holds(const json::Value& condition, const AnsweredItems& answers,
           const std::vector<const json::Value*>& around, const UnitSystem* units) {
  const std::string_view op = condition.string_at("operator");
  const ChosenValue expected = chosen_value(condition, "answer");
  bool is_answered = false;
  bool is_met = false;
  bool is_equal_to_one = false;
  for (const json::Value* item : answers.near(condition.string_at("question"), around)) {
    for (const json::Value& answer : items_of(*item, "answer")) {
      const ChosenValue value = chosen_value(answer, "value");
      is_answered = true;
      is_met = is_met || holds(op, value, expected, units);
      is_equal_to_one = is_equal_to_one || is_equal(value, expected, units);
    }
  }
  if (op == "exists")
    return expected.value != nullptr && expected.value->is_boolean() &&
           is_answered == (expected.value->kind() == json::Kind::true_);
  // "True if whether at least no answer has a value that is equal to the enableWhen answer."
  if (op == "!=") return !is_equal_to_one;
  return is_met;
}

/// True where there is no expression, or where it cannot be evaluated.
bool holds_expression(const RuleContext& context, const json::Value& item) {
  for (const std::string_view url : k_expressions) {
    const json::Value* extension = extension_of(item, url);
    if (extension == nullptr) continue;
    std::string_view source = extension->string_at("valueString");
    if (const json::Value* expression = extension->find("valueExpression"))
      source = expression->string_at("expression");
    auto compiled = fhirpath::Expression::compile(source, context.definitions);
    if (!compiled) continue;
    fhirpath::Environment environment;
    environment.definitions = &context.definitions;
    environment.resource = root_element(context.resource, context.definitions);
    environment.root_resource = environment.resource;
    environment.terminology = context.terminology;
    if (context.terminology != nullptr) environment.units = context.terminology->units();
    environment.steps_max = 100'000;
    const auto result = compiled->is_true(environment.resource, environment);
    if (result && !*result) return false;
  }
  return true;
}

}  // namespace

AnsweredItems::AnsweredItems(const json::Value& response) { add(response); }

void AnsweredItems::add(const json::Value& holder) {
  Range range;
  range.begin = next_++;
  for (const json::Value& item : items_of(holder, "item")) {
    by_link_id_[item.string_at("linkId")].push_back(&item);
    add(item);
  }
  for (const json::Value& answer : items_of(holder, "answer")) add(answer);
  range.end = next_;
  ranges_[&holder] = range;
}

std::vector<const json::Value*> AnsweredItems::near(
    std::string_view link_id, const std::vector<const json::Value*>& around) const {
  const auto found = by_link_id_.find(link_id);
  if (found == by_link_id_.end()) return {};
  looked_at_ += found->second.size() * around.size();
  if (looked_at_ > k_looked_at_max) return {};
  for (auto at = around.rbegin(); at != around.rend(); ++at) {
    const auto range = ranges_.find(*at);
    if (range == ranges_.end()) continue;
    std::vector<const json::Value*> inside;
    for (const json::Value* item : found->second) {
      const std::size_t number = ranges_.at(item).begin;
      if (number >= range->second.begin && number < range->second.end) inside.push_back(item);
    }
    if (!inside.empty()) return inside;
  }
  return found->second;
}

bool is_enabled(const RuleContext& context, const json::Value& item, const AnsweredItems& answers,
                const std::vector<const json::Value*>& around) {
  if (!holds_expression(context, item)) return false;
  const auto conditions = items_of(item, "enableWhen");
  if (conditions.empty()) return true;
  const auto is_met = [&](const json::Value& condition) {
    return holds(condition, answers, around, context.units());
  };
  if (item.string_at("enableBehavior") == "any")
    return std::any_of(conditions.begin(), conditions.end(), is_met);
  return std::all_of(conditions.begin(), conditions.end(), is_met);
}

}  // namespace fhir::validation
