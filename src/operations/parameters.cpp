// https://hl7.org/fhir/R4/parameters.html, https://hl7.org/fhir/R4/operations.html#request
#include "src/operations/parameters.h"

#include <algorithm>
#include <charconv>

namespace server::operations {

using fhir::IssueType;
using fhir::make_issue;
using fhir::unexpected;
using fhir::json::Member;
using fhir::json::Value;

constexpr std::size_t k_usual_bytes = 2048;  // of what is written: no growth below it

const Value* value_of(const Value& parameter) {
  for (const Member& member : parameter.members()) {
    if (member.name().starts_with("value")) return &member.value;
  }
  return nullptr;
}

fhir::Coding coding_of(const Value& coding) {
  return {.system = coding.string_at("system"),
          .version = coding.string_at("version"),
          .code = coding.string_at("code"),
          .display = coding.string_at("display")};
}

Parameters::Parameters(const fhir::json::Document* parameters) {
  if (parameters == nullptr) return;
  if (const Value* list = parameters->root().find("parameter")) parameters_ = list->items();
}

const Value* Parameters::first(std::string_view name) const {
  for (const Value& parameter : parameters_) {
    if (parameter.string_at("name") == name) return &parameter;
  }
  return nullptr;
}

std::vector<const Value*> Parameters::all(std::string_view name) const {
  std::vector<const Value*> found;
  for (const Value& parameter : parameters_) {
    if (parameter.string_at("name") == name) found.push_back(&parameter);
  }
  return found;
}

std::string_view Parameters::text(std::string_view name) const {
  const Value* found = value(name);
  return found == nullptr || found->is_null() ? std::string_view{} : found->text();
}

std::vector<std::string_view> Parameters::texts(std::string_view name) const {
  std::vector<std::string_view> found;
  for (const Value* parameter : all(name)) {
    if (const Value* item = value_of(*parameter)) found.push_back(item->text());
  }
  return found;
}

const Value* Parameters::value(std::string_view name) const {
  const Value* parameter = first(name);
  return parameter == nullptr ? nullptr : value_of(*parameter);
}

const Value* Parameters::resource(std::string_view name) const {
  const Value* parameter = first(name);
  return parameter == nullptr ? nullptr : parameter->find("resource");
}

fhir::Result<bool> Parameters::boolean(std::string_view name, bool when_absent) const {
  if (!has(name)) return when_absent;
  const std::string_view given = text(name);
  if (given != "true" && given != "false")
    return unexpected(make_issue(IssueType::value,
                                 "The parameter " + std::string(name) + " must be true or false"));
  return given == "true";
}

fhir::Result<std::optional<std::size_t>> Parameters::count(std::string_view name) const {
  if (!has(name)) return std::optional<std::size_t>{};
  const std::string_view given = text(name);
  std::uint32_t number = 0;
  const auto [end, error] = std::from_chars(given.data(), given.data() + given.size(), number);
  if (error != std::errc{} || end != given.data() + given.size())
    return unexpected(make_issue(
        IssueType::value, "The parameter " + std::string(name) + " must be a whole number from 0"));
  return std::optional<std::size_t>{number};
}

fhir::Result<void> Parameters::refuse(std::initializer_list<std::string_view> names) const {
  for (std::string_view name : names) {
    if (has(name))
      return unexpected(make_issue(IssueType::not_supported,
                                   "The parameter " + std::string(name) + " is not supported yet"));
  }
  return {};
}

fhir::Result<void> Parameters::limit(std::initializer_list<std::string_view> names) const {
  for (std::string_view name : names) {
    const auto count = std::count_if(parameters_.begin(), parameters_.end(), [&](const Value& one) {
      return one.string_at("name") == name;
    });
    if (static_cast<std::size_t>(count) > k_repeats_max)
      return fhir::unexpected(fhir::make_issue(
          fhir::IssueType::too_costly, "The parameter " + std::string(name) +
                                           " is given more than " + std::to_string(k_repeats_max) +
                                           " times"));
  }
  return {};
}

ParametersWriter::ParametersWriter() {
  text_.reserve(k_usual_bytes);
  out_.begin_object().string("resourceType", "Parameters").key("parameter").begin_array();
}

ParametersWriter& ParametersWriter::text(std::string_view name, std::string_view type,
                                         std::string_view value) {
  if (value.empty()) return *this;
  out_.begin_object().string("name", name).string("value" + std::string(type), value).end_object();
  return *this;
}

ParametersWriter& ParametersWriter::boolean(std::string_view name, bool value) {
  out_.begin_object().string("name", name).boolean("valueBoolean", value).end_object();
  return *this;
}

ParametersWriter& ParametersWriter::coding(std::string_view name, const fhir::Coding& coding) {
  out_.begin_object().string("name", name).key("valueCoding").begin_object();
  if (!coding.system.empty()) out_.string("system", coding.system);
  if (!coding.version.empty()) out_.string("version", coding.version);
  if (!coding.code.empty()) out_.string("code", coding.code);
  if (!coding.display.empty()) out_.string("display", coding.display);
  out_.end_object().end_object();
  return *this;
}

ParametersWriter& ParametersWriter::raw(std::string_view name, std::string_view type,
                                        std::string_view json) {
  out_.begin_object().string("name", name).raw("value" + std::string(type), json).end_object();
  return *this;
}

ParametersWriter& ParametersWriter::resource(std::string_view name, std::string_view json) {
  out_.begin_object().string("name", name).raw("resource", json).end_object();
  return *this;
}

ParametersWriter& ParametersWriter::begin_parts(std::string_view name) {
  out_.begin_object().string("name", name).key("part").begin_array();
  return *this;
}

ParametersWriter& ParametersWriter::end_parts() {
  out_.end_array().end_object();
  return *this;
}

std::string ParametersWriter::finish() {
  out_.end_array().end_object();
  return std::move(text_);
}

}  // namespace server::operations
