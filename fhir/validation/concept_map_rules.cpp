// The codes of a ConceptMap against the value sets that it maps from and to, where those are known.
// https://hl7.org/fhir/R4/conceptmap.html
#include <string>

#include "fhir/validation/questionnaire_value.h"
#include "fhir/validation/rule_context.h"

namespace fhir::validation {
namespace {

/// sourceUri, sourceCanonical, targetUri, targetCanonical: a value set, or nothing that is known.
const CodeSet* set_of(const RuleContext& context, std::string_view prefix) {
  const ChosenValue value = chosen_value(context.resource, prefix);
  if (value.value == nullptr || context.terminology == nullptr) return nullptr;
  return context.terminology->value_set(value.value->string());
}

/// What one group maps from, or to.
struct Side {
  const CodeSet* set = nullptr;
  std::string_view system;
  std::string_view text;
};

void check_code(const RuleContext& context, const Side& side, const json::Value& holder,
                const Path& path) {
  const json::Value* code = holder.find("code");
  if (side.set == nullptr || code == nullptr || code->string().empty() || side.system.empty())
    return;
  if (side.set->contains({side.system, {}, code->string(), {}}) == Membership::no)
    context.error(IssueType::code_invalid, Path{&path, "code", -1}, *code, side.text);
}

}  // namespace

void check_concept_map(const RuleContext& context) {
  Side source{set_of(context, "source"), {}, "The code is not in the value set mapped from"};
  Side target{set_of(context, "target"), {}, "The code is not in the value set mapped to"};
  if (source.set == nullptr && target.set == nullptr) return;
  const auto groups = items_of(context.resource, "group");
  for (std::size_t i = 0; i < groups.size(); ++i) {
    const Path group = item_path(context.path, "group", i);
    source.system = groups[i].string_at("source");
    target.system = groups[i].string_at("target");
    const auto elements = items_of(groups[i], "element");
    for (std::size_t j = 0; j < elements.size(); ++j) {
      const Path element = item_path(group, "element", j);
      check_code(context, source, elements[j], element);
      const auto targets = items_of(elements[j], "target");
      for (std::size_t k = 0; k < targets.size(); ++k) {
        const std::string_view equivalence = targets[k].string_at("equivalence");
        if (equivalence != "unmatched" && equivalence != "disjoint")
          check_code(context, target, targets[k], item_path(element, "target", k));
      }
    }
  }
}

}  // namespace fhir::validation
