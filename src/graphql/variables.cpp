#include "src/graphql/variables.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "src/graphql/limits.h"

namespace server::graphql {
namespace {

using fhir::IssueType;

Value from_json(const fhir::json::Value& json, Location at) {
  Value out;
  out.at = at;
  out.text = json.text();
  switch (json.kind()) {
    case fhir::json::Kind::null:
      out.text.clear();
      break;
    case fhir::json::Kind::false_:
    case fhir::json::Kind::true_:
      out.kind = ValueKind::boolean;
      break;
    case fhir::json::Kind::number:
      out.kind =
          out.text.find_first_of(".eE") == std::string::npos ? ValueKind::integer : ValueKind::real;
      break;
    case fhir::json::Kind::string:
      out.kind = ValueKind::string;
      break;
    case fhir::json::Kind::array:
      out.kind = ValueKind::list;
      for (const fhir::json::Value& item : json.items()) out.items.push_back(from_json(item, at));
      break;
    case fhir::json::Kind::object:
      out.kind = ValueKind::object;
      for (const fhir::json::Member& member : json.members()) {
        out.names.emplace_back(member.name());
        out.items.push_back(from_json(member.value, at));
      }
      break;
  }
  return out;
}

/// GraphQL's scalars, those of FHIR, and the enumerations of names that arguments take.
bool is_input_type(std::string_view name) {
  constexpr auto k_names = std::to_array<std::string_view>(
      {"Boolean", "Int",          "Float",       "String",   "ID",        "boolean",
       "integer", "unsignedInt",  "positiveInt", "decimal",  "string",    "markdown",
       "code",    "id",           "uri",         "url",      "canonical", "oid",
       "uuid",    "base64Binary", "instant",     "date",     "dateTime",  "time",
       "token",   "reference",    "number",      "quantity", "special",   "ResourceType"});
  return std::find(k_names.begin(), k_names.end(), name) != k_names.end();
}

/// Of a mutation: Patient_Input.
bool is_input_object(std::string_view name) {
  return name.ends_with("Input") && name.front() >= 'A' && name.front() <= 'Z';
}

bool is_of_scalar(std::string_view type, const Value& value) {
  if (type == "Boolean" || type == "boolean") return value.kind == ValueKind::boolean;
  if (type == "Int" || type == "integer" || type == "unsignedInt" || type == "positiveInt")
    return is_int(value);
  if (type == "Float" || type == "decimal")
    return value.kind == ValueKind::integer || value.kind == ValueKind::real;
  if (type == "ID" || type == "id")
    return value.kind == ValueKind::string || value.kind == ValueKind::integer;
  if (type == "String" || type == "string") return value.kind == ValueKind::string;
  return value.is_scalar();  // a search value: a word, a number, true and false
}

/// Makes a value of the type, a list of a single one where that is asked for.
bool coerce(const VariableType& type, Value& value) {
  if (value.kind == ValueKind::null) return !type.non_null;
  if (!type.item.empty()) {
    if (value.kind != ValueKind::list) {
      Value list;
      list.kind = ValueKind::list;
      list.at = value.at;
      list.items.push_back(std::move(value));
      value = std::move(list);
    }
    return std::all_of(value.items.begin(), value.items.end(),
                       [&](Value& item) { return coerce(type.item.front(), item); });
  }
  if (is_input_object(type.name)) return value.kind == ValueKind::object;
  return is_of_scalar(type.name, value);
}

std::string_view innermost(const VariableType& type) {
  return type.item.empty() ? std::string_view(type.name) : innermost(type.item.front());
}

}  // namespace

bool is_int(const Value& value) {
  if (value.kind != ValueKind::integer) return false;
  std::int32_t number = 0;
  const char* end = value.text.data() + value.text.size();
  const auto [at, error] = std::from_chars(value.text.data(), end, number);
  return error == std::errc{} && at == end;
}

const Value* resolved(const Value& value, const Variables& variables) {
  if (value.kind != ValueKind::variable) return &value;
  const auto found = variables.find(value.text);
  return found != variables.end() ? &found->second : nullptr;
}

fhir::Result<Variables, Errors> coerce_variables(const Operation& operation,
                                                 const fhir::json::Value* given) {
  Variables out;
  Errors errors;
  const auto refuse = [&](IssueType type, const VariableDefinition& variable,
                          std::string_view text) {
    if (errors.size() < k_errors_max)
      errors.push_back(
          document_error(type, "Variable $" + variable.name + std::string(text), variable.at));
  };
  std::map<std::string_view, bool> seen;
  for (const VariableDefinition& variable : operation.variables) {
    if (!seen.emplace(variable.name, true).second) {
      refuse(IssueType::invalid, variable, " is declared twice");
      continue;
    }
    if (!is_input_type(innermost(variable.type)) && !is_input_object(innermost(variable.type))) {
      refuse(IssueType::invalid, variable, " is not of a type for input");
      continue;
    }
    std::optional<Value> value;
    if (variable.default_value) {
      value = variable.default_value;
      if (!coerce(variable.type, *value))
        refuse(IssueType::value, variable, " has a default value that is not of its type");
    }
    const fhir::json::Value* sent = given != nullptr ? given->find(variable.name) : nullptr;
    if (sent != nullptr) {
      value = from_json(*sent, variable.at);
      if (!coerce(variable.type, *value))
        refuse(IssueType::value, variable, " was given a value that is not of its type");
    }
    if (value) {
      out.emplace(variable.name, *std::move(value));
    } else if (variable.type.non_null) {
      refuse(IssueType::required, variable, " was given no value");
    }
  }
  if (!errors.empty()) return fhir::unexpected(std::move(errors));
  return out;
}

}  // namespace server::graphql
