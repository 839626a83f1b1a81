#include "src/consent/withheld_criterion.h"

#include <algorithm>
#include <array>
#include <utility>

#include "src/search/value_ranges.h"

namespace server::consent {
namespace {

using fhir::DefinitionStore;
using fhir::SearchParameter;
using fhir::SearchParameterType;
using search::Combination;
using search::Criterion;
using search::Operand;

constexpr std::string_view k_resource_types = "http://hl7.org/fhir/resource-types";
constexpr std::string_view k_structure = "http://hl7.org/fhir/StructureDefinition/";

/// Under which a type tells when what it is about took place; the first that it has.
constexpr auto k_dates = std::to_array<std::string_view>(
    {"date",       "effective",      "effective-time", "onset-date", "recorded-date", "authoredon",
     "authored",   "whenhandedover", "whenprepared",   "period",     "started",       "start",
     "sent",       "created",        "issued",         "recorded",   "collected",     "planneddate",
     "occurrence", "target-date",    "start-date"});

/// Under which it tells what it is about.
constexpr auto k_contents =
    std::to_array<std::string_view>({"code", "vaccine-code", "type", "medication", "product"});

/// Under which it tells whose work it is.
constexpr auto k_authors = std::to_array<std::string_view>(
    {"author", "performer", "recorder", "asserter", "requester", "sender", "source", "creator",
     "enterer", "participant", "practitioner", "provider", "responsibleparty"});

template <std::size_t n>
const SearchParameter* first_of(const std::array<std::string_view, n>& codes,
                                SearchParameterType kind, std::string_view type,
                                const DefinitionStore& definitions) {
  for (const std::string_view code : codes) {
    const SearchParameter* parameter = definitions.search_parameter(type, code);
    if (parameter != nullptr && parameter->type == kind) return parameter;
  }
  return nullptr;
}

/// Resources that a condition names one by one; of more than that one list is made.
constexpr std::size_t k_named_apart_max = 50;

Compiled constant_of(bool value) { return {value, {}}; }
Compiled of(Criterion criterion) { return {std::nullopt, std::move(criterion)}; }

Criterion tokens(const SearchParameter* parameter, const std::vector<Code>& codes) {
  Criterion out;
  out.parameter = parameter;
  out.is_expanded = true;
  for (const Code& code : codes) {
    Operand operand;
    operand.has_system = true;
    operand.system = code.system;
    operand.code = code.code;
    out.alternatives.push_back(std::move(operand));
  }
  return out;
}

Criterion reference_to(const SearchParameter* parameter, const std::string& type,
                       const std::string& id) {
  Criterion out;
  out.parameter = parameter;
  Operand operand;
  operand.type = type;
  operand.id = id;
  out.alternatives.push_back(std::move(operand));
  return out;
}

Criterion one_id(std::string_view type, const std::string& id, const DefinitionStore& definitions) {
  Criterion out;
  out.parameter = definitions.search_parameter(type, "_id");
  out.alternatives.emplace_back();
  out.alternatives.back().code = id;
  return out;
}

Compiled any_criterion(std::vector<Criterion> any) {
  if (any.empty()) return constant_of(false);
  return of(combined(Combination::any, std::move(any)));
}

/// A class is a type, a profile, or the type of a document.
Compiled of_classes(const Condition& condition, std::string_view type,
                    const DefinitionStore& definitions) {
  std::vector<Criterion> any;
  std::vector<Code> documents;
  for (const Code& code : condition.codes) {
    const bool is_type =
        (code.system == k_resource_types || code.system.empty()) && code.code == type;
    const bool is_base = code.code.size() == k_structure.size() + type.size() &&
                         code.code.starts_with(k_structure) && code.code.ends_with(type);
    if (is_type || is_base) return constant_of(true);
    if (code.system == k_resource_types) continue;
    const SearchParameter* profile = definitions.search_parameter(type, "_profile");
    if (code.code.find(':') != std::string::npos && profile != nullptr) {
      Criterion one;
      one.parameter = profile;
      one.alternatives.emplace_back();
      one.alternatives.back().text = code.code;
      any.push_back(std::move(one));
    } else {
      documents.push_back(code);
    }
  }
  const SearchParameter* kind = definitions.search_parameter(type, "type");
  const bool is_document = type == "DocumentReference" || type == "Composition";
  if (is_document && kind != nullptr && !documents.empty()) any.push_back(tokens(kind, documents));
  return any_criterion(std::move(any));
}

void add_references(std::vector<Criterion>& any, const DataReference& data, std::string_view type,
                    const DefinitionStore& definitions, bool is_of_authors) {
  for (const SearchParameter* parameter : definitions.search_parameters_of(type)) {
    if (parameter->type != SearchParameterType::reference) continue;
    if (is_of_authors &&
        std::find(k_authors.begin(), k_authors.end(), parameter->code) == k_authors.end())
      continue;
    any.push_back(reference_to(parameter, data.type, data.id));
  }
}

/// "related: directly on the instance of the resource and instances it refers to"
void add_referred(std::vector<Criterion>& any, const DataReference& data, std::string_view type,
                  const DefinitionStore& definitions) {
  for (const SearchParameter* parameter : definitions.search_parameters_of(data.type)) {
    const bool may_lead_here = parameter->type == SearchParameterType::reference &&
                               (parameter->targets.empty() ||
                                std::find(parameter->targets.begin(), parameter->targets.end(),
                                          type) != parameter->targets.end());
    if (!may_lead_here) continue;
    Criterion one;
    one.parameter = parameter;
    one.target_type = data.type;
    one.reverse_chained = std::make_unique<Criterion>(one_id(data.type, data.id, definitions));
    any.push_back(std::move(one));
  }
}

Compiled of_data(const Condition& condition, std::string_view type,
                 const DefinitionStore& definitions) {
  std::vector<Criterion> any;
  const bool is_of_instances =
      std::all_of(condition.data.begin(), condition.data.end(),
                  [](const DataReference& data) { return data.meaning == Meaning::instance; });
  if (condition.data.size() > k_named_apart_max && is_of_instances) {
    std::vector<std::string> ids;
    for (const DataReference& data : condition.data) {
      if (data.type == type) ids.push_back(data.id);
    }
    if (ids.empty()) return constant_of(false);
    Criterion one;
    one.parameter = definitions.search_parameter(type, "_id");
    one.set = std::make_shared<const search::ResourceSet>(std::string(type), std::move(ids));
    return of(std::move(one));
  }
  for (const DataReference& data : condition.data) {
    if (data.meaning == Meaning::authored_by) {
      add_references(any, data, type, definitions, true);
      continue;
    }
    if (data.type == type) any.push_back(one_id(type, data.id, definitions));
    if (data.meaning == Meaning::related) add_referred(any, data, type, definitions);
    if (data.meaning == Meaning::dependents) add_references(any, data, type, definitions, false);
  }
  return any_criterion(std::move(any));
}

/// Without a date it lies in any period, unless the condition has a mark that it lies in none.
Compiled of_period(const Condition& condition, std::string_view type,
                   const DefinitionStore& definitions) {
  const bool undated_fits = condition.data.empty();
  const SearchParameter* date = first_of(k_dates, SearchParameterType::date, type, definitions);
  if (date == nullptr) return constant_of(undated_fits);
  Criterion within;
  within.parameter = date;
  within.alternatives.emplace_back();
  within.alternatives.back().prefix = search::Prefix::po;
  within.alternatives.back().low = condition.span.low;
  within.alternatives.back().high = condition.span.high;
  if (!undated_fits) return of(std::move(within));
  Criterion missing;
  missing.parameter = date;
  missing.modifier = search::Modifier::missing;
  missing.alternatives.emplace_back();
  missing.alternatives.back().missing = true;
  std::vector<Criterion> any;
  any.push_back(std::move(within));
  any.push_back(std::move(missing));
  return any_criterion(std::move(any));
}

Compiled joined(const Condition& condition, std::string_view type,
                const DefinitionStore& definitions) {
  const bool is_all = condition.kind == Condition::Kind::all;
  std::vector<Criterion> parts;
  for (const Condition& part : condition.parts) {
    Compiled one = compile(part, type, definitions);
    if (one.constant && *one.constant != is_all) return constant_of(!is_all);
    if (!one.constant) parts.push_back(std::move(one.criterion));
  }
  if (parts.empty()) return constant_of(is_all);
  return of(combined(is_all ? Combination::all : Combination::any, std::move(parts)));
}

}  // namespace

Criterion combined(Combination combination, std::vector<Criterion> parts) {
  if (parts.size() == 1 && combination != Combination::negation) return std::move(parts.front());
  Criterion out;
  out.combination = combination;
  out.parts = std::move(parts);
  return out;
}

Compiled compile(const Condition& condition, std::string_view type,
                 const DefinitionStore& definitions) {
  switch (condition.kind) {
    case Condition::Kind::never:
      return constant_of(false);
    case Condition::Kind::always:
      return constant_of(true);
    case Condition::Kind::all:
    case Condition::Kind::any:
      return joined(condition, type, definitions);
    case Condition::Kind::negation: {
      Compiled inner = compile(condition.parts.front(), type, definitions);
      if (inner.constant) return constant_of(!*inner.constant);
      std::vector<Criterion> parts;
      parts.push_back(std::move(inner.criterion));
      return of(combined(Combination::negation, std::move(parts)));
    }
    case Condition::Kind::labels: {
      const SearchParameter* labels = definitions.search_parameter(type, "_security");
      return labels == nullptr ? constant_of(true) : of(tokens(labels, condition.codes));
    }
    case Condition::Kind::classes:
      return of_classes(condition, type, definitions);
    case Condition::Kind::contents: {
      const SearchParameter* content =
          first_of(k_contents, SearchParameterType::token, type, definitions);
      return content == nullptr ? constant_of(false) : of(tokens(content, condition.codes));
    }
    case Condition::Kind::data:
      return of_data(condition, type, definitions);
    case Condition::Kind::period:
      return of_period(condition, type, definitions);
  }
  return constant_of(true);
}

namespace {

/// The parameters by which a resource of the type is in a patient's compartment.
std::vector<const SearchParameter*> links(std::string_view type,
                                          const DefinitionStore& definitions) {
  std::vector<const SearchParameter*> out;
  for (const fhir::Compartment& compartment : definitions.compartments()) {
    if (compartment.code != "Patient") continue;
    for (const auto& entry : compartment.entries) {
      if (entry.resource_type != type) continue;
      for (const std::string_view name : entry.parameters) {
        const SearchParameter* parameter =
            definitions.search_parameter(type, name == "{def}" ? "_id" : name);
        const bool is_usable =
            parameter != nullptr &&
            (name == "{def}" || parameter->type == SearchParameterType::reference);
        if (is_usable) out.push_back(parameter);
      }
    }
  }
  const SearchParameter* patient = definitions.search_parameter(type, "patient");
  if (out.empty() && patient != nullptr && patient->type == SearchParameterType::reference)
    out.push_back(patient);
  const SearchParameter* itself = definitions.search_parameter(type, "_id");
  if (type == "Patient" && std::find(out.begin(), out.end(), itself) == out.end())
    out.push_back(itself);
  return out;
}

}  // namespace

bool is_about_patients(std::string_view type, const DefinitionStore& definitions) {
  return !links(type, definitions).empty();
}

std::optional<Criterion> about(std::shared_ptr<const search::ResourceSet> patients,
                               const std::vector<std::string>& except, std::string_view type,
                               const DefinitionStore& definitions) {
  std::vector<Criterion> any;
  for (const SearchParameter* parameter : links(type, definitions)) {
    Criterion one;
    one.parameter = parameter;
    one.set = patients;
    for (const std::string& id : except) {
      one.alternatives.emplace_back();
      one.alternatives.back().type = "Patient";
      one.alternatives.back().id = id;
    }
    any.push_back(std::move(one));
  }
  if (any.empty()) return std::nullopt;
  return combined(Combination::any, std::move(any));
}

}  // namespace server::consent
