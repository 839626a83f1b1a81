#include "terminology/maps/map_rule.h"

#include <algorithm>
#include <charconv>
#include <unordered_set>

#include "terminology/systems.h"

namespace terminology::maps {
namespace {

constexpr ecl::SctId k_female = 248152002;
constexpr ecl::SctId k_male = 248153007;
constexpr std::string_view k_gender = "http://hl7.org/fhir/administrative-gender";

ecl::SctId to_id(std::string_view text) {
  ecl::SctId id = 0;
  const auto end = std::from_chars(text.data(), text.data() + text.size(), id);
  return end.ec == std::errc() && end.ptr == text.data() + text.size() ? id : 0;
}

/// The concept that a fact says, 0 for another kind of fact.
ecl::SctId concept_of(const MapLink& fact) {
  if (fact.system == k_gender)
    return fact.value == "female" ? k_female : fact.value == "male" ? k_male : 0;
  return fact.system == k_snomed_url || fact.system.empty() ? to_id(fact.value) : 0;
}

/// Each concept on the way is looked at once: paths upwards are many more than concepts.
bool is_or_is_below(ConceptId id, ConceptId ancestor, const ecl::Substrate& edition) {
  std::unordered_set<ConceptId> seen{id};
  std::vector<ConceptId> open{id};
  while (!open.empty()) {
    const ConceptId at = open.back();
    open.pop_back();
    if (at == ancestor) return true;
    for (const ConceptId parent : edition.parents(at)) {
      if (seen.insert(parent).second) open.push_back(parent);
    }
  }
  return false;
}

/// `IFA 248152002 | Female (finding) |`, perhaps with a comparison behind it.
RuleOutcome judge_part(std::string_view part, const std::vector<MapLink>& facts,
                       const ecl::Substrate& edition) {
  if (!part.starts_with("IFA ")) return RuleOutcome::unknown;
  part.remove_prefix(4);
  const ecl::SctId wanted = to_id(part.substr(0, part.find_first_of(" |")));
  const std::size_t term = part.find('|');
  const std::size_t behind = term == std::string_view::npos ? term : part.find('|', term + 1);
  const bool compares = part.find_first_of("<>=", behind == std::string_view::npos ? 0 : behind) !=
                        std::string_view::npos;
  if (wanted == 0 || compares) return RuleOutcome::unknown;
  const ConceptId ancestor = edition.find(wanted);
  for (const MapLink& fact : facts) {
    const ecl::SctId said = concept_of(fact);
    if (said == 0) continue;
    if (said == wanted) return RuleOutcome::met;
    const bool is_other_sex =
        (said == k_female && wanted == k_male) || (said == k_male && wanted == k_female);
    if (is_other_sex) return RuleOutcome::not_met;
    const ConceptId id = edition.find(said);
    if (id != k_no_concept && ancestor != k_no_concept && is_or_is_below(id, ancestor, edition))
      return RuleOutcome::met;
  }
  return RuleOutcome::unknown;
}

}  // namespace

RuleOutcome judge_rule(std::string_view rule, const std::vector<MapLink>& facts,
                       const ecl::Substrate& edition) {
  if (rule.empty() || rule == "TRUE" || rule == "OTHERWISE TRUE") return RuleOutcome::met;
  RuleOutcome whole = RuleOutcome::met;
  while (true) {
    const std::size_t end = std::min(rule.find(" AND "), rule.size());
    const RuleOutcome part = judge_part(rule.substr(0, end), facts, edition);
    if (part == RuleOutcome::not_met) return part;
    if (part == RuleOutcome::unknown) whole = part;
    if (end == rule.size()) return whole;
    rule.remove_prefix(end + 5);
  }
}

}  // namespace terminology::maps
