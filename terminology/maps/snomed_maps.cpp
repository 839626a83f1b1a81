#include "terminology/maps/snomed_maps.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "terminology/ecl/evaluate.h"
#include "terminology/ecl/metadata.h"
#include "terminology/maps/map_rule.h"
#include "terminology/systems.h"
#include "terminology/translate.h"

namespace terminology::maps {
namespace {

using ecl::ReferenceSet;
using ecl::SctId;

// https://hl7.org/fhir/R4/snomedct.html#implicit-cm, and those of later releases.
struct Association {
  SctId id;
  std::string_view equivalence;  // of what took the place to what was
};
constexpr std::array<Association, 7> k_associations = {
    {{900000000000523009, "inexact"},  // |POSSIBLY EQUIVALENT TO|
     {ecl::k_replaced_by, "equivalent"},
     {ecl::k_same_as, "equal"},
     {900000000000530003, "inexact"},  // |ALTERNATIVE|
     {ecl::k_was_a, "wider"},
     {ecl::k_partially_equivalent_to, "inexact"},
     {900000000000531004, "relatedto"}}};  // |REFERS TO|

struct TargetSystem {
  SctId id;
  std::string_view url;
};
constexpr std::array<TargetSystem, 6> k_targets = {
    {{447562003, k_icd10_url},
     {6011000124106, k_icd10cm_url},
     {5991000124107, k_icd10cm_url},
     {446608001, "http://terminology.hl7.org/CodeSystem/icd-o-3"},
     {900000000000497000, "http://read.info/ctv3"},
     {900000000000498005, "http://snomed.info/srt"}}};

struct Correlation {
  SctId id;
  std::string_view equivalence;  // of the target to the source
};
constexpr std::array<Correlation, 5> k_correlations = {{{447557004, "equal"},     // exact match
                                                        {447558009, "wider"},     // narrow to broad
                                                        {447559001, "narrower"},  // broad to narrow
                                                        {447560006, "inexact"},   // partial overlap
                                                        {447556008, "unmatched"}}};  // not mappable

/// Where the columns of a map stand; nothing for those it does not have.
struct Columns {
  std::optional<std::uint32_t> target, group, priority, rule, advice, correlation;
  bool has_concepts = false;  // the target is one
};

Columns columns_of(const ReferenceSet& set) {
  Columns columns;
  const auto find = [&](std::string_view name) -> std::optional<std::uint32_t> {
    for (std::uint32_t i = 0; i < set.fields.size(); ++i) {
      if (set.fields[i].name == name) return i;
    }
    return std::nullopt;
  };
  columns.target = find("targetComponentId");
  columns.has_concepts = columns.target.has_value();
  if (!columns.target) columns.target = find("mapTarget");
  columns.group = find("mapGroup");
  columns.priority = find("mapPriority");
  columns.rule = find("mapRule");
  columns.advice = find("mapAdvice");
  columns.correlation = find("correlationId");
  return columns;
}

class SnomedMap final : public ImplicitMap {
 public:
  SnomedMap(const CodeSystem& system, const ecl::Substrate& edition, const ReferenceSet& set,
            std::string_view equivalence)
      : system_(system),
        edition_(edition),
        set_(set),
        columns_(columns_of(set)),
        equivalence_(equivalence) {}

  void translate(const TranslateQuestion& question,
                 std::vector<TranslateMatch>& matches) const override {
    if (question.direction == Direction::reverse) return translate_back(question, matches);
    const ConceptId id = system_.find(question.coding.code);
    if (id == k_no_concept) return;
    std::vector<std::uint32_t> rows = rows_of(id);
    if (columns_.group && !question.dependencies.empty()) choose(question, rows);
    for (const std::uint32_t row : rows) add(row, matches);
  }

  std::vector<std::string> first_sources(std::size_t count) const override {
    std::vector<std::string> codes;
    for (std::uint32_t row = set_.first; row < set_.first + set_.count; ++row) {
      const ecl::Member member = edition_.member(row);
      if (!member.is_active || member.referenced == k_no_concept) continue;
      const std::string_view code = system_.at(member.referenced).code;
      if (!codes.empty() && codes.back() == code) continue;  // they are in order
      if (codes.size() == count) break;
      codes.emplace_back(code);
    }
    return codes;
  }

 private:
  std::string_view text(std::uint32_t row, const std::optional<std::uint32_t>& column) const {
    return column ? edition_.field(row, *column).text : std::string_view{};
  }
  int number(std::uint32_t row, const std::optional<std::uint32_t>& column) const {
    const std::string_view digits = text(row, column);
    int value = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), value);
    return value;
  }

  /// The active members of a concept, by group and priority.
  std::vector<std::uint32_t> rows_of(ConceptId id) const {
    std::uint32_t low = set_.first, high = set_.first + set_.count;
    const std::uint32_t end = high;
    while (low < high) {
      const std::uint32_t middle = low + (high - low) / 2;
      if (edition_.member(middle).referenced < id)
        low = middle + 1;
      else
        high = middle;
    }
    std::vector<std::uint32_t> rows;
    for (; low < end && edition_.member(low).referenced == id; ++low) {
      if (edition_.member(low).is_active) rows.push_back(low);
    }
    std::stable_sort(rows.begin(), rows.end(), [&](std::uint32_t a, std::uint32_t b) {
      return std::pair(number(a, columns_.group), number(a, columns_.priority)) <
             std::pair(number(b, columns_.group), number(b, columns_.priority));
    });
    return rows;
  }

