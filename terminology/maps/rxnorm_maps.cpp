#include "terminology/maps/rxnorm_maps.h"

#include <algorithm>
#include <array>
#include <string>
#include <unordered_set>
#include <utility>

#include "terminology/ndc_code.h"
#include "terminology/release/cross_references.h"
#include "terminology/systems.h"
#include "terminology/translate.h"

namespace terminology::maps {
namespace {

using release::CrossReferences;
using release::ReleaseCodeSystem;

constexpr int k_steps_max = 4;                // relationships in a row
constexpr std::size_t k_visited_max = 5'000;  // an ingredient leads to some thousand drugs
constexpr std::size_t k_matches_max = 200;    // of one code

// RELA of the concept that has it: to something more general, and back.
constexpr std::array<std::string_view, 10> k_upwards = {
    "isa",     "tradename_of",           "consists_of",        "has_ingredient", "has_ingredients",
    "form_of", "has_precise_ingredient", "quantified_form_of", "contains",       "has_part"};
constexpr std::array<std::string_view, 10> k_downwards = {
    "inverse_isa",    "has_tradename", "constitutes",           "ingredient_of",
    "ingredients_of", "has_form",      "precise_ingredient_of", "has_quantified_form",
    "contained_in",   "part_of"};

struct System {
  std::string_view name, url;
};
constexpr std::array<System, 5> k_systems = {{{"rxnorm", k_rxnorm_url},
                                              {"snomed", k_snomed_url},
                                              {"ndc", k_ndc_url},
                                              {"atc", k_atc_url},
                                              {"cvx", k_cvx_url}}};

/// What all maps of a release ask.
struct Release {
  std::shared_ptr<const ReleaseCodeSystem> rxnorm;
  CrossReferences references;

  explicit Release(std::shared_ptr<const ReleaseCodeSystem> system)
      : rxnorm(std::move(system)), references(rxnorm->file()) {}
};

enum class Path : std::uint8_t { same, upwards, downwards };

/// The equivalence of two steps in a row.
std::string_view joined(std::string_view first, std::string_view second) {
  if (first == "equivalent") return second;
  if (second == "equivalent" || first == second) return first;
  return "relatedto";
}

class RxNormMap final : public ImplicitMap {
 public:
  RxNormMap(std::shared_ptr<const Release> release, std::string_view source,
            std::string_view target)
      : release_(std::move(release)), source_(source), target_(target) {}

  void translate(const TranslateQuestion& question,
                 std::vector<TranslateMatch>& matches) const override {
    const bool is_forward = question.direction == Direction::forward;
    const std::string_view from = is_forward ? source_ : target_;
    const std::string_view to = is_forward ? target_ : source_;
    const std::size_t before = matches.size();
    for (const ConceptId id : concepts_of(from, question.coding.code)) {
      const std::string_view first = from == k_ndc_url ? "wider" : "equivalent";
      for (const Path path : {Path::same, Path::upwards, Path::downwards}) {
        if (add_nearest(id, path, first, to, before, matches)) break;
      }
    }
  }

  /// Those that share a concept with a code of another system: what their concept's neighbours have
  /// is said of them as well.
  std::vector<std::string> first_sources(std::size_t count) const override {
    const CrossReferences& references = release_->references;
    const std::uint32_t system =
        references.find_system(source_ == k_rxnorm_url ? target_ : source_);
    std::vector<std::string> codes;
    std::unordered_set<std::string_view> seen;
    for (const release::ReferenceRow& row : references.rows()) {
      if (codes.size() == count) break;
      if (row.system != system || row.concept_id >= rxnorm().size()) continue;
      const std::string_view code =
          source_ == k_rxnorm_url ? rxnorm().at(row.concept_id).code : references.code(row);
      if (seen.insert(code).second) codes.emplace_back(code);
    }
    return codes;
  }

 private:
  const ReleaseCodeSystem& rxnorm() const { return *release_->rxnorm; }

  std::vector<ConceptId> concepts_of(std::string_view system, std::string_view code) const {
    std::vector<ConceptId> ids;
    if (system == k_rxnorm_url) {
      const ConceptId id = rxnorm().find(code);
      if (id != k_no_concept) ids.push_back(id);
      return ids;
    }
    const CrossReferences& references = release_->references;
    const std::string digits = system == k_ndc_url ? ndc_digits(code) : std::string();
    references.for_each(references.find_system(system), digits.empty() ? code : digits,
                        [&](ConceptId id) {
                          if (id < rxnorm().size()) ids.push_back(id);
                        });
    return ids;
  }

