// https://hl7.org/fhir/R4/conceptmap.html#unmapped,
// https://hl7.org/fhir/R4/conceptmap.html#dependson
#include "terminology/translate.h"

#include <algorithm>

namespace terminology {
namespace {

constexpr int k_other_maps_max = 8;  // maps that refer to each other in a row

/// "This mapping is only applicable if the specified element can be resolved, and it has the
/// specified value."
bool are_met(std::span<const MapLink> conditions, const std::vector<MapLink>& given) {
  return std::all_of(conditions.begin(), conditions.end(), [&](const MapLink& condition) {
    return std::any_of(given.begin(), given.end(), [&](const MapLink& fact) {
      return fact.property == condition.property && fact.value == condition.value &&
             (condition.system.empty() || fact.system == condition.system);
    });
  });
}

bool fits(std::string_view system, std::string_view version, const fhir::Coding& coding) {
  return system == coding.system &&
         (version.empty() || coding.version.empty() || version == coding.version);
}

class Translator {
 public:
  Translator(const Terminology& terminology, const TranslateQuestion& question)
      : terminology_(terminology), question_(question) {}

  void ask(const ConceptMap& map, int depth) {
    if (!is_new(map)) return;
    if (map.implicit() != nullptr) {
      ask_implicit(map);
      return;
    }
    for (const MapGroup& group : map.groups())
      question_.direction == Direction::forward ? ask_forward(map, group, depth)
                                                : ask_reverse(map, group);
  }

  std::vector<TranslateMatch> matches;

 private:
  void ask_forward(const ConceptMap& map, const MapGroup& group, int depth) {
    if (!fits(group.source, group.source_version, question_.coding)) return;
    if (!question_.target_system.empty() && question_.target_system != group.target) return;
    bool known = false;
    group.by_source.probe(question_.coding.code, [&](std::uint32_t position) {
      const MapElement& element = group.elements[position];
      if (element.code != question_.coding.code) return false;
      known = true;
      for (const MapTarget& target : element.targets) {
        if (are_met(target.depends_on, question_.dependencies))
          matches.push_back({target.equivalence, group.target, group.target_version, target.code,
                             target.display, target.comment, target.products, map.url(),
                             map.version()});
      }
      return false;
    });
    if (!known) ask_unmapped(map, group, depth);
  }

  void ask_reverse(const ConceptMap& map, const MapGroup& group) {
    if (!fits(group.target, group.target_version, question_.coding)) return;
    if (!question_.target_system.empty() && question_.target_system != group.source) return;
    group.by_target.probe(question_.coding.code, [&](std::uint32_t position) {
      const MapPair& pair = group.pairs[position];
      if (pair.target->code == question_.coding.code &&
          are_met(pair.target->depends_on, question_.dependencies))
        matches.push_back({reversed(pair.target->equivalence),
                           group.source,
                           group.source_version,
                           pair.element->code,
                           pair.element->display,
                           pair.target->comment,
                           {},
                           map.url(),
                           map.version()});
      return false;
    });
  }

  void ask_implicit(const ConceptMap& map) {
    const MapGroup& group = map.groups().front();
    const bool is_forward = question_.direction == Direction::forward;
    const std::string_view from = is_forward ? group.source : group.target;
    const std::string_view to = is_forward ? group.target : group.source;
    if (from != question_.coding.system) return;
    if (!question_.target_system.empty() && question_.target_system != to) return;
    const std::size_t before = matches.size();
    map.implicit()->translate(question_, matches);
    for (std::size_t i = before; i < matches.size(); ++i) {
      matches[i].system = to;
      matches[i].source = map.url();
      matches[i].source_version = map.version();
    }
  }

  void ask_unmapped(const ConceptMap& map, const MapGroup& group, int depth) {
    if (group.unmapped == MapGroup::Unmapped::provided) {
      matches.push_back({"equal",
                         group.target,
                         group.target_version,
                         question_.coding.code,
                         question_.coding.display,
                         {},
                         {},
                         map.url(),
                         map.version()});
    } else if (group.unmapped == MapGroup::Unmapped::fixed) {
      matches.push_back({"inexact",
                         group.target,
                         group.target_version,
                         group.unmapped_code,
                         group.unmapped_display,
                         {},
                         {},
                         map.url(),
                         map.version()});
    } else if (group.unmapped == MapGroup::Unmapped::other_map && depth < k_other_maps_max) {
      if (const ConceptMap* other = terminology_.concept_map(group.unmapped_url))
        ask(*other, depth + 1);
    }
  }

  /// A map gives the same matches however often it is asked: once is enough.
  bool is_new(const ConceptMap& map) {
    if (std::find(asked_.begin(), asked_.end(), &map) != asked_.end()) return false;
    asked_.push_back(&map);
    return true;
  }

  const Terminology& terminology_;
  const TranslateQuestion& question_;
  std::vector<const ConceptMap*> asked_;
};

}  // namespace

std::string_view reversed(std::string_view equivalence) {
  if (equivalence == "wider") return "narrower";
  if (equivalence == "narrower") return "wider";
  if (equivalence == "subsumes") return "specializes";
  if (equivalence == "specializes") return "subsumes";
  return equivalence;
}

std::vector<TranslateMatch> translate(const Terminology& terminology, const ConceptMap& map,
                                      const TranslateQuestion& question) {
  Translator translator(terminology, question);
  translator.ask(map, 0);
  return std::move(translator.matches);
}

}  // namespace terminology
