// https://hl7.org/fhir/R4/valueset-definitions.html#ValueSet.compose
// https://hl7.org/fhir/R4/valueset-definitions.html#ValueSet.expansion
#include "terminology/value_set_reader.h"

#include <charconv>
#include <string>
#include <utility>

#include "terminology/concept_extensions.h"
#include "terminology/designation_reader.h"
#include "terminology/import_depth.h"
#include "terminology/tx_issue.h"

namespace terminology {
namespace {

using fhir::Issue;
using fhir::IssueType;
using fhir::make_issue;
using fhir::json::Value;

constexpr std::string_view k_supplement =
    "http://hl7.org/fhir/StructureDefinition/valueset-supplement";
constexpr std::string_view k_parameter =
    "http://hl7.org/fhir/StructureDefinition/valueset-expansion-parameter";
constexpr std::string_view k_deprecated =
    "http://hl7.org/fhir/StructureDefinition/valueset-deprecated";
constexpr int k_contained_depth_max = 4;

Issue value_set_not_held(std::string_view canonical) {
  return tx_failure(IssueType::not_found, "not-found", "Unable_to_resolve_value_Set_",
                    "A definition for the value Set " + quoted(canonical) + " could not be found");
}

Issue part_of_itself(std::string_view canonical) {
  return tx_failure(IssueType::processing, "vs-invalid", "VALUESET_CIRCULAR_REFERENCE",
                    "Cyclic reference: the value set " + quoted(canonical) + " is part of itself");
}

Issue too_heavy() {
  return make_issue(IssueType::too_costly, "A value set has at most " +
                                               std::to_string(k_clauses_max) +
                                               " includes and excludes, those of the value sets "
                                               "that it imports counted");
}

Issue too_deep() {
  return make_issue(IssueType::too_costly, "At most " + std::to_string(k_import_depth_max) +
                                               " value sets may import one another in a row");
}

Issue code_system_not_held(std::string_view url, std::string_view version,
                           const std::vector<std::string_view>& versions) {
  std::string text = "A definition for CodeSystem " + quoted(url);
  if (versions.empty() || version.empty())
    return tx_failure(IssueType::not_found, "not-found", "UNKNOWN_CODESYSTEM_EXP",
                      text + " could not be found, so the value set cannot be expanded");
  text += " version " + quoted(version);
  return tx_failure(IssueType::not_found, "not-found", "UNKNOWN_CODESYSTEM_VERSION_EXP",
                    text +
                        " could not be found, so the value set cannot be expanded. Valid "
                        "versions: " +
                        in_words(versions));
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
  reader.read_resource(resource, own);
  return set;
}

void ValueSetReader::read_resource(const Value& resource, OwnExpansion own) {
  resource_ = &resource;
  read_info(resource);
  read_supplements(resource);
  const Value* compose = resource.find("compose");
  if (compose != nullptr) read_compose(*compose);
  if (set_.includes_.empty() && !set_.problem_)
    set_.problem_ = make_issue(IssueType::required, "The value set has no compose.include");
  const Value* expansion = resource.find("expansion");
  if (set_.problem_ && expansion != nullptr && own == OwnExpansion::if_needed)
    read_expansion(*expansion);
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
                .status = keep(resource.string_at("status")),
                .standards_status = keep(standards_status_of(resource)),
                .language = keep(resource.string_at("language")),
                .is_experimental = is_true(resource.find("experimental"))};
}

void ValueSetReader::read_supplements(const Value& resource) {
  const Value* extensions = resource.find("extension");
  if (extensions == nullptr) return;
  for (const Value& extension : extensions->items()) {
    if (extension.string_at("url") != k_supplement) continue;
    if (const Value* canonical = value_of_extension(extension))
      set_.supplements_.push_back(keep(canonical->string()));
  }
}

void ValueSetReader::read_expansion_parameters(const Value& compose) {
  const Value* extensions = compose.find("extension");
  if (extensions == nullptr) return;
  for (const Value& extension : extensions->items()) {
    if (extension.string_at("url") != k_parameter) continue;
    const Value* name = extension_of(extension, "name");
    const Value* value = extension_of(extension, "value");
    if (name == nullptr || value == nullptr) continue;
    name = value_of_extension(*name);
    value = value_of_extension(*value);
    if (name != nullptr && value != nullptr)
      set_.parameters_.push_back({keep(name->text()), keep(value->text())});
  }
}

void ValueSetReader::read_compose(const Value& compose) {
  read_expansion_parameters(compose);
  if (const Value* inactive = compose.find("inactive"))
    set_.excludes_inactive_ = inactive->text() == "false";
  const auto read_all = [&](std::string_view name, std::vector<Clause>& out) {
    const Value* sources = compose.find(name);
    if (sources == nullptr) return;
    std::size_t index = 0;
    for (const Value& source : sources->items()) {
      ++set_.weight_;
      if (is_too_heavy()) {
        Clause& rest = out.emplace_back();
        rest.problem = too_heavy();
        rest.lack = Lack::sense;
        return;
      }
      out.push_back(read_clause(
          source, "ValueSet.compose." + std::string(name) + "[" + std::to_string(index++) + "]"));
    }
  };
  read_all("include", set_.includes_);
  read_all("exclude", set_.excludes_);
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

Clause ValueSetReader::read_clause(const Value& source, const std::string& path) {
  Clause clause;
  clause.system = keep(source.string_at("system"));
  clause.version = keep(source.string_at("version"));
  read_imports(source, clause);
  if (clause.system.empty()) {
    if (clause.imports.empty() && !clause.problem) {
      clause.problem = make_issue(IssueType::required, "An include needs a system or a value set");
      clause.lack = Lack::sense;
    }
    return clause;
  }
  choose_system(clause);
  const Value* concepts = source.find("concept");
  const Value* filters = source.find("filter");
  if (concepts != nullptr && !concepts->items().empty()) {
    clause.kind = Clause::Kind::listed;
    read_listed(*concepts, clause);
  } else if (clause.code_system == nullptr) {
    clause.kind = Clause::Kind::undecidable;
    const auto versions = resolver_.versions_of(clause.system);
    clause.problem = code_system_not_held(clause.system, clause.wanted, versions);
    clause.lack = versions.empty() || clause.wanted.empty() ? Lack::code_system : Lack::version;
    clause.lacking = clause.system;
  } else if (filters != nullptr && !filters->items().empty()) {
    clause.kind = Clause::Kind::filtered;
    read_filters(*filters, clause, path);
  } else {
    clause.kind = Clause::Kind::whole;
  }
  return clause;
}

void ValueSetReader::choose_system(Clause& clause) {
  const ChosenSystem chosen = resolver_.choose(clause.system, clause.version);
  clause.code_system = chosen.system;
  clause.wanted = keep(chosen.wanted);
}

void ValueSetReader::read_imports(const Value& source, Clause& clause) {
  const Value* imports = source.find("valueSet");
  if (imports == nullptr) return;
  for (const Value& canonical : imports->items()) {
    const ValueSet* import = import_of(canonical.string(), clause);
    if (import == nullptr) continue;
    set_.weight_ += import->weight_;
    if (is_too_heavy()) {
      clause.problem = too_heavy();
      clause.lack = Lack::sense;
      return;
    }
    clause.imports.push_back(import);
    if (import->is_decidable() || import->own_expansion_is_complete() || clause.problem) continue;
    clause.problem = import->problem_;
    for (const Clause& inner : import->includes()) {
      if (clause.lack != Lack::nothing) break;
      clause.lack = inner.lack;
      clause.lacking = inner.lacking;
    }
  }
}

/// Null when it is not held, which makes the clause undecidable.
const ValueSet* ValueSetReader::import_of(std::string_view canonical, Clause& clause) {
  const bool is_inside = canonical.starts_with('#');
  const ValueSet* import =
      is_inside ? contained(canonical.substr(1)) : resolver_.value_set(canonical);
  if (import != nullptr) return import;
  clause.lacking = keep(canonical);
  if (!is_inside && resolver_.is_being_read(canonical)) {
    clause.problem = part_of_itself(canonical);
    clause.lack = Lack::end_of_cycle;
  } else if (resolver_.is_too_deep()) {
    clause.problem = too_deep();
    clause.lack = Lack::sense;
  } else {
    clause.problem = value_set_not_held(resolver_.full_canonical(canonical));
    clause.lack = Lack::value_set;
  }
  return nullptr;
}

const ValueSet* ValueSetReader::contained(std::string_view id) {
  const Value* list = resource_->find("contained");
  if (list == nullptr || depth_ == k_contained_depth_max) return nullptr;
  for (const Value& resource : list->items()) {
    if (resource.string_at("resourceType") != "ValueSet" || resource.string_at("id") != id)
      continue;
    std::unique_ptr<ValueSet> set(new ValueSet);
    ValueSetReader reader(*set, resolver_);
    reader.depth_ = depth_ + 1;
    reader.read_resource(resource, OwnExpansion::if_needed);
    set->info_.is_contained = true;
    return set_.contained_.emplace_back(std::move(set)).get();
  }
  return nullptr;
}

void ValueSetReader::read_listed(const Value& concepts, Clause& clause) {
  std::vector<ListedCode> codes;
  for (const Value& source : concepts.items()) codes.push_back(read_listed_code(source, clause));
  clause.listed = ListedCodes(std::move(codes));
}

ListedCode ValueSetReader::read_listed_code(const Value& source, const Clause& clause) {
  ListedCode code;
  code.system = clause.system;
  code.version = clause.version;
  code.code = keep(source.string_at("code"));
  code.own_display = keep(source.string_at("display"));
  code.display = code.own_display;
  std::vector<Designation> designations;
  read_designations(source, set_.arena_, designations);
  code.designations = set_.arena_.copy(designations);
  std::vector<Property> properties;
  read_extension_properties(source, set_.arena_, properties);
  code.properties = set_.arena_.copy(properties);
  code.extensions = keep(carried_extensions(source));
  const Value* deprecated = extension_of(source, k_deprecated);
  if (deprecated != nullptr) deprecated = value_of_extension(*deprecated);
  code.is_deprecated = (deprecated != nullptr && deprecated->text() == "true") ||
                       standards_status_of(source) == "deprecated";
  if (clause.code_system == nullptr) return code;
  code.code_system = clause.code_system;
  code.id = clause.code_system->find(code.code);
  code.version = clause.code_system->info().version;
  if (code.id == k_no_concept) return code;
  const Concept known = clause.code_system->at(code.id);
  if (code.display.empty()) code.display = known.display;
  code.is_abstract = known.is_abstract;
  code.is_inactive = known.is_inactive;
  return code;
}

void ValueSetReader::read_filters(const Value& filters, Clause& clause, const std::string& path) {
  if (filters.items().size() > k_filters_max) {
    clause.kind = Clause::Kind::undecidable;
    clause.problem =
        make_issue(IssueType::too_costly,
                   "An include has at most " + std::to_string(k_filters_max) + " filters");
    clause.problem->expression = path + ".filter";
    clause.lack = Lack::sense;
    return;
  }
  std::size_t index = 0;
  for (const Value& source : filters.items()) {
    auto filter = Filter::make(source, *clause.code_system);
    if (!filter) {
      clause.kind = Clause::Kind::undecidable;
      clause.problem = std::move(filter).error();
      clause.problem->expression = path + ".filter[" + std::to_string(index) + "]";
      clause.lack = Lack::sense;
      return;
    }
    clause.filters.push_back(*std::move(filter));
    ++index;
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
      code.own_display = keep(source.string_at("display"));
      code.display = code.own_display;
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
