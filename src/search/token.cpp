// Tokens: `code`, `system|code`, `|code`, `system|`. https://hl7.org/fhir/R4/search.html#token
#include "src/search/escape.h"
#include "src/search/fold.h"
#include "src/search/index_value.h"
#include "src/search/operand.h"

namespace server::search {
namespace {

void add(std::string_view system, std::string_view code, Parameter parameter, IndexRows& rows) {
  if (system.empty() && code.empty()) return;
  rows.tokens.push_back({parameter, std::string(system), std::string(code)});
}

void add_pair(const fhir::Element& value, std::string_view code_name, Parameter parameter,
              IndexRows& rows) {
  if (value.value == nullptr) return;
  add(value.value->string_at("system"), value.value->string_at(code_name), parameter, rows);
}

void add_text(std::string_view text, Parameter parameter, IndexRows& rows) {
  if (text.empty()) return;
  std::string folded = fold_string(text);
  if (!folded.empty()) rows.texts.push_back({parameter, std::move(folded)});
}

void add_coding(const fhir::Element& coding, Parameter parameter, IndexRows& rows) {
  if (coding.value == nullptr) return;
  add_pair(coding, "code", parameter, rows);
  add_text(coding.value->string_at("display"), parameter, rows);
}

template <class Visit>
void for_each_coding(const fhir::Element& concept_, Visit&& visit) {
  fhir::for_each_child_named(concept_, "coding", fhir::name_hash("coding"),
                             [&](const fhir::Element& coding) {
                               visit(coding);
                               return true;
                             });
}

// "searches the text associated with the code/value: CodeableConcept.text, Coding.display, or
// Identifier.type.text"; and value and type together, for :of-type.
void add_identifier(const fhir::Element& identifier, Parameter parameter, IndexRows& rows) {
  add_pair(identifier, "value", parameter, rows);
  if (identifier.value == nullptr || parameter->type != fhir::SearchParameterType::token) return;
  const fhir::Element type = fhir::child(identifier, "type");
  if (type.value == nullptr) return;
  add_text(type.value->string_at("text"), parameter, rows);
  const std::string_view number = identifier.value->string_at("value");
  if (number.empty()) return;
  for_each_coding(type, [&](const fhir::Element& coding) {
    if (coding.value == nullptr || coding.value->string_at("code").empty()) return;
    rows.composites.push_back({parameter,
                               {{{}, std::string(number)},
                                {std::string(coding.value->string_at("system")),
                                 std::string(coding.value->string_at("code"))}}});
  });
}

}  // namespace

void index_token(const fhir::Element& value, Parameter parameter, const IndexContext& context,
                 IndexRows& rows) {
  if (value.type == nullptr) return;
  const std::string_view type = value.type->name;
  if (value.is_primitive()) {
    if (!value.has_value()) return;
    const bool is_code =
        value.type->primitive == fhir::Primitive::code && value.definition != nullptr;
    add(is_code ? context.code_systems.of(value.definition->binding) : std::string_view{},
        value.text(), parameter, rows);
  } else if (type == "Coding") {
    add_coding(value, parameter, rows);
  } else if (type == "CodeableConcept") {
    for_each_coding(value,
                    [&](const fhir::Element& coding) { add_coding(coding, parameter, rows); });
    if (value.value != nullptr) add_text(value.value->string_at("text"), parameter, rows);
  } else if (type == "Identifier") {
    add_identifier(value, parameter, rows);
  } else if (type == "ContactPoint") {
    add({}, value.value != nullptr ? value.value->string_at("value") : std::string_view{},
        parameter, rows);
  }
}

fhir::Result<Operand> parse_token(std::string_view text) {
  Operand operand;
  const std::size_t bar = find_unescaped(text, '|');
  if (bar == std::string_view::npos) {
    operand.code = unescape(text);
  } else {
    operand.has_system = true;
    operand.system = unescape(text.substr(0, bar));
    operand.code = unescape(text.substr(bar + 1));
    if (find_unescaped(text.substr(bar + 1), '|') != std::string_view::npos) {
      return bad_value("`code`, `system|code`, `|code` or `system|`");
    }
  }
  if (operand.code.empty() && operand.system.empty()) {
    return bad_value("`code`, `system|code`, `|code` or `system|`");
  }
  return operand;
}

// :of-type, "[system]|[code]|[value] … all three parts must be present".
fhir::Result<Operand> parse_of_type(std::string_view text) {
  const std::vector<std::string_view> parts = split_escaped(text, '|');
  if (parts.size() != 3 || parts[1].empty() || parts[2].empty()) {
    return bad_value("`system|code|value`: a coding of the identifier's type, and its value");
  }
  Operand operand;
  operand.has_system = true;
  operand.system = unescape(parts[0]);
  operand.code = unescape(parts[1]);
  operand.text = unescape(parts[2]);
  return operand;
}

}  // namespace server::search
