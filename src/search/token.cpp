// Tokens: `code`, `system|code`, `|code`, `system|`. https://hl7.org/fhir/R4/search.html#token
#include "src/search/escape.h"
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
    add_pair(value, "code", parameter, rows);
  } else if (type == "CodeableConcept") {
    fhir::for_each_child_named(value, "coding", fhir::name_hash("coding"),
                               [&](const fhir::Element& coding) {
                                 add_pair(coding, "code", parameter, rows);
                                 return true;
                               });
  } else if (type == "Identifier") {
    add_pair(value, "value", parameter, rows);
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

}  // namespace server::search
