// https://hl7.org/fhir/R4/valueset-definitions.html#ValueSet.compose
// https://hl7.org/fhir/R4/valueset-definitions.html#ValueSet.expansion
#include "terminology/value_set_reader.h"

#include <charconv>
#include <string>
#include <utility>

#include "terminology/designation_reader.h"

namespace terminology {
namespace {

using fhir::Issue;
using fhir::IssueType;
using fhir::make_issue;
using fhir::json::Value;

Issue not_held(std::string_view what, std::string_view url, std::string_view version) {
  std::string text(what);
  text.append(" ").append(url);
  if (!version.empty()) text.append("|").append(version);
  return make_issue(fhir::Situation::unprocessable, IssueType::not_supported,
                    text + " is not held by this server");
}

/// An expansion marked as cut short, or whose pages are elsewhere, does not list everything.
bool is_complete(const Value& expansion, std::size_t listed) {
  if (const Value* extensions = expansion.find("extension")) {
    for (const Value& extension : extensions->items()) {
      const std::string_view url = extension.string_at("url");
      const Value* value = extension.find("valueBoolean");
      const bool holds = value != nullptr && value->text() == "true";
      if (holds && (url == "http://hl7.org/fhir/StructureDefinition/valueset-unclosed" ||
                    url == "http://hl7.org/fhir/StructureDefinition/valueset-toocostly"))
        return false;
    }
  }
  const Value* total = expansion.find("total");
  if (total == nullptr) return true;
  std::size_t count = 0;
  const std::string_view digits = total->text();
  std::from_chars(digits.data(), digits.data() + digits.size(), count);
  return count <= listed;
}

bool is_true(const Value* value) { return value != nullptr && value->text() == "true"; }

}  // namespace

std::unique_ptr<const ValueSet> ValueSetReader::read(const Value& resource,
                                                     const Resolver& resolver, OwnExpansion own) {
  std::unique_ptr<ValueSet> set(new ValueSet);
  ValueSetReader reader(*set, resolver);
  reader.read_info(resource);
  const Value* compose = resource.find("compose");
  if (compose != nullptr) reader.read_compose(*compose);
  if (set->includes_.empty() && !set->problem_)
    set->problem_ = make_issue(IssueType::required, "The value set has no compose.include");
  const Value* expansion = resource.find("expansion");
  if (set->problem_ && expansion != nullptr && own == OwnExpansion::if_needed)
    reader.read_expansion(*expansion);
  return set;
}

std::unique_ptr<const ValueSet> ValueSetReader::all_codes_of(const CodeSystem& system,
                                                             std::string_view url) {
  std::unique_ptr<ValueSet> set(new ValueSet);
  set->info_ = {.url = set->arena_.copy(url),
                .version = system.info().version,
                .name = system.info().name,
                .title = system.info().title,
                .status = "active"};
  Clause clause;
  clause.kind = Clause::Kind::whole;
  clause.system = system.info().url;
  clause.code_system = &system;
  set->includes_.push_back(std::move(clause));
  return set;
}

void ValueSetReader::read_info(const Value& resource) {
  set_.info_ = {.url = keep(resource.string_at("url")),
                .version = keep(resource.string_at("version")),
                .name = keep(resource.string_at("name")),
                .title = keep(resource.string_at("title")),
                .status = keep(resource.string_at("status"))};
}

void ValueSetReader::read_compose(const Value& compose) {
  if (const Value* inactive = compose.find("inactive"))
    set_.excludes_inactive_ = inactive->text() == "false";
  if (const Value* includes = compose.find("include")) {
    for (const Value& source : includes->items()) set_.includes_.push_back(read_clause(source));
  }
  if (const Value* excludes = compose.find("exclude")) {
    for (const Value& source : excludes->items()) set_.excludes_.push_back(read_clause(source));
  }
  note(set_.includes_);
  note(set_.excludes_);
}

/// Remembers why the set as a whole cannot be decided.
void ValueSetReader::note(const std::vector<Clause>& clauses) {
  for (const Clause& clause : clauses) {
    if (set_.problem_) return;
    set_.problem_ = clause.problem;
  }
}

Clause ValueSetReader::read_clause(const Value& source) {
  Clause clause;
  clause.system = keep(source.string_at("system"));
  clause.version = keep(source.string_at("version"));
  read_imports(source, clause);
  if (clause.system.empty()) {
    if (clause.imports.empty() && !clause.problem)
      clause.problem = make_issue(IssueType::required, "An include needs a system or a value set");
    return clause;
  }
  clause.code_system = resolver_.code_system(clause.system, clause.version);
  const Value* concepts = source.find("concept");
  const Value* filters = source.find("filter");
  if (concepts != nullptr && !concepts->items().empty()) {
    clause.kind = Clause::Kind::listed;
    read_listed(*concepts, clause);
  } else if (clause.code_system == nullptr) {
    clause.kind = Clause::Kind::undecidable;
    clause.problem = not_held("Code system", clause.system, clause.version);
  } else if (filters != nullptr && !filters->items().empty()) {
    clause.kind = Clause::Kind::filtered;
    read_filters(*filters, clause);
  } else {
    clause.kind = Clause::Kind::whole;
  }
  return clause;
}

void ValueSetReader::read_imports(const Value& source, Clause& clause) {
  const Value* imports = source.find("valueSet");
  if (imports == nullptr) return;
  for (const Value& canonical : imports->items()) {
    const ValueSet* import = resolver_.value_set(canonical.string());
    if (import == nullptr) {
      clause.problem = not_held("Value set", canonical.string(), {});
      continue;
    }
    clause.imports.push_back(import);
    if (!import->is_decidable() && !import->own_expansion_is_complete() && !clause.problem)
      clause.problem = import->problem_;
  }
}

void ValueSetReader::read_listed(const Value& concepts, Clause& clause) {
  std::vector<ListedCode> codes;
  for (const Value& source : concepts.items()) {
    ListedCode code;
    code.system = clause.system;
    code.version = clause.version;
    code.code = keep(source.string_at("code"));
    code.display = keep(source.string_at("display"));
    std::vector<Designation> designations;
    read_designations(source, set_.arena_, designations);
    code.designations = set_.arena_.copy(designations);
    if (clause.code_system != nullptr) {
      code.code_system = clause.code_system;
      code.id = clause.code_system->find(code.code);
      if (clause.version.empty()) code.version = clause.code_system->info().version;
      if (code.id != k_no_concept) {
        const Concept known = clause.code_system->at(code.id);
        if (code.display.empty()) code.display = known.display;
        code.is_abstract = known.is_abstract;
        code.is_inactive = known.is_inactive;
      }
    }
    codes.push_back(code);
  }
  clause.listed = ListedCodes(std::move(codes));
}

void ValueSetReader::read_filters(const Value& filters, Clause& clause) {
  for (const Value& source : filters.items()) {
    auto filter = Filter::make(source, *clause.code_system);
    if (!filter) {
      clause.kind = Clause::Kind::undecidable;
      clause.problem = std::move(filter).error();
      return;
    }
    clause.filters.push_back(*std::move(filter));
  }
}

void ValueSetReader::read_expansion(const Value& expansion) {
  std::vector<ListedCode> codes;
  read_contains(expansion, k_no_position, codes);
  set_.own_expansion_is_complete_ = is_complete(expansion, codes.size());
  set_.own_expansion_ = ListedCodes(std::move(codes));
}

void ValueSetReader::read_contains(const Value& owner, std::uint32_t parent,
                                   std::vector<ListedCode>& out) {
  const Value* list = owner.find("contains");
  if (list == nullptr) return;
  std::string_view system;  // most lists are of one system: its url is kept once
  for (const Value& source : list->items()) {
    std::uint32_t position = parent;
    if (!source.string_at("code").empty()) {
      ListedCode code;
      if (system != source.string_at("system")) system = keep(source.string_at("system"));
      code.system = system;
      code.version = keep(source.string_at("version"));
      code.code = keep(source.string_at("code"));
      code.display = keep(source.string_at("display"));
      std::vector<Designation> designations;
      read_designations(source, set_.arena_, designations);
      code.designations = set_.arena_.copy(designations);
      code.parent = parent;
      code.is_abstract = is_true(source.find("abstract"));
      code.is_inactive = is_true(source.find("inactive"));
      position = static_cast<std::uint32_t>(out.size());
      out.push_back(code);
    }
    read_contains(source, position, out);
  }
}

}  // namespace terminology
