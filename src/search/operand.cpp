// https://hl7.org/fhir/R4/search.html#prefix
#include "src/search/operand.h"

#include <array>
#include <string>

namespace server::search {
namespace {

using fhir::SearchParameterType;

// In the order of Prefix.
constexpr std::array<std::string_view, 9> k_prefixes = {"eq", "ne", "gt", "lt", "ge",
                                                        "le", "sa", "eb", "ap"};

bool starts_number(char c) { return (c >= '0' && c <= '9') || c == '-' || c == '+' || c == '.'; }

fhir::Result<Operand> parse_missing(std::string_view text) {
  Operand operand;
  operand.missing = text == "true";
  if (!operand.missing && text != "false") return bad_value("`true` or `false`");
  return operand;
}

}  // namespace

fhir::Unexpected<fhir::Issue> bad_value(std::string_view expected) {
  std::string diagnostics = "the value is to be ";
  diagnostics += expected;
  return fhir::unexpected(
      fhir::make_issue(fhir::Situation::malformed, fhir::IssueType::value, std::move(diagnostics)));
}

Prefix take_prefix(std::string_view& text) {
  if (text.size() < 3 || !starts_number(text[2])) return Prefix::eq;
  for (std::size_t i = 0; i < k_prefixes.size(); ++i) {
    if (text.substr(0, 2) == k_prefixes[i]) {
      text.remove_prefix(2);
      return static_cast<Prefix>(i);
    }
  }
  return Prefix::eq;
}

fhir::Result<Operand> parse_operand(const fhir::SearchParameter& parameter, Modifier modifier,
                                    std::string_view text, const OperandContext& context) {
  if (modifier == Modifier::missing) return parse_missing(text);
  if (modifier == Modifier::identifier) return parse_token(text);
  if (modifier == Modifier::of_type) return parse_of_type(text);
  if (modifier == Modifier::in || modifier == Modifier::not_in) return parse_uri(text);
  if (modifier == Modifier::text || modifier == Modifier::text_advanced ||
      modifier == Modifier::code_text) {
    return parse_string(text);
  }
  switch (parameter.type) {
    case SearchParameterType::token:
      return parse_token(text);
    case SearchParameterType::string:
      return parse_string(text);
    case SearchParameterType::date:
      return parse_date(text);
    case SearchParameterType::number:
      return parse_number_operand(text);
    case SearchParameterType::quantity:
      return parse_quantity(text, context);
    case SearchParameterType::reference:
      return parse_reference(parameter, text, context);
    case SearchParameterType::uri:
      return parse_uri(text);
    case SearchParameterType::composite:
      return parse_composite(parameter, text, context);
    case SearchParameterType::special:
      if (is_near(parameter)) return parse_near(text, context);
      break;
  }
  return fhir::unexpected(fhir::make_issue(fhir::Situation::malformed,
                                           fhir::IssueType::not_supported,
                                           "this parameter is not supported yet"));
}

}  // namespace server::search