  /// Adds what the nearest concepts on a path have of the target's system; false when none has.
  bool add_nearest(ConceptId start, Path path, std::string_view first, std::string_view to,
                   std::size_t before, std::vector<TranslateMatch>& matches) const {
    if (path == Path::same) return add_codes(start, first, to, before, matches);
    // RxNorm's own concepts are what is looked for: the start itself is one.
    if (to == k_rxnorm_url) return false;
    const std::string_view second = path == Path::upwards ? "wider" : "narrower";
    std::vector<ConceptId> seen{start}, level{start};
    for (int step = 0; step < k_steps_max && !level.empty(); ++step) {
      std::vector<ConceptId> next;
      for (const ConceptId id : level) {
        for (const Property& property : rxnorm().properties(id)) {
          if (!leads(property.code, path) || seen.size() >= k_visited_max) continue;
          const ConceptId other = rxnorm().find(property.value);
          if (other == k_no_concept || std::find(seen.begin(), seen.end(), other) != seen.end())
            continue;
          seen.push_back(other);
          next.push_back(other);
        }
      }
      bool is_found = false;
      for (const ConceptId id : next)
        is_found = add_codes(id, joined(first, second), to, before, matches) || is_found;
      if (is_found) return true;
      level = std::move(next);
    }
    return false;
  }

  static bool leads(std::string_view relationship, Path path) {
    const auto& names = path == Path::upwards ? k_upwards : k_downwards;
    return std::find(names.begin(), names.end(), relationship) != names.end();
  }

  bool add_codes(ConceptId id, std::string_view equivalence, std::string_view to,
                 std::size_t before, std::vector<TranslateMatch>& matches) const {
    if (to == k_rxnorm_url) {
      const Concept found = rxnorm().at(id);
      add(found.code, found.display, equivalence, before, matches);
      return true;
    }
    const CrossReferences& references = release_->references;
    const std::string_view last = to == k_ndc_url ? "narrower" : "equivalent";
    bool is_found = false;
    for (const release::ReferenceRow& row : references.of(id)) {
      if (references.system(row.system) != to) continue;
      is_found = true;
      add(references.code(row), {}, joined(equivalence, last), before, matches);
    }
    return is_found;
  }

  static void add(std::string_view code, std::string_view display, std::string_view equivalence,
                  std::size_t before, std::vector<TranslateMatch>& matches) {
    const bool is_known =
        std::any_of(matches.begin() + static_cast<std::ptrdiff_t>(before), matches.end(),
                    [&](const auto& match) { return match.code == code; });
    if (is_known || matches.size() - before >= k_matches_max) return;
    TranslateMatch match;
    match.equivalence = equivalence;
    match.code = code;
    match.display = display;
    matches.push_back(std::move(match));
  }

  std::shared_ptr<const Release> release_;
  std::string_view source_, target_;
};

}  // namespace

std::vector<std::unique_ptr<const ConceptMap>> rxnorm_maps(
    std::shared_ptr<const ReleaseCodeSystem> rxnorm) {
  std::vector<std::unique_ptr<const ConceptMap>> maps;
  const auto release = std::make_shared<const Release>(std::move(rxnorm));
  const auto is_held = [&](const System& system) {
    const CrossReferences& references = release->references;
    return system.url == k_rxnorm_url ||
           references.find_system(system.url) < references.system_count();
  };
  for (const System& source : k_systems) {
    for (const System& target : k_systems) {
      if (source.url == target.url || !is_held(source) || !is_held(target)) continue;
      ConceptMap::Implicit about;
      about.url = std::string(k_rxnorm_url)
                      .append("?fhir_cm=")
                      .append(source.name)
                      .append("-")
                      .append(target.name);
      about.version = release->rxnorm->info().version;
      about.title = std::string("RxNorm: ").append(source.name).append(" to ").append(target.name);
      about.source = source.url;
      about.target = target.url;
      maps.push_back(ConceptMap::make_implicit(
          about, std::make_unique<RxNormMap>(release, source.url, target.url)));
    }
  }
  return maps;
}

}  // namespace terminology::maps
