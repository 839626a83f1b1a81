// A store of conformance resources written in a test: only records, no schemas.
#pragma once

#include <algorithm>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "fhir/definitions/definition_store.h"

class DefinitionsDouble final : public fhir::DefinitionStore {
 public:
  /// json   each one resource
  static std::shared_ptr<const fhir::DefinitionStore> make(const std::vector<std::string>& json) {
    auto store = std::make_shared<DefinitionsDouble>();
    for (const std::string& text : json) store->add(text);
    return store;
  }

  fhir::Result<std::shared_ptr<const fhir::DefinitionStore>> with(
      std::span<const std::string>) const override {
    return fhir::unexpected(fhir::make_issue(fhir::IssueType::not_supported, "not needed"));
  }
  const fhir::TypeSchema* type(std::string_view) const override { return nullptr; }
  std::span<const fhir::TypeSchema* const> types() const override { return {}; }
  std::span<const std::string_view> resource_types() const override { return {}; }
  const fhir::ExtensionSchema* extension(std::string_view) const override { return nullptr; }
  std::span<const std::string_view> constraint_expressions() const override { return {}; }
  std::span<const std::string_view> bound_value_sets() const override { return {}; }
  std::span<const fhir::SearchParameter> search_parameters() const override { return {}; }
  std::span<const fhir::SearchParameter* const> search_parameters_of(
      std::string_view) const override {
    return {};
  }
  const fhir::SearchParameter* search_parameter(std::string_view, std::string_view) const override {
    return nullptr;
  }
  const fhir::SearchParameter* search_parameter_by_url(std::string_view) const override {
    return nullptr;
  }
  std::span<const fhir::Compartment> compartments() const override { return {}; }

  std::span<const fhir::ConformanceRecord> records(std::string_view type) const override {
    for (const auto& [name, list] : records_) {
      if (name == type) return list;
    }
    return {};
  }

  const fhir::ConformanceRecord* record(std::string_view type,
                                        std::string_view canonical) const override {
    const std::size_t bar = std::min(canonical.find('|'), canonical.size());
    const std::string_view url = canonical.substr(0, bar);
    const std::string_view version = bar < canonical.size() ? canonical.substr(bar + 1) : "";
    const fhir::ConformanceRecord* newest = nullptr;
    for (const fhir::ConformanceRecord& record : records(type)) {
      if (record.url != url || (!version.empty() && record.version != version)) continue;
      if (newest == nullptr || newest->version < record.version) newest = &record;
    }
    return newest;
  }

 private:
  void add(const std::string& text) {
    auto document = fhir::json::Document::read(text);
    const fhir::json::Value& root = document.value().root();
    const auto keep = [&](std::string_view part) -> std::string_view {
      return texts_.emplace_back(part);
    };
    const fhir::ConformanceRecord record{keep(root.string_at("resourceType")),
                                         keep(root.string_at("id")), keep(root.string_at("url")),
                                         keep(root.string_at("version")), keep(text)};
    for (auto& [name, list] : records_) {
      if (name == record.type) return list.push_back(record);
    }
    records_.emplace_back(std::string(record.type), std::vector{record});
  }

  std::deque<std::string> texts_;
  std::vector<std::pair<std::string, std::vector<fhir::ConformanceRecord>>> records_;
};