  /// Leaves of each group the first row whose rule is met.
  void choose(const TranslateQuestion& question, std::vector<std::uint32_t>& rows) const {
    std::optional<int> done;
    std::erase_if(rows, [&](std::uint32_t row) {
      const int group = number(row, columns_.group);
      if (done == group ||
          judge_rule(text(row, columns_.rule), question.dependencies, edition_) != RuleOutcome::met)
        return true;
      done = group;
      return false;
    });
  }

  std::string_view equivalence_of(std::uint32_t row) const {
    if (!columns_.correlation) return equivalence_;
    const ConceptId said = edition_.field(row, *columns_.correlation).concept_id;
    for (const Correlation& correlation : k_correlations) {
      if (said != k_no_concept && edition_.sct_id(said) == correlation.id)
        return correlation.equivalence;
    }
    return equivalence_;
  }

  void add(std::uint32_t row, std::vector<TranslateMatch>& matches) const {
    TranslateMatch match;
    match.equivalence = equivalence_of(row);
    if (columns_.has_concepts) {
      const ConceptId target = edition_.field(row, *columns_.target).concept_id;
      if (target == k_no_concept) return;
      const Concept found = system_.at(target);
      match.code = found.code;
      match.display = found.display;
    } else {
      match.code = text(row, columns_.target);
      if (match.code.empty()) match.equivalence = "unmatched";
    }
    match.comment = text(row, columns_.advice);
    const auto product = [&](std::string_view name, const std::optional<std::uint32_t>& column) {
      if (column) match.own_products.push_back({name, {}, {}, text(row, column)});
    };
    product("mapGroup", columns_.group);
    product("mapPriority", columns_.priority);
    product("mapRule", columns_.rule);
    product("mapAdvice", columns_.advice);
    matches.push_back(std::move(match));
  }

  void translate_back(const TranslateQuestion& question,
                      std::vector<TranslateMatch>& matches) const {
    const std::vector<std::uint32_t>& order = by_target();
    const std::string_view wanted = question.coding.code;
    auto found = std::lower_bound(
        order.begin(), order.end(), wanted,
        [&](std::uint32_t row, std::string_view code) { return target(row) < code; });
    std::vector<ConceptId> seen;
    for (; found != order.end() && target(*found) == wanted; ++found) {
      const ConceptId source = edition_.member(*found).referenced;
      if (source == k_no_concept || std::find(seen.begin(), seen.end(), source) != seen.end())
        continue;
      seen.push_back(source);
      const Concept item = system_.at(source);
      TranslateMatch match;
      match.equivalence = reversed(equivalence_of(*found));
      match.code = item.code;
      match.display = item.display;
      match.comment = text(*found, columns_.advice);
      matches.push_back(std::move(match));
    }
  }

  std::string_view target(std::uint32_t row) const {
    if (!columns_.has_concepts) return text(row, columns_.target);
    const ConceptId id = edition_.field(row, *columns_.target).concept_id;
    return id == k_no_concept ? std::string_view{} : system_.at(id).code;
  }

  /// Active members in the order of their targets: made when it is first asked for.
  const std::vector<std::uint32_t>& by_target() const {
    std::call_once(by_target_once_, [&] {
      for (std::uint32_t row = set_.first; row < set_.first + set_.count; ++row) {
        if (edition_.member(row).is_active) by_target_.push_back(row);
      }
      std::stable_sort(by_target_.begin(), by_target_.end(),
                       [&](std::uint32_t a, std::uint32_t b) { return target(a) < target(b); });
    });
    return by_target_;
  }

  const CodeSystem& system_;
  const ecl::Substrate& edition_;
  ReferenceSet set_;
  Columns columns_;
  std::string_view equivalence_;
  mutable std::once_flag by_target_once_;
  mutable std::vector<std::uint32_t> by_target_;
};

}  // namespace

std::vector<std::unique_ptr<const ConceptMap>> snomed_maps(const CodeSystem& system,
                                                           const ecl::Substrate& edition) {
  std::vector<std::unique_ptr<const ConceptMap>> maps;
  for (const ReferenceSet& set : edition.reference_sets()) {
    const SctId id = edition.sct_id(set.id);
    const Columns columns = columns_of(set);
    if (!columns.target) continue;
    std::string_view equivalence = "relatedto", target = k_snomed_url;
    if (columns.has_concepts) {
      const auto* known =
          std::find_if(k_associations.begin(), k_associations.end(),
                       [&](const Association& association) { return association.id == id; });
      if (known == k_associations.end()) continue;  // no counterpart: parts, attributes
      equivalence = known->equivalence;
    } else {
      const auto* known = std::find_if(k_targets.begin(), k_targets.end(),
                                       [&](const TargetSystem& entry) { return entry.id == id; });
      if (known == k_targets.end()) continue;  // the release does not say whose codes they are
      target = known->url;
    }
    ConceptMap::Implicit about;
    about.url = std::string(k_snomed_url).append("?fhir_cm=").append(std::to_string(id));
    about.version = system.info().version;
    about.title = system.at(set.id).display;
    about.source = k_snomed_url;
    about.target = target;
    maps.push_back(ConceptMap::make_implicit(
        about, std::make_unique<SnomedMap>(system, edition, set, equivalence)));
  }
  return maps;
}

}  // namespace terminology::maps
