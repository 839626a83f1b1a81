// https://hl7.org/fhir/R4/valueset.html#expansion
#include "terminology/expand.h"

#include <algorithm>
#include <unordered_map>

#include "terminology/text_filter.h"
#include "terminology/tx_issue.h"

namespace terminology {
namespace {

bool is_excluded(const ListedCode& code, const std::vector<std::string_view>& systems) {
  return std::any_of(systems.begin(), systems.end(), [&](std::string_view excluded) {
    const VersionRule rule = VersionRule::of(excluded);
    return rule.url == code.system && (rule.version.empty() || rule.version == code.version);
  });
}

void flatten(std::vector<ListedCode>& codes) {
  for (ListedCode& code : codes) code.parent = k_no_position;
}

/// Puts each code under the first of its code system's parents that is listed before it; a
/// hierarchy deeper than a resource can be read is left flat.
void nest(std::vector<ListedCode>& codes) {
  struct Key {
    const CodeSystem* system;
    ConceptId id;
    bool operator==(const Key&) const = default;
  };
  struct Hash {
    std::size_t operator()(const Key& key) const {
      return std::hash<const void*>()(key.system) ^ (key.id * std::size_t{0x9e3779b97f4a7c15});
    }
  };
  std::unordered_map<Key, std::uint32_t, Hash> positions;
  std::vector<std::size_t> depths(codes.size());
  for (std::uint32_t i = 0; i < codes.size(); ++i) {
    ListedCode& code = codes[i];
    if (code.id == k_no_concept || !code.is_in_hierarchy) continue;
    for (ConceptId parent : code.code_system->parents(code.id)) {
      const auto found = positions.find({code.code_system, parent});
      if (found == positions.end()) continue;
      code.parent = found->second;
      depths[i] = depths[code.parent] + 1;
      break;
    }
    if (depths[i] == k_nesting_max) return flatten(codes);
    positions.emplace(Key{code.code_system, code.id}, i);
  }
}

/// The same for concepts of one system in ascending order: for each its parent's position.
std::vector<std::uint32_t> nesting_of(const CodeSystem& system, std::span<const ConceptId> ids) {
  std::vector<std::uint32_t> parents(ids.size(), k_no_position);
  std::vector<std::uint8_t> depths(ids.size());
  bool is_nested = false;
  for (std::size_t i = 0; i < ids.size(); ++i) {
    for (ConceptId parent : system.parents(ids[i])) {
      const auto before = ids.first(i);
      const auto found = std::lower_bound(before.begin(), before.end(), parent);
      if (found == before.end() || *found != parent) continue;
      parents[i] = static_cast<std::uint32_t>(found - before.begin());
      depths[i] = static_cast<std::uint8_t>(depths[parents[i]] + 1);
      is_nested = true;
      break;
    }
    if (depths[i] == k_nesting_max) return {};
  }
  if (!is_nested) parents.clear();
  return parents;
}

/// "check-system-version … otherwise an error is returned".
fhir::Result<void> check_versions(const ValueSet& set, const VersionRules& rules) {
  for (const Clause& clause : set.includes()) {
    if (clause.code_system != nullptr) {
      const std::string_view version = clause.code_system->info().version;
      if (const VersionRule* rule = broken_check(rules, clause.system, version))
        return fhir::unexpected(
            tx_failure(fhir::IssueType::exception, "version-error", "VALUESET_VERSION_CHECK",
                       "The version " + quoted(version) + " is not allowed for system " +
                           quoted(clause.system) + ": required to be " + quoted(rule->version) +
                           " by a version-check parameter"));
    }
    for (const ValueSet* import : clause.imports) FHIR_CHECK(check_versions(*import, rules));
  }
  return {};
}

fhir::Issue too_costly(const ValueSet& set, std::size_t codes_max) {
  fhir::Issue issue = tx_failure(fhir::IssueType::too_costly, {}, "VALUESET_TOO_COSTLY",
                                 "The value set " + quoted(set.info().url) +
                                     " expansion has too many codes to "
                                     "display (>" +
                                     std::to_string(codes_max) + "): ask for a page, by count");
  issue.situation = fhir::Situation::by_type;
  return issue;
}

Expansion written_out(const ConceptExpansion& concepts) {
  Expansion expansion{.codes = {}, .total = concepts.total, .is_complete = concepts.is_complete};
  expansion.codes.reserve(concepts.ids.size());
  for (std::size_t i = 0; i < concepts.ids.size(); ++i) {
    ListedCode code = listed_from(*concepts.system, concepts.ids[i]);
    if (!concepts.parents.empty()) code.parent = concepts.parents[i];
    expansion.codes.push_back(code);
  }
  return expansion;
}

template <class T>
void add_once(std::vector<T>& list, const T& item) {
  if (std::find(list.begin(), list.end(), item) == list.end()) list.push_back(item);
}

void gather(const ValueSet& set, UsedSources& used) {
  if (set.own_expansion()) {
    for (const ListedCode& code : set.own_expansion()->codes())
      if (used.code_systems.empty() ||
          !(used.code_systems.back() == UsedSources::Source{code.system, code.version}))
        add_once(used.code_systems, {code.system, code.version});
    return;
  }
  for (const std::span<const Clause> clauses : {set.includes(), set.excludes()}) {
    for (const Clause& clause : clauses) {
      if (clause.code_system != nullptr)
        add_once(used.code_systems, {.url = clause.system,
                                     .version = clause.code_system->info().version,
                                     .code_system = clause.code_system});
      else if (clause.kind != Clause::Kind::imports_only)
        add_once(used.code_systems, {.url = clause.system, .version = clause.version});
      for (const ValueSet* import : clause.imports) {
        if (!import->info().is_contained)
          add_once(
              used.value_sets,
              {.url = import->info().url, .version = import->info().version, .value_set = import});
        gather(*import, used);
      }
    }
  }
}

}  // namespace

std::optional<ConceptExpansion> expand_concepts(const ValueSet& set, const ExpandOptions& options) {
  if (options.rules != nullptr && !set.problem() && !check_versions(set, *options.rules))
    return std::nullopt;
  auto members = set.members_of_one_system({.text = options.text});
  if (!members) return std::nullopt;
  const CodeSystem& system = *members->system;
  if (is_excluded({.system = system.info().url, .version = system.info().version},
                  options.excluded_systems))
    members->ids.clear();
  if (options.active_only || options.exclude_not_for_ui) {
    std::erase_if(members->ids, [&](ConceptId id) {
      return (options.active_only && system.is_inactive(id)) ||
             (options.exclude_not_for_ui && system.is_abstract(id));
    });
  }
  ConceptExpansion expansion{.system = &system,
                             .ids = std::move(members->ids),
                             .total = 0,
                             .is_complete = set.lists_everything()};
  auto& ids = expansion.ids;
  expansion.total = ids.size();
  const bool is_paged = options.offset > 0 || options.count;
  if (is_paged) {
    const std::size_t first = std::min(options.offset, ids.size());
    const std::size_t count = std::min(options.count.value_or(ids.size()), ids.size() - first);
    ids.erase(ids.begin(), ids.begin() + static_cast<std::ptrdiff_t>(first));
    ids.resize(count);
  } else if (options.layout == Layout::nested) {
    expansion.parents = nesting_of(system, ids);
  }
  return expansion;
}

fhir::Result<Expansion> expand(const ValueSet& set, const ExpandOptions& options) {
  if (options.rules != nullptr && !set.problem()) FHIR_CHECK(check_versions(set, *options.rules));
  if (const auto concepts = expand_concepts(set, options)) {
    if (concepts->ids.size() > options.codes_max)
      return fhir::unexpected(too_costly(set, options.codes_max));
    return written_out(*concepts);
  }
  const bool is_paged = options.offset > 0 || options.count;
  const std::size_t last =
      options.count ? options.offset + *options.count : static_cast<std::size_t>(-1);
  Expansion expansion;
  expansion.is_complete = set.lists_everything();
  const TextFilter filter(options.text);
  bool is_too_long = false, is_whole = true;
  const MemberQuery query{.text = options.text,
                          .keeps_versions_apart = !options.versions_match.value_or(false),
                          .excludes_cross_versions = options.versions_match.value_or(true)};
  FHIR_TRY(crossed, set.for_each_member(query, [&](const ListedCode& code) {
    const bool is_indexed = code.is_in_hierarchy && code.code_system->has_text_index();
    if ((options.active_only && code.is_inactive) ||
        (options.exclude_not_for_ui && code.is_abstract) ||
        is_excluded(code, options.excluded_systems) || (!is_indexed && !filter.accepts(code))) {
      is_whole = false;
      return true;
    }
    const std::size_t position = expansion.total++;
    if (position < options.offset || position >= last) return true;
    is_too_long = expansion.codes.size() == options.codes_max;
    if (!is_too_long) expansion.codes.push_back(code);
    return !is_too_long;
  }));
  if (is_too_long) return fhir::unexpected(too_costly(set, options.codes_max));
  expansion.crossed_versions = crossed;
  const bool is_nested = options.layout == Layout::nested && !is_paged;
  const bool keeps_own_nesting = is_nested && set.uses_own_expansion() && is_whole;
  if (!keeps_own_nesting) {
    flatten(expansion.codes);
    if (is_nested) nest(expansion.codes);
  }
  return expansion;
}

UsedSources used_sources(const ValueSet& set) {
  UsedSources used;
  gather(set, used);
  std::sort(used.code_systems.begin(), used.code_systems.end());
  std::sort(used.value_sets.begin(), used.value_sets.end());
  for (std::size_t i = 1; i < used.code_systems.size(); ++i)
    used.has_several_versions |= used.code_systems[i].url == used.code_systems[i - 1].url;
  return used;
}

}  // namespace terminology
