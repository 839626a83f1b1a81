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

/// Whether each code is below one that has no parent, and not deeper than a resource can be read.
///
/// parent_of   of a position, else k_no_position; may lead in a circle
template <class ParentOf>
bool is_readable(std::size_t count, const ParentOf& parent_of) {
  std::vector<std::uint8_t> levels(count);  // 0: not known yet
  for (std::uint32_t i = 0; i < count; ++i) {
    const auto is_open = [&](std::uint32_t at) { return at != k_no_position && levels[at] == 0; };
    std::size_t level = 0;
    std::uint32_t at = i;
    for (; is_open(at); at = parent_of(at)) {
      if (++level > k_nesting_max) return false;
    }
    if (at != k_no_position) level += levels[at];
    if (level > k_nesting_max) return false;
    for (at = i; is_open(at); at = parent_of(at)) levels[at] = static_cast<std::uint8_t>(level--);
  }
  return true;
}

/// Puts each code under the first of its code system's parents that is listed; a hierarchy deeper
/// than a resource can be read is left flat.
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
  const auto has_place = [](const ListedCode& code) {
    return code.id != k_no_concept && code.is_in_hierarchy;
  };
  for (std::uint32_t i = 0; i < codes.size(); ++i) {
    if (has_place(codes[i])) positions.emplace(Key{codes[i].code_system, codes[i].id}, i);
  }
  for (ListedCode& code : codes) {
    if (!has_place(code)) continue;
    for (ConceptId parent : code.code_system->parents(code.id)) {
      const auto found = positions.find({code.code_system, parent});
      if (found == positions.end()) continue;
      code.parent = found->second;
      break;
    }
  }
  if (!is_readable(codes.size(), [&](std::uint32_t at) { return codes[at].parent; }))
    flatten(codes);
}

/// The same for concepts of one system in ascending order: for each its parent's position.
std::vector<std::uint32_t> nesting_of(const CodeSystem& system, std::span<const ConceptId> ids) {
  std::vector<std::uint32_t> parents(ids.size(), k_no_position);
  bool is_nested = false;
  for (std::size_t i = 0; i < ids.size(); ++i) {
    for (ConceptId parent : system.parents(ids[i])) {
      const auto found = std::lower_bound(ids.begin(), ids.end(), parent);
      if (found == ids.end() || *found != parent) continue;
      parents[i] = static_cast<std::uint32_t>(found - ids.begin());
      is_nested = true;
      break;
    }
  }
  if (!is_nested || !is_readable(ids.size(), [&](std::uint32_t at) { return parents[at]; }))
    parents.clear();
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
