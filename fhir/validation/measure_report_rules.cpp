// A MeasureReport against its Measure, when that is known.
// https://hl7.org/fhir/R4/measurereport.html
#include <algorithm>
#include <string>
#include <vector>

#include "fhir/validation/known_resource.h"
#include "fhir/validation/rule_context.h"

namespace fhir::validation {
namespace {

constexpr std::string_view k_population_system =
    "http://terminology.hl7.org/CodeSystem/measure-population";

/// Two concepts are one when they share a coding, or where neither has one, their text.
bool is_same_concept(const json::Value& a, const json::Value& b) {
  for (const json::Value& x : items_of(a, "coding")) {
    for (const json::Value& y : items_of(b, "coding")) {
      if (x.string_at("system") == y.string_at("system") &&
          x.string_at("code") == y.string_at("code"))
        return true;
    }
  }
  return !a.string_at("text").empty() && a.string_at("text") == b.string_at("text");
}

bool is_observation(const json::Value& population) {
  const json::Value* code = population.find("code");
  if (code == nullptr) return false;
  const auto codings = items_of(*code, "coding");
  return std::any_of(codings.begin(), codings.end(), [](const json::Value& coding) {
    return coding.string_at("system") == k_population_system &&
           coding.string_at("code") == "measure-observation";
  });
}

/// The words of one level of the report: its groups, or the populations of a group.
struct Level {
  std::string_view name;
  std::string_view without_code, unknown_code, twice, missing;
};
constexpr Level k_groups = {"group", "A group must have a code that matches a group of the measure",
                            "The measure has no group with this code",
                            "Two groups have the code of one group of the measure",
                            "A group of the measure is not in the report"};
constexpr Level k_populations = {"population",
                                 "A population must have a code that matches one of the measure",
                                 "The measure has no population with this code in this group",
                                 "Two populations have the code of one population of the measure",
                                 "A population of the measure is not in the report"};

class ReportCheck {
 public:
  ReportCheck(const RuleContext& context, const json::Value& measure)
      : context_(context), measure_(measure), type_(context.resource.string_at("type")) {}

  void run() {
    const json::Value& report = context_.resource;
    const auto groups = items_of(report, "group");
    const auto defined = items_of(measure_, "group");
    if (groups.size() != 1 || defined.size() != 1) {
      pair_up(k_groups, report, measure_, context_.path);
      return;
    }
    // The only group of a measure with only one need not have a code.
    const Path path = item_path(context_.path, "group", 0);
    const json::Value* own = groups[0].find("code");
    const json::Value* code = defined[0].find("code");
    if (own != nullptr && code != nullptr && !is_same_concept(*own, *code))
      context_.error(IssueType::business_rule, path, groups[0], k_groups.unknown_code);
    check_group(groups[0], defined[0], path);
  }

 private:
  void pair_up(const Level& level, const json::Value& reported, const json::Value& measured,
               const Path& path) {
    const auto items = items_of(reported, level.name);
    const auto defined = items_of(measured, level.name);
    std::vector<bool> met(defined.size());
    for (std::size_t i = 0; i < items.size(); ++i) {
      const Path place = item_path(path, level.name, i);
      const auto refuse = [&](std::string_view text) {
        context_.error(IssueType::business_rule, place, items[i], text);
      };
      const json::Value* code = items[i].find("code");
      if (code == nullptr) {
        refuse(level.without_code);
        continue;
      }
      const auto found =
          std::find_if(defined.begin(), defined.end(), [&](const json::Value& candidate) {
            const json::Value* wanted = candidate.find("code");
            return wanted != nullptr && is_same_concept(*code, *wanted);
          });
      if (found == defined.end()) {
        refuse(level.unknown_code);
        continue;
      }
      const auto at = static_cast<std::size_t>(found - defined.begin());
      if (met[at]) {
        refuse(level.twice);
        continue;
      }
      met[at] = true;
      if (&level == &k_groups)
        check_group(items[i], *found, place);
      else
        check_population(items[i], place);
    }
    const bool is_collection = type_ == "data-collection" || type_ == "data-exchange";
    for (std::size_t i = 0; i < defined.size(); ++i) {
      if (!met[i] && !is_collection && !is_observation(defined[i]))
        context_.error(IssueType::business_rule, path, reported, level.missing);
    }
  }

  void check_group(const json::Value& group, const json::Value& measured, const Path& path) {
    pair_up(k_populations, group, measured, path);
    if (type_ == "data-collection" && group.find("measureScore") != nullptr)
      context_.error(IssueType::business_rule, path, group,
                     "A report of collected data has no score");
  }

  void check_population(const json::Value& population, const Path& path) {
    const std::size_t listed = population.find("subjectResults") != nullptr ? 1 : 0;
    const json::Value* count = population.find("count");
    if (type_ != "subject-list") {
      if (listed != 0)
        context_.error(IssueType::business_rule, path, population,
                       "Only a report of type subject-list lists subjects");
      return;
    }
    // "This element refers to a List of subject level MeasureReport resources": counted as one.
    if (count != nullptr && count->is_number() && count->text() != std::to_string(listed))
      context_.error(IssueType::business_rule, path, population,
                     "The count is not the number of subjects listed");
  }

  const RuleContext& context_;
  const json::Value& measure_;
  const std::string_view type_;
};

}  // namespace

void check_measure_report(const RuleContext& context) {
  const std::string_view canonical = context.resource.string_at("measure");
  if (canonical.empty()) return;
  const KnownResource measure(context, "Measure", canonical);
  if (measure.value() != nullptr) ReportCheck(context, *measure.value()).run();
}

}  // namespace fhir::validation
