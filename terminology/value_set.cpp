// https://hl7.org/fhir/R4/valueset.html#compositions,
// https://hl7.org/fhir/R4/valueset.html#expansion
#include "terminology/value_set.h"

#include <algorithm>
#include <numeric>
#include <unordered_set>

namespace terminology {
namespace {

using fhir::Coding;
using fhir::IssueType;
using fhir::make_issue;
using fhir::Membership;
using fhir::unexpected;

Membership both(Membership a, Membership b) {
  if (a == Membership::no || b == Membership::no) return Membership::no;
  return a == Membership::yes && b == Membership::yes ? Membership::yes : Membership::unknown;
}

Membership either(Membership a, Membership b) {
  if (a == Membership::yes || b == Membership::yes) return Membership::yes;
  return a == Membership::no && b == Membership::no ? Membership::no : Membership::unknown;
}

Membership filtered(const Clause& clause, std::string_view code) {
  const ConceptId id = clause.code_system->find(code);
  if (id == k_no_concept) {
    Membership result = clause.code_system->has(code);
    for (const Filter& filter : clause.filters) {
      if (result == Membership::no) break;
      result = both(result, filter.matches(code));
    }
    return result;
  }
  const bool passes = std::all_of(clause.filters.begin(), clause.filters.end(),
                                  [&](const Filter& filter) { return filter.matches(id); });
  return passes ? Membership::yes : Membership::no;
}

/// Whether the code counts as inactive in the held code system of a clause.
bool is_inactive(const Clause& clause, std::string_view code) {
  if (clause.code_system == nullptr) return false;
  const ConceptId id = clause.code_system->find(code);
  return id != k_no_concept && clause.code_system->at(id).is_inactive;
}

bool passes(const Clause& clause, ConceptId id) {
  return std::all_of(clause.filters.begin(), clause.filters.end(),
                     [&](const Filter& filter) { return filter.matches(id); });
}

/// Concepts among which those of a clause over a whole system are, ascending; nothing: all of it.
std::optional<std::vector<ConceptId>> candidates(const Clause& clause, const MemberQuery& query) {
  const CodeSystem& system = *clause.code_system;
  if (!query.text.empty() && system.has_text_index()) {
    std::vector<ConceptId> found = system.search(query.text);
    const ConceptId by_code = system.find(query.text);
    if (by_code != k_no_concept) {
      const auto place = std::lower_bound(found.begin(), found.end(), by_code);
      if (place == found.end() || *place != by_code) found.insert(place, by_code);
    }
    return found;
  }
  for (const Filter& filter : clause.filters) {
    if (auto found = filter.candidates()) return found;
  }
  return std::nullopt;
}

fhir::Issue too_many(std::string_view url, std::size_t limit) {
  return make_issue(IssueType::too_costly, "The value set " + std::string(url) + " has more than " +
                                               std::to_string(limit) + " codes");
}

}  // namespace

ListedCode listed_from(const CodeSystem& system, ConceptId id) {
  const Concept item = system.at(id);
  ListedCode code;
  code.system = system.info().url;
  code.version = system.info().version;
  code.code = item.code;
  code.display = item.display;
  code.code_system = &system;
  code.id = id;
  code.is_abstract = item.is_abstract;
  code.is_inactive = item.is_inactive;
  code.is_in_hierarchy = true;
  return code;
}

Membership Clause::contains(const Coding& coding, bool any_system,
                            std::optional<std::string_view> of_version) const {
  Membership result = Membership::yes;
  if (kind != Kind::imports_only) {
    if (!any_system && coding.system != system) return Membership::no;
    if (of_version && code_system != nullptr && code_system->info().version != *of_version)
      return Membership::no;
    if (kind == Kind::listed)
      result = listed.find(system, coding.code, true) ? Membership::yes : Membership::no;
    else if (kind == Kind::whole)
      result = code_system->has(coding.code);
    else if (kind == Kind::filtered)
      result = filtered(*this, coding.code);
    else
      result = Membership::unknown;
  }
  if (result == Membership::no) return result;
  if (problem) result = Membership::unknown;
  for (const ValueSet* import : imports) {
    result = both(result, any_system ? import->contains_code(coding.code)
                                     : import->contains(coding, {.version = of_version}));
    if (result == Membership::no) return result;
  }
  return result;
}

Membership ValueSet::contains(const Coding& coding) const {
  if (coding.system.empty() || coding.code.empty()) return Membership::no;
  return judge(coding, false);
}

Membership ValueSet::contains(const Coding& coding, const VersionView& view) const {
  if (coding.system.empty() || coding.code.empty()) return Membership::no;
  return judge(coding, false, view);
}

Membership ValueSet::contains_code(std::string_view code) const {
  if (code.empty()) return Membership::no;
  return judge({.code = code}, true);
}

bool ValueSet::has_display(const Coding& coding) const {
  const ListedCode* listed = listing(coding);
  return listed != nullptr && terminology::has_display(*listed, coding.display);
}

Membership ValueSet::judge(const Coding& coding, bool any_system, const VersionView& view) const {
  const Membership result = composed(coding, any_system, view);
  if (result != Membership::unknown || !own_expansion_) return result;
  if (own_expansion_->find(coding.system, coding.code, any_system)) return Membership::yes;
  return own_expansion_is_complete_ ? Membership::no : Membership::unknown;
}

Membership ValueSet::composed(const Coding& coding, bool any_system,
                              const VersionView& view) const {
  Membership result = includes_.empty() ? Membership::unknown : Membership::no;
  for (const Clause& clause : includes_) {
    Membership found = clause.contains(coding, any_system, view.version);
    if (found == Membership::yes && excludes_inactive_ && is_inactive(clause, coding.code))
      found = Membership::no;
    result = either(result, found);
    if (result == Membership::yes) break;
  }
  for (const Clause& clause : excludes_) {
    if (result == Membership::no) break;
    const Membership excluded = clause.contains(
        coding, any_system, view.excludes_cross_versions ? std::nullopt : view.version);
    if (excluded == Membership::yes) return Membership::no;
    if (excluded == Membership::unknown) result = Membership::unknown;
  }
  return result;
}

fhir::Result<bool> ValueSet::walk(const Clause& clause, const MemberQuery& query,
                                  const std::function<bool(const ListedCode&)>& visit) const {
  const auto in_imports = [&](const ListedCode& code, std::size_t first) {
    const Coding coding{.system = code.system, .code = code.code};
    return std::all_of(
        clause.imports.begin() + static_cast<std::ptrdiff_t>(first), clause.imports.end(),
        [&](const ValueSet* import) { return import->contains(coding) == Membership::yes; });
  };
  const auto show = [&](const ListedCode& code, std::size_t first_import) {
    return !in_imports(code, first_import) || visit(code);
  };
  if (clause.problem) return unexpected(*clause.problem);
  if (clause.kind == Clause::Kind::listed) {
    for (const ListedCode& code : clause.listed.codes()) {
      const bool is_unknown = code.code_system != nullptr && code.id == k_no_concept &&
                              code.code_system->has(code.code) == Membership::no;
      if (!is_unknown && !show(code, 0)) return false;
    }
    return true;
  }
  if (clause.kind == Clause::Kind::imports_only) {
    bool goes_on = true;
    FHIR_CHECK(clause.imports[0]->for_each_member(query, [&](const ListedCode& code) {
      ListedCode own = code;
      own.parent = k_no_position;
      return goes_on = show(own, 1);
    }));
    return goes_on;
  }
  const CodeSystem& system = *clause.code_system;
  if (!system.is_enumerable())
    return unexpected(make_issue(
        IssueType::too_costly, "The codes of " + std::string(clause.system) + " cannot be listed"));
  const auto offer = [&](ConceptId id) {
    return !passes(clause, id) || show(listed_from(system, id), 0);
  };
  if (const auto found = candidates(clause, query)) {
    for (ConceptId id : *found) {
      if (!offer(id)) return false;
    }
    return true;
  }
  for (ConceptId id = 0; id < system.size(); ++id) {
    if (!offer(id)) return false;
  }
  return true;
}

std::optional<SystemMembers> ValueSet::members_of_one_system(const MemberQuery& query) const {
  if (own_expansion_ || problem_ || includes_.size() != 1 || !excludes_.empty())
    return std::nullopt;
  const Clause& clause = includes_[0];
  const bool walks_system =
      clause.kind == Clause::Kind::whole || clause.kind == Clause::Kind::filtered;
  if (!walks_system || !clause.imports.empty() || clause.problem) return std::nullopt;
  const CodeSystem& system = *clause.code_system;
  if (!system.is_enumerable() || (!query.text.empty() && !system.has_text_index()))
    return std::nullopt;
  SystemMembers members{&system, {}};
  if (auto found = candidates(clause, query)) {
    members.ids = *std::move(found);
  } else {
    members.ids.resize(system.size());
    std::iota(members.ids.begin(), members.ids.end(), ConceptId{0});
  }
  std::erase_if(members.ids, [&](ConceptId id) {
    return (excludes_inactive_ && system.is_inactive(id)) || !passes(clause, id);
  });
  return members;
}

fhir::Result<bool> ValueSet::for_each_member(
    const MemberQuery& query, const std::function<bool(const ListedCode&)>& visit) const {
  if (own_expansion_) {
    for (const ListedCode& code : own_expansion_->codes()) {
      if (!visit(code)) break;
    }
    return false;
  }
  if (problem_) return unexpected(*problem_);
  // A single clause over one system gives each code once: nothing need be remembered.
  const bool may_repeat = includes_.size() > 1 || includes_[0].kind == Clause::Kind::listed;
  std::unordered_set<std::string> seen;
  bool crossed = false;
  const auto is_excluded = [&](const ListedCode& code) {
    const Coding coding{.system = code.system, .code = code.code};
    for (const Clause& clause : excludes_) {
      const bool same = clause.contains(coding, false, code.version) == Membership::yes;
      if (same) return true;
      if (!query.excludes_cross_versions) continue;
      if (clause.contains(coding, false) != Membership::yes) continue;
      crossed = true;
      return true;
    }
    return false;
  };
  const auto offer = [&](const ListedCode& code) {
    if (excludes_inactive_ && code.is_inactive) return true;
    if (is_excluded(code)) return true;
    if (may_repeat) {
      std::string key(code.system);
      key.push_back('|');
      if (query.keeps_versions_apart) key.append(code.version);
      key.append("#").append(code.code);
      if (!seen.insert(std::move(key)).second) return true;
    }
    return visit(code);
  };
  for (const Clause& clause : includes_) {
    FHIR_TRY(goes_on, walk(clause, query, offer));
    if (!goes_on) break;
  }
  return crossed;
}

fhir::Result<std::vector<ListedCode>> ValueSet::members(std::size_t limit) const {
  std::vector<ListedCode> all;
  bool is_full = false;
  FHIR_CHECK(for_each_member({.keeps_versions_apart = false}, [&](const ListedCode& code) {
    is_full = all.size() == limit;
    if (!is_full) all.push_back(code);
    return !is_full;
  }));
  if (is_full) return unexpected(too_many(info_.url, limit));
  return all;
}

std::vector<std::string_view> ValueSet::systems() const {
  std::vector<std::string_view> found;
  const auto add = [&](std::string_view system) {
    if (std::find(found.begin(), found.end(), system) == found.end()) found.push_back(system);
  };
  if (own_expansion_) {
    for (const ListedCode& code : own_expansion_->codes()) add(code.system);
  }
  for (const Clause& clause : includes_) {
    if (clause.kind != Clause::Kind::imports_only) add(clause.system);
    for (const ValueSet* import : clause.imports) {
      for (std::string_view system : import->systems()) add(system);
    }
  }
  return found;
}

std::vector<const Clause*> ValueSet::clauses_of(std::string_view system) const {
  std::vector<const Clause*> found;
  for (const Clause& clause : includes_) {
    if (clause.kind != Clause::Kind::imports_only) {
      if (clause.system == system) found.push_back(&clause);
      continue;
    }
    for (const ValueSet* import : clause.imports) {
      const auto inner = import->clauses_of(system);
      found.insert(found.end(), inner.begin(), inner.end());
    }
  }
  return found;
}

std::string_view ValueSet::system_of(std::string_view code) const {
  for (const Clause& clause : includes_) {
    if (clause.kind == Clause::Kind::imports_only) {
      for (const ValueSet* import : clause.imports) {
        const std::string_view system = import->system_of(code);
        if (!system.empty() && contains({.system = system, .code = code}) == Membership::yes)
          return system;
      }
    } else if (contains({.system = clause.system, .code = code}) == Membership::yes) {
      return clause.system;
    }
  }
  if (own_expansion_) {
    if (const ListedCode* found = own_expansion_->find({}, code, true)) return found->system;
  }
  return {};
}

bool ValueSet::lists_everything() const {
  if (own_expansion_) return own_expansion_is_complete_;
  return std::all_of(includes_.begin(), includes_.end(), [](const Clause& clause) {
    const bool walks_system =
        clause.kind == Clause::Kind::whole || clause.kind == Clause::Kind::filtered;
    if (walks_system && clause.code_system->info().content != Content::complete) return false;
    return std::all_of(clause.imports.begin(), clause.imports.end(),
                       [](const ValueSet* import) { return import->lists_everything(); });
  });
}

const CodeSystem* ValueSet::code_system_of(std::string_view url) const {
  for (const Clause& clause : includes_) {
    if (clause.code_system != nullptr && clause.system == url) return clause.code_system;
    for (const ValueSet* import : clause.imports) {
      if (const CodeSystem* found = import->code_system_of(url)) return found;
    }
  }
  return nullptr;
}

const ListedCode* ValueSet::listing(const Coding& coding) const {
  for (const Clause& clause : includes_) {
    if (clause.kind == Clause::Kind::listed && clause.system == coding.system) {
      if (const ListedCode* found = clause.listed.find(coding.system, coding.code, false))
        return found;
    }
    for (const ValueSet* import : clause.imports) {
      if (const ListedCode* found = import->listing(coding)) return found;
    }
  }
  return own_expansion_ ? own_expansion_->find(coding.system, coding.code, false) : nullptr;
}

}  // namespace terminology
