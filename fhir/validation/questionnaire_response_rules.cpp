// A QuestionnaireResponse against its Questionnaire, when that is known.
// https://hl7.org/fhir/R4/questionnaireresponse.html#link
#include <string>
#include <unordered_map>
#include <vector>

#include "fhir/validation/known_resource.h"
#include "fhir/validation/questionnaire_answer.h"
#include "fhir/validation/questionnaire_enable.h"
#include "fhir/validation/rule_context.h"

namespace fhir::validation {
namespace {

std::string quoted(std::string_view before, std::string_view link_id, std::string_view after = {}) {
  return std::string(before).append("'").append(link_id).append("'").append(after);
}

class ResponseCheck {
 public:
  ResponseCheck(const RuleContext& context, const json::Value& questionnaire)
      : context_(context),
        questionnaire_(questionnaire),
        answers_(context.resource),
        is_in_progress_(context.resource.string_at("status") == "in-progress") {
    index(questionnaire);
  }

  void run() { check_items(context_.resource, questionnaire_, context_.path); }

 private:
  using Items = std::vector<const json::Value*>;

  void index(const json::Value& holder) {
    for (const json::Value& item : items_of(holder, "item")) {
      by_link_id_.emplace(item.string_at("linkId"), &item);
      index(item);
    }
  }

  /// holder       the response, an item or an answer, at `path`, with the items to check
  /// definition   what holds their definitions
  void check_items(const json::Value& holder, const json::Value& definition, const Path& path) {
    around_.push_back(&holder);
    const auto definitions = items_of(definition, "item");
    std::unordered_map<std::string_view, std::size_t> order;
    for (std::size_t i = 0; i < definitions.size(); ++i)
      order.emplace(definitions[i].string_at("linkId"), i);
    std::vector<std::vector<std::size_t>> met(definitions.size());
    const auto items = items_of(holder, "item");
    std::size_t last = 0;
    for (std::size_t i = 0; i < items.size(); ++i) {
      const std::string_view link_id = items[i].string_at("linkId");
      if (link_id.empty()) continue;  // required: reported by its cardinality
      const auto found = order.find(link_id);
      if (found == order.end()) {
        refuse_unknown(items[i], item_path(path, "item", i), path);
        continue;
      }
      if (found->second < last)
        context_.error(IssueType::structure, path, items[i],
                       "The items are not in the order of the questionnaire");
      last = found->second;
      met[found->second].push_back(i);
    }
    for (std::size_t i = 0; i < definitions.size(); ++i)
      check_repetitions(holder, definitions[i], met[i], path);
    around_.pop_back();
  }

  void refuse_unknown(const json::Value& item, const Path& item_place, const Path& holder_place) {
    const std::string_view link_id = item.string_at("linkId");
    const auto elsewhere = by_link_id_.find(link_id);
    if (elsewhere == by_link_id_.end()) {
      context_.error(IssueType::not_found, holder_place, item,
                     quoted("The questionnaire has no item with the linkId ", link_id));
      return;
    }
    context_.error(IssueType::structure, item_place, item,
                   quoted("The item ", link_id, " stands at another place in the questionnaire"));
    check_item(item, *elsewhere->second, item_place);
  }

  /// All items of one linkId below one holder.
  void check_repetitions(const json::Value& holder, const json::Value& definition,
                         const std::vector<std::size_t>& met, const Path& path) {
    const std::string_view link_id = definition.string_at("linkId");
    const bool enabled = is_enabled(context_, definition, answers_, around_);
    if (met.empty()) {
      if (enabled && is_true(definition, "required")) missing(definition, holder, path);
      return;
    }
    const auto items = items_of(holder, "item");
    if (met.size() > 1 && !is_true(definition, "repeats"))
      context_.error(IssueType::invalid, path, items[met[1]],
                     quoted("The item ", link_id, " does not repeat, and comes more than once"));
    for (const std::size_t i : met) {
      const Path place = item_path(path, "item", i);
      const bool is_answered = !items_of(items[i], "answer").empty();
      if (!enabled && (is_answered || !items_of(items[i], "item").empty())) {
        context_.error(IssueType::invalid, place, items[i],
                       quoted("The item ", link_id, " is answered, and is not enabled"));
        continue;
      }
      const bool is_group = definition.string_at("type") == "group";
      if (enabled && !is_answered && !is_group && is_true(definition, "required"))
        missing(definition, items[i], place);
      check_item(items[i], definition, place);
    }
  }

  void missing(const json::Value& definition, const json::Value& at, const Path& path) {
    context_.report(is_in_progress_ ? Severity::warning : Severity::error, IssueType::required,
                    path, at,
                    quoted("The required item ", definition.string_at("linkId"), " has no answer"));
  }

  void check_item(const json::Value& item, const json::Value& definition, const Path& path) {
    const std::string_view type = definition.string_at("type");
    const auto nested = items_of(item, "item");
    const auto answers = items_of(item, "answer");
    if (type == "group") {
      if (!answers.empty())
        context_.error(IssueType::structure, path, answers[0], "A group has no answers of its own");
      check_items(item, definition, path);
      return;
    }
    if (!nested.empty())
      context_.error(IssueType::structure, path, nested[0],
                     type == "display" ? "An item that is only displayed has no items"
                                       : "The items of a question stand in its answers");
    if (type == "display") return;
    check_answers(context_, definition, item, path);
    for (std::size_t i = 0; i < answers.size(); ++i)
      check_items(answers[i], definition, item_path(path, "answer", i));
  }

  const RuleContext& context_;
  const json::Value& questionnaire_;
  const AnsweredItems answers_;
  const bool is_in_progress_;
  std::unordered_map<std::string_view, const json::Value*> by_link_id_;
  Items around_;
};

}  // namespace

void check_questionnaire_response(const RuleContext& context) {
  const std::string_view canonical = context.resource.string_at("questionnaire");
  if (canonical.empty()) return;
  const KnownResource questionnaire(context, "Questionnaire", canonical);
  if (questionnaire.value() != nullptr) ResponseCheck(context, *questionnaire.value()).run();
}

}  // namespace fhir::validation
