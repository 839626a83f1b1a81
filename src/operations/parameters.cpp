// https://hl7.org/fhir/R4/parameters.html, https://hl7.org/fhir/R4/operations.html#request
#include "src/operations/parameters.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "fhir/formats/json_writer.h"

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
  items_.reserve(parameters_.size());
  for (const Value& parameter : parameters_)
    items_.push_back({parameter.string_at("name"), &parameter, value_of(parameter)});
}

const Parameters::Item* Parameters::find(std::string_view name) const {
  for (const Item& item : items_) {
    if (item.name == name) return &item;
  }
  return nullptr;
}

const Value* Parameters::first(std::string_view name) const {
  const Item* item = find(name);
  return item == nullptr ? nullptr : item->parameter;
}

std::vector<const Value*> Parameters::all(std::string_view name) const {
  std::vector<const Value*> found;
  for (const Item& item : items_) {
    if (item.name == name) found.push_back(item.parameter);
  }
  return found;
}

std::string_view Parameters::text(std::string_view name) const {
  const Value* found = value(name);
  return found == nullptr || found->is_null() ? std::string_view{} : found->text();
}

std::vector<std::string_view> Parameters::texts(std::string_view name) const {
  std::vector<std::string_view> found;
  for (const Item& item : items_) {
    if (item.name == name && item.value != nullptr) found.push_back(item.value->text());
  }
  return found;
}

const Value* Parameters::value(std::string_view name) const {
  const Item* item = find(name);
  return item == nullptr ? nullptr : item->value;
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
  if (items_.size() <= k_repeats_max) return {};
  for (std::string_view name : names) {
    const auto count = std::count_if(items_.begin(), items_.end(),
                                     [&](const Item& one) { return one.name == name; });
    if (static_cast<std::size_t>(count) > k_repeats_max)
      return fhir::unexpected(fhir::make_issue(
          fhir::IssueType::too_costly, "The parameter " + std::string(name) +
                                           " is given more than " + std::to_string(k_repeats_max) +
                                           " times"));
  }
  return {};
}

namespace {

constexpr std::string_view k_begin = R"({"resourceType":"Parameters","parameter":[)";
constexpr std::string_view k_name = R"({"name":")", k_value = R"(","value)";
constexpr std::string_view k_quote = "\"", k_next_quote = ",\"", k_colon = "\":";
constexpr std::string_view k_comma = ",", k_end = "}", k_resource = R"(,"resource":)";

/// Grows the text once for all pieces; the size of a constant is known where this is inlined.
template <class... Pieces>
void append_all(std::string& out, const Pieces&... pieces) {
  const std::size_t start = out.size();
  out.resize(start + (pieces.size() + ...));
  char* at = out.data() + start;
  ((pieces.copy(at, pieces.size()), at += pieces.size()), ...);
}

}  // namespace

ParametersWriter::ParametersWriter() {
  text_.reserve(k_usual_bytes);
  text_.append(k_begin);
}

std::string_view ParametersWriter::comma() {
  return k_comma.substr(std::exchange(is_first_, false) ? 1 : 0);
}

void ParametersWriter::open(std::string_view name) {
  append_all(text_, comma(), k_name, name, k_quote);
}

void ParametersWriter::open_value(std::string_view name, std::string_view type) {
  append_all(text_, comma(), k_name, name, k_value, type, k_colon);
}

ParametersWriter& ParametersWriter::text(std::string_view name, std::string_view type,
                                         std::string_view value) {
  if (value.empty()) return *this;
  open_value(name, type);
  fhir::json::append_string(text_, value);
  text_ += '}';
  return *this;
}

ParametersWriter& ParametersWriter::boolean(std::string_view name, bool value) {
  return raw(name, "Boolean", value ? "true" : "false");
}

void ParametersWriter::member(std::string_view name, std::string_view text) {
  if (text.empty()) return;
  append_all(text_, text_.back() == '{' ? k_quote : k_next_quote, name, k_colon);
  fhir::json::append_string(text_, text);
}

ParametersWriter& ParametersWriter::coding(std::string_view name, const fhir::Coding& coding) {
  open_value(name, "Coding");
  text_ += '{';
  member("system", coding.system);
  member("version", coding.version);
  member("code", coding.code);
  member("display", coding.display);
  text_ += "}}";
  return *this;
}

ParametersWriter& ParametersWriter::raw(std::string_view name, std::string_view type,
                                        std::string_view json) {
  open_value(name, type);
  append_all(text_, json, k_end);
  return *this;
}

ParametersWriter& ParametersWriter::resource(std::string_view name, std::string_view json) {
  open(name);
  append_all(text_, k_resource, json, k_end);
  return *this;
}

ParametersWriter& ParametersWriter::begin_parts(std::string_view name) {
  open(name);
  text_ += R"(,"part":[)";
  is_first_ = true;
  return *this;
}

ParametersWriter& ParametersWriter::end_parts() {
  text_ += "]}";
  is_first_ = false;
  return *this;
}

std::string ParametersWriter::finish() {
  text_ += "]}";
  return std::move(text_);
}

}  // namespace server::operations
