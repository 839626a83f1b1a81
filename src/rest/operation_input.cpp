// https://hl7.org/fhir/R4/operations.html#request
#include "src/rest/operation_input.h"

#include <algorithm>
#include <charconv>

#include "fhir/base/arena.h"
#include "fhir/base/date_time.h"
#include "fhir/base/decimal.h"
#include "fhir/formats/json_items.h"
#include "fhir/formats/json_writer.h"
#include "src/rest/context.h"
#include "src/rest/resource_input.h"

namespace server::rest {
namespace {

using fhir::IssueType;
using fhir::json::Member;
using fhir::json::Value;

bool is_whole_number(std::string_view text, std::int64_t least) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc{} && end == text.data() + text.size() && number >= least &&
         number <= 2147483647;
}

/// Whether a text is of the form of a primitive type; true for types that have no form of their
/// own. https://hl7.org/fhir/R4/datatypes.html#primitive
bool has_form(std::string_view type, std::string_view text) {
  if (type == "boolean") return text == "true" || text == "false";
  if (type == "positiveInt") return is_whole_number(text, 1);
  if (type == "unsignedInt") return is_whole_number(text, 0);
  if (type == "integer") return is_whole_number(text, -2147483648LL);
  if (type == "decimal") return fhir::Decimal::parse(text).has_value();
  if (type == "date" || type == "dateTime" || type == "instant") {
    const auto time = fhir::DateTime::parse(text);
    return time && (type != "date" || !time->has_time);
  }
  return !text.empty();
}

bool is_primitive(std::string_view type) {
  return !type.empty() && type.front() >= 'a' && type.front() <= 'z';
}

/// Whether a parameter holds what its type asks for: a resource, or a value.
bool is_of_type(const fhir::DefinitionStore& definitions, std::string_view type,
                const Value& parameter) {
  if (is_primitive(type)) {
    const Value* value = operations::value_of(parameter);
    return value != nullptr && !value->is_object() && has_form(type, value->text());
  }
  const fhir::TypeSchema* schema = definitions.type(type);
  const bool is_resource = schema != nullptr && schema->kind == fhir::TypeKind::resource;
  const Value* held = parameter.find(is_resource ? "resource" : "value" + std::string(type));
  return held != nullptr && held->is_object();
}

fhir::Unexpected<Failure> refuse_repeated(std::string_view name) {
  return refuse(IssueType::invalid,
                "The parameter " + std::string(name) + " is given more than once");
}

/// One parameter of the definition against what was given.
fhir::Result<void, Failure> check_parameter(const fhir::DefinitionStore& definitions,
                                            const Value& wanted,
                                            const operations::Parameters& given) {
  const std::string name(wanted.string_at("name"));
  const std::vector<const Value*> found = given.all(name);
  const Value* least = wanted.find("min");
  if (found.empty()) {
    if (least == nullptr || least->text() == "0") return {};
    return refuse(IssueType::required, "The operation needs the parameter " + name);
  }
  if (wanted.string_at("max") == "1" && found.size() > 1) return refuse_repeated(name);
  const std::string type(wanted.string_at("type"));
  for (const Value* parameter : found) {
    if (!is_of_type(definitions, type, *parameter))
      return refuse(IssueType::value, "The parameter " + name + " takes a value of type " + type);
  }
  return {};
}

/// https://hl7.org/fhir/R4/operationdefinition.html
fhir::Result<void, Failure> check_input(const Call& call, std::string_view definition,
                                        std::initializer_list<std::string_view> also,
                                        const fhir::json::Document& document) {
  const operations::Parameters given(&document);
  const fhir::DefinitionStore& definitions = call.snapshot->definitions();
  std::optional<fhir::json::Document> defined;
  if (const auto* record = definitions.record("OperationDefinition", definition)) {
    REST_TRY(read, fhir::json::Document::read(std::string(record->json)));
    defined = std::move(read);
  }
  std::vector<std::string_view> known(also);
  for (std::string_view name : also) {
    if (given.all(name).size() > 1) return refuse_repeated(name);
  }
  const Value* wanted = defined ? defined->root().find("parameter") : nullptr;
  if (wanted != nullptr) {
    for (const Value& parameter : wanted->items()) {
      if (parameter.string_at("use") != "in") continue;
      FHIR_CHECK(check_parameter(definitions, parameter, given));
      known.push_back(parameter.string_at("name"));
    }
  }
  const Value* list = document.root().find("parameter");
  if (list == nullptr || call.lenient) return {};
  for (const Value& parameter : list->items()) {
    const std::string_view name = parameter.string_at("name");
    if (std::find(known.begin(), known.end(), name) == known.end())
      return refuse(IssueType::not_supported,
                    "The operation has no parameter of the name " + std::string(name));
  }
  return {};
}

constexpr std::size_t k_query_arena_bytes = 1024;

Value string_of(fhir::Arena& arena, std::string_view text) {
  return Value::text_value(fhir::json::Kind::string, arena.copy(text), 0);
}

Member member_of(std::string_view name, const Value& value) {
  return {name.data(), static_cast<std::uint32_t>(name.size()), fhir::name_hash(name), value};
}

/// The tree is made as it would be read, without the text between.
fhir::json::Document parameters_of_query(const Parameters& query) {
  auto arena = std::make_unique<fhir::Arena>(k_query_arena_bytes);
  auto* items = arena->allocate_array<Value>(query.size());
  Value* next = items;
  for (const auto& [name, value] : query) {
    auto* members = arena->allocate_array<Member>(2);
    members[0] = member_of("name", string_of(*arena, name));
    members[1] = member_of("valueString", string_of(*arena, value));
    *next++ = Value::object({members, 2}, 0, false);
  }
  auto* members = arena->allocate_array<Member>(2);
  members[0] = member_of("resourceType", string_of(*arena, "Parameters"));
  members[1] = member_of("parameter", Value::array({items, query.size()}, 0));
  return fhir::json::Document::build(std::move(arena), Value::object({members, 2}, 0, false));
}

}  // namespace

fhir::Unexpected<Failure> refuse(IssueType type, std::string text) {
  return fhir::unexpected(
      failure(fhir::make_issue(fhir::Situation::malformed, type, std::move(text))));
}

fhir::Result<fhir::json::Document, Failure> operation_parameters(const Call& call,
                                                                 const fhir::json::Document* body) {
  if (body == nullptr) return parameters_of_query(call.parameters);
  std::string text;
  fhir::json::Builder out(text);
  out.begin_object().string("resourceType", "Parameters").key("parameter").begin_array();
  if (body->root().string_at("resourceType") == "Parameters") {
    for (const auto& item : fhir::json::items_at(body->root(), "parameter")) out.value(item);
  } else {
    out.begin_object().string("name", "resource").key("resource").value(body->root()).end_object();
  }
  for (const auto& [name, value] : call.parameters)
    out.begin_object().string("name", name).string("valueString", value).end_object();
  out.end_array().end_object();
  REST_TRY(document, fhir::json::Document::read(std::move(text)));
  return std::move(document);
}

fhir::Result<OperationInput, Failure> read_operation_input(
    const Call& call, std::string_view definition, std::initializer_list<std::string_view> also) {
  std::optional<fhir::json::Document> body;
  if (!call.is_get && !call.body.empty()) {
    FHIR_TRY(document, read_body(call));
    body = std::move(document);
  }
  FHIR_TRY(document, operation_parameters(call, body ? &*body : nullptr));
  FHIR_CHECK(check_input(call, definition, also, document));
  return OperationInput{std::move(body), std::move(document)};
}

}  // namespace server::rest
