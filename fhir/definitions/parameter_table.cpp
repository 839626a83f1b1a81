// https://hl7.org/fhir/R4/searchparameter.html
#include "fhir/definitions/parameter_table.h"

#include <algorithm>
#include <set>

#include "fhir/definitions/search_parameter_reader.h"

namespace fhir::definitions {
namespace {

bool is_before(const SearchParameter* parameter, std::string_view code) {
  return parameter->code < code;
}

std::string_view without_version(std::string_view canonical) {
  return canonical.substr(0, canonical.find('|'));
}

}  // namespace

Result<std::shared_ptr<const ParameterTable>> ParameterTable::make(const DefinitionStore& store) {
  std::shared_ptr<ParameterTable> table(new ParameterTable);
  const auto records = store.records("SearchParameter");
  table->parameters_.reserve(records.size());
  for (const ConformanceRecord& record : records) {
    if (store.record("SearchParameter", record.url) != &record) continue;  // an older version
    FHIR_TRY(parameter, read_search_parameter(record, table->arena_, table->pool_));
    table->append(parameter);
  }
  for (const SearchParameter& parameter : table->parameters_) table->list(parameter, store);
  return std::shared_ptr<const ParameterTable>(std::move(table));
}

std::shared_ptr<const ParameterTable> ParameterTable::over(
    const ParameterTable& base, const DefinitionStore& store,
    std::span<const std::string_view> added_urls) {
  std::shared_ptr<ParameterTable> table(new ParameterTable);
  table->parameters_ = base.parameters_;
  table->parameters_.reserve(base.parameters_.size() + added_urls.size());  // pointers stay
  table->by_url_ = base.by_url_;
  table->of_type_ = base.of_type_;
  for (auto& [type, parameters] : table->of_type_) {
    for (const SearchParameter*& parameter : parameters)
      parameter = table->parameters_.data() + (parameter - base.parameters_.data());
  }
  for (std::string_view url : added_urls) {
    const ConformanceRecord* record = store.record("SearchParameter", url);
    if (record == nullptr) continue;
    auto read = read_search_parameter(*record, table->arena_, table->pool_);
    if (!read) continue;
    if (auto present = table->by_url_.find(url); present != table->by_url_.end()) {
      SearchParameter& replaced = table->parameters_[present->second];
      table->unlist(replaced);
      read->index = replaced.index;
      replaced = *read;
      table->list(replaced, store);
    } else {
      table->append(*read);
      table->list(table->parameters_.back(), store);
    }
  }
  return table;
}

void ParameterTable::append(SearchParameter parameter) {
  parameter.index = static_cast<std::uint32_t>(parameters_.size());
  by_url_[parameter.url] = parameter.index;
  parameters_.push_back(parameter);
}

void ParameterTable::list(const SearchParameter& parameter, const DefinitionStore& store) {
  std::set<std::string_view> names;
  for (std::string_view base : parameter.bases) {
    const TypeSchema* type = store.type(base);
    if (type == nullptr) continue;
    if (!type->is_abstract) {
      if (type->kind == TypeKind::resource) names.insert(type->name);
      continue;
    }
    for (std::string_view name : store.resource_types()) {
      if (store.type(name)->is_a(type)) names.insert(name);
    }
  }
  for (std::string_view name : names) {
    auto& parameters = of_type_[name];
    const auto at =
        std::lower_bound(parameters.begin(), parameters.end(), parameter.code, is_before);
    if (at == parameters.end() || (*at)->code != parameter.code) parameters.insert(at, &parameter);
  }
}

void ParameterTable::unlist(const SearchParameter& parameter) {
  for (auto& [type, parameters] : of_type_) std::erase(parameters, &parameter);
}

std::span<const SearchParameter* const> ParameterTable::of(std::string_view resource_type) const {
  auto found = of_type_.find(resource_type);
  if (found == of_type_.end()) return {};
  return found->second;
}

const SearchParameter* ParameterTable::find(std::string_view resource_type,
                                            std::string_view code) const {
  const auto list = of(resource_type);
  const auto at = std::lower_bound(list.begin(), list.end(), code, is_before);
  return at != list.end() && (*at)->code == code ? *at : nullptr;
}

const SearchParameter* ParameterTable::by_url(std::string_view canonical) const {
  auto found = by_url_.find(without_version(canonical));
  return found != by_url_.end() ? &parameters_[found->second] : nullptr;
}

}  // namespace fhir::definitions
