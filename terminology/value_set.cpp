// https://hl7.org/fhir/R4/valueset.html#compositions,
// https://hl7.org/fhir/R4/valueset.html#expansion
#include "terminology/value_set.h"

#include <algorithm>
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
  return code;
}

fhir::Issue too_many(std::string_view url, std::size_t limit) {
  return make_issue(IssueType::too_costly, "The value set " + std::string(url) + " has more than " +
                                               std::to_string(limit) + " codes");
}

struct CodingHash {
  std::size_t operator()(const std::pair<std::string_view, std::string_view>& key) const {
    return code_hash(key.second) * 31u + key.first.size();
  }
};

}  // namespace

Membership Clause::contains(const Coding& coding, bool any_system) const {
  Membership result = Membership::yes;
  if (kind != Kind::imports_only) {
    if (!any_system && coding.system != system) return Membership::no;
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
    result =
        both(result, any_system ? import->contains_code(coding.code) : import->contains(coding));
    if (result == Membership::no) return result;
  }
  return result;
}

Membership ValueSet::contains(const Coding& coding) const {
  if (coding.system.empty() || coding.code.empty()) return Membership::no;
  return judge(coding, false);
}

Membership ValueSet::contains_code(std::string_view code) const {
  if (code.empty()) return Membership::no;
  return judge({.code = code}, true);
}

bool ValueSet::has_display(const Coding& coding) const {
  const ListedCode* listed = listing(coding);
  return listed != nullptr && terminology::has_display(*listed, coding.display);
}

Membership ValueSet::judge(const Coding& coding, bool any_system) const {
  const Membership result = composed(coding, any_system);
  if (result != Membership::unknown || !own_expansion_) return result;
  if (own_expansion_->find(coding.system, coding.code, any_system)) return Membership::yes;
  return own_expansion_is_complete_ ? Membership::no : Membership::unknown;
}

Membership ValueSet::composed(const Coding& coding, bool any_system) const {
  Membership result = includes_.empty() ? Membership::unknown : Membership::no;
  for (const Clause& clause : includes_) {
    Membership found = clause.contains(coding, any_system);
    if (found == Membership::yes && excludes_inactive_ && is_inactive(clause, coding.code))
      found = Membership::no;
    result = either(result, found);
    if (result == Membership::yes) break;
  }
  for (const Clause& clause : excludes_) {
    if (result == Membership::no) break;
    const Membership excluded = clause.contains(coding, any_system);
    if (excluded == Membership::yes) return Membership::no;
    if (excluded == Membership::unknown) result = Membership::unknown;
  }
  return result;
}

fhir::Result<void> ValueSet::collect(const Clause& clause, std::size_t limit,
                                     std::vector<ListedCode>& out) const {
  const auto in_imports = [&](const ListedCode& code, std::size_t first) {
    const Coding coding{.system = code.system, .code = code.code};
    return std::all_of(
        clause.imports.begin() + static_cast<std::ptrdiff_t>(first), clause.imports.end(),
        [&](const ValueSet* import) { return import->contains(coding) == Membership::yes; });
  };
  const auto add = [&](const ListedCode& code, std::size_t first_import) {
    if (in_imports(code, first_import)) out.push_back(code);
  };
  if (clause.problem) return unexpected(*clause.problem);
  if (clause.kind == Clause::Kind::listed) {
    for (const ListedCode& code : clause.listed.codes()) add(code, 0);
  } else if (clause.kind == Clause::Kind::imports_only) {
    FHIR_TRY(members_of_first, clause.imports[0]->members(limit));
    for (ListedCode& code : members_of_first) {
      code.parent = k_no_position;
      add(code, 1);
    }
  } else {
    if (!clause.code_system->is_enumerable())
      return unexpected(
          make_issue(IssueType::too_costly,
                     "The codes of " + std::string(clause.system) + " cannot be listed"));
    for (ConceptId id = 0; id < clause.code_system->size(); ++id) {
      const bool passes = std::all_of(clause.filters.begin(), clause.filters.end(),
                                      [&](const Filter& filter) { return filter.matches(id); });
      if (passes) add(listed_from(*clause.code_system, id), 0);
      if (out.size() > 2 * limit) return unexpected(too_many(info_.url, limit));
    }
  }
  return {};
}

fhir::Result<std::vector<ListedCode>> ValueSet::members(std::size_t limit) const {
  if (own_expansion_) {
    const std::span<const ListedCode> codes = own_expansion_->codes();
    if (codes.size() > limit) return unexpected(too_many(info_.url, limit));
    return std::vector<ListedCode>(codes.begin(), codes.end());
  }
  if (problem_) return unexpected(*problem_);
  std::vector<ListedCode> all;
  for (const Clause& clause : includes_) FHIR_CHECK(collect(clause, limit, all));
  std::unordered_set<std::pair<std::string_view, std::string_view>, CodingHash> seen;
  std::vector<ListedCode> kept;
  for (const ListedCode& code : all) {
    if (excludes_inactive_ && code.is_inactive) continue;
    const Coding coding{.system = code.system, .code = code.code};
    const bool excluded = std::any_of(
        excludes_.begin(), excludes_.end(),
        [&](const Clause& clause) { return clause.contains(coding, false) == Membership::yes; });
    if (excluded || !seen.insert({code.system, code.code}).second) continue;
    if (kept.size() == limit) return unexpected(too_many(info_.url, limit));
    kept.push_back(code);
  }
  return kept;
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
