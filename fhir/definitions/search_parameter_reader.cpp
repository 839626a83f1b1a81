// https://hl7.org/fhir/R4/searchparameter.html https://hl7.org/fhir/R4/compartmentdefinition.html
#include "fhir/definitions/search_parameter_reader.h"

#include <array>
#include <optional>
#include <string>
#include <utility>

namespace fhir::definitions {
namespace {

constexpr std::array<std::pair<std::string_view, SearchParameterType>, 9> k_types = {{
    {"number", SearchParameterType::number},
    {"date", SearchParameterType::date},
    {"string", SearchParameterType::string},
    {"token", SearchParameterType::token},
    {"reference", SearchParameterType::reference},
    {"composite", SearchParameterType::composite},
    {"quantity", SearchParameterType::quantity},
    {"uri", SearchParameterType::uri},
    {"special", SearchParameterType::special},
}};

std::optional<SearchParameterType> type_named(std::string_view name) {
  for (const auto& [known, type] : k_types) {
    if (known == name) return type;
  }
  return std::nullopt;
}

std::span<const std::string_view> texts(const json::Value& owner, std::string_view name,
                                        Arena& arena, StringPool& pool) {
  std::vector<std::string_view> out;
  if (const json::Value* list = owner.find(name)) {
    for (const json::Value& item : list->items()) out.push_back(pool.keep(item.text()));
  }
  return arena.copy(out);
}

}  // namespace

Result<SearchParameter> read_search_parameter(const ConformanceRecord& record, Arena& arena,
                                              StringPool& pool) {
  FHIR_TRY(document, json::Document::read(std::string(record.json)));
  const json::Value& source = document.root();
  const auto type = type_named(source.string_at("type"));
  if (!type)
    return unexpected(make_issue(IssueType::invalid, "SearchParameter " + std::string(record.url) +
                                                         " has no type that R4 knows"));
  SearchParameter parameter;
  parameter.url = pool.keep(record.url);
  parameter.code = pool.keep(source.string_at("code"));
  parameter.description = pool.keep(source.string_at("description"));
  parameter.type = *type;
  parameter.expression = pool.keep(source.string_at("expression"));
  parameter.bases = texts(source, "base", arena, pool);
  parameter.targets = texts(source, "target", arena, pool);
  std::vector<SearchParameter::Component> components;
  if (const json::Value* list = source.find("component")) {
    for (const json::Value& component : list->items())
      components.push_back({pool.keep(component.string_at("definition")),
                            pool.keep(component.string_at("expression"))});
  }
  parameter.components = arena.copy(components);
  return parameter;
}

Result<std::vector<Compartment>> read_compartments(std::span<const ConformanceRecord> records,
                                                   Arena& arena, StringPool& pool) {
  std::vector<Compartment> out;
  for (const ConformanceRecord& record : records) {
    FHIR_TRY(document, json::Document::read(std::string(record.json)));
    Compartment compartment;
    compartment.code = pool.keep(document.root().string_at("code"));
    compartment.url = pool.keep(record.url);
    std::vector<Compartment::Entry> entries;
    if (const json::Value* list = document.root().find("resource")) {
      for (const json::Value& entry : list->items())
        entries.push_back({pool.keep(entry.string_at("code")), texts(entry, "param", arena, pool)});
    }
    compartment.entries = arena.copy(entries);
    out.push_back(compartment);
  }
  return out;
}

}  // namespace fhir::definitions
