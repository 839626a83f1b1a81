// https://hl7.org/fhir/R4/fhirpatch.html#concept
#include "fhir/patch/patch_operation.h"

#include <charconv>

#include "fhir/patch/issues.h"
#include "fhir/patch/limits.h"

namespace fhir::patch {
namespace {

using json::Value;

/// The parts of an operation by name.
struct Parts {
  const Value* type = nullptr;
  const Value* path = nullptr;
  const Value* name = nullptr;
  const Value* value = nullptr;
  const Value* index = nullptr;
  const Value* source = nullptr;
  const Value* destination = nullptr;
};

Result<Parts> parts_of(const Value& parameter) {
  Parts parts;
  const Value* list = parameter.find("part");
  if (list == nullptr) return malformed("An operation of a FHIRPath Patch has parts");
  for (const Value& part : list->items()) {
    const std::string_view name = part.string_at("name");
    const Value** place = name == "type"          ? &parts.type
                          : name == "path"        ? &parts.path
                          : name == "name"        ? &parts.name
                          : name == "value"       ? &parts.value
                          : name == "index"       ? &parts.index
                          : name == "source"      ? &parts.source
                          : name == "destination" ? &parts.destination
                                                  : nullptr;
    if (place == nullptr) return malformed("An operation has no part " + quoted(name));
    if (*place != nullptr) return malformed("An operation has two parts " + quoted(name));
    *place = &part;
  }
  return parts;
}

/// The text of a part that holds a primitive, empty when it has none.
std::string_view text_of(const Value* part) {
  if (part == nullptr) return {};
  for (const json::Member& member : part->members()) {
    if (member.name().starts_with("value")) return member.value.text();
  }
  return {};
}

Result<std::size_t> number_of(const Value* part, std::string_view name) {
  const std::string_view text = text_of(part);
  std::size_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size())
    return malformed("The operation needs a whole number, 0 or more, as " + quoted(name));
  return number;
}

Result<OperationType> type_of(std::string_view code) {
  if (code == "add") return OperationType::add;
  if (code == "insert") return OperationType::insert;
  if (code == "delete") return OperationType::remove;
  if (code == "replace") return OperationType::replace;
  if (code == "move") return OperationType::move;
  return malformed("FHIRPath Patch has no operation of type " + quoted(code));
}

Result<Operation> read_operation(const Value& parameter) {
  if (parameter.string_at("name") != "operation")
    return malformed("Each parameter of a FHIRPath Patch is named operation");
  FHIR_TRY(parts, parts_of(parameter));
  Operation out;
  FHIR_TRY(type, type_of(text_of(parts.type)));
  out.type = type;
  out.path = text_of(parts.path);
  if (out.path.empty()) return malformed("The operation has no path");
  out.name = text_of(parts.name);
  if (type == OperationType::add && out.name.empty())
    return malformed("An add operation names the element that it adds");
  out.value = parts.value;
  const bool needs_value = type != OperationType::remove && type != OperationType::move;
  if (needs_value && out.value == nullptr) return malformed("The operation has no value");
  if (type == OperationType::insert) {
    FHIR_TRY(index, number_of(parts.index, "index"));
    out.index = index;
  }
  if (type == OperationType::move) {
    FHIR_TRY(source, number_of(parts.source, "source"));
    FHIR_TRY(destination, number_of(parts.destination, "destination"));
    out.source = source;
    out.destination = destination;
  }
  return out;
}

}  // namespace

Result<std::vector<Operation>> read_operations(const Value& parameters) {
  if (parameters.string_at("resourceType") != "Parameters")
    return malformed("A FHIRPath Patch is a Parameters resource");
  std::vector<Operation> out;
  const Value* list = parameters.find("parameter");
  if (list == nullptr) return out;
  if (list->items().size() > k_operations_max)
    return unexpected(make_issue(IssueType::too_costly, "The patch has too many operations"));
  for (const Value& parameter : list->items()) {
    auto operation = read_operation(parameter);
    if (!operation) {
      Issue issue = std::move(operation).error();
      issue.expression = "Parameters.parameter[" + std::to_string(out.size()) + "]";
      return unexpected(std::move(issue));
    }
    out.push_back(*operation);
  }
  return out;
}

}  // namespace fhir::patch
