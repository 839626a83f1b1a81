// Attributes, groups of them, and their cardinalities:
// https://docs.snomed.org/snomed-ct-specifications/snomed-ct-expression-constraint-language
// (6.2 Refinements, 6.3 Cardinality, 6.4 Conjunction and disjunction)
#include <charconv>
#include <utility>

#include "terminology/ecl/parser.h"

namespace terminology::ecl {

/// Up to what does not belong to it. "Where a conjunction and disjunction are both used together
/// in a refinement, it is mandatory to use brackets."
fhir::Result<Refinement> Parser::parse_refinement(Place place) {
  FHIR_TRY(first, parse_refinement_part(place));
  Refinement whole = std::move(first);
  bool is_list = false;  // as opposed to a list in brackets
  while (true) {
    in_.skip_space();
    const std::size_t at = in_.at();
    Refinement::Kind kind = Refinement::Kind::attribute;
    if (in_.take(",") || in_.take_keyword("and"))
      kind = Refinement::Kind::conjunction;
    else if (in_.take_keyword("or"))
      kind = Refinement::Kind::disjunction;
    if (kind == Refinement::Kind::attribute) return whole;
    if (!is_list) {
      Refinement list;
      list.kind = kind;
      list.parts.push_back(std::move(whole));
      whole = std::move(list);
      is_list = true;
    } else if (whole.kind != kind) {
      return in_.error("brackets are expected around AND beside OR", at);
    }
    in_.skip_space();
    FHIR_TRY(part, parse_refinement_part(place));
    whole.parts.push_back(std::move(part));
  }
}

/// An attribute, a group, or either or several in brackets.
fhir::Result<Refinement> Parser::parse_refinement_part(Place place) {
  if (is_at_nested_refinement()) {
    in_.take("(");
    in_.skip_space();
    FHIR_TRY(nested, parse_refinement(place));
    in_.skip_space();
    if (!in_.take(")")) return in_.expected("`,`, AND, OR or `)` is expected");
    return nested;
  }
  Cardinality cardinality;
  if (in_.is_at("[")) {
    FHIR_TRY(read, parse_cardinality());
    cardinality = read;
    in_.skip_space();
  }
  if (!in_.is_at("{")) {
    FHIR_TRY(attribute, parse_attribute());
    attribute.cardinality = cardinality;
    return attribute;
  }
  if (place == Place::inside_group)
    return in_.expected("an attribute is expected: no group stands inside a group");
  in_.take("{");
  in_.skip_space();
  Refinement group;
  group.kind = Refinement::Kind::group;
  group.cardinality = cardinality;
  FHIR_TRY(set, parse_refinement(Place::inside_group));
  group.parts.push_back(std::move(set));
  in_.skip_space();
  if (!in_.take("}")) return in_.expected("`,`, AND, OR or `}` is expected");
  return group;
}

/// `(` begins a nested refinement, or an attribute's name: behind the name a comparison follows,
/// perhaps after filters.
bool Parser::is_at_nested_refinement() const {
  if (!in_.is_at("(")) return false;
  Cursor ahead = in_;
  ahead.move_to(in_.behind_matching(in_.at()));
  ahead.skip_space();
  const char c = ahead.peek();
  return !(c == '=' || c == '!' || c == '<' || c == '>' || ahead.is_at("{{") ||
           ahead.take_keyword("not"));
}

/// "[" has been seen.
fhir::Result<Cardinality> Parser::parse_cardinality() {
  const auto number = [&]() -> fhir::Result<std::uint32_t> {
    const std::size_t at = in_.at();
    const std::string_view digits = in_.take_digits();
    std::uint32_t value = 0;
    const auto end = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (digits.empty() || end.ec != std::errc() || (digits.size() > 1 && digits[0] == '0') ||
        value == Cardinality::k_many)
      return in_.error("a whole number is expected", at);
    return value;
  };
  in_.take("[");
  in_.skip_space();
  Cardinality cardinality;
  const std::size_t at = in_.at();
  FHIR_TRY(min, number());
  cardinality.min = min;
  in_.skip_space();
  if (!in_.take("..") && !in_.take_keyword("to")) return in_.expected("`..` is expected");
  in_.skip_space();
  if (!in_.take("*") && !in_.take_keyword("many")) {
    FHIR_TRY(max, number());
    cardinality.max = max;
    if (max < min) return in_.error("the first number is expected to be the smaller one", at);
  }
  in_.skip_space();
  if (!in_.take("]")) return in_.expected("`]` is expected");
  return cardinality;
}

/// `R`, `reverseOf`; `R` may stand right before the digits of the name.
bool Parser::take_reverse_flag() {
  if (in_.is_at_scheme()) return false;
  if (in_.take_keyword("reverseOf") || in_.take_keyword("r")) return true;
  if ((in_.peek() == 'R' || in_.peek() == 'r') && is_digit(in_.peek(1))) {
    in_.move_to(in_.at() + 1);
    return true;
  }
  return false;
}

fhir::Result<Refinement> Parser::parse_attribute() {
  Refinement refinement;
  refinement.attribute = std::make_unique<Attribute>();
  Attribute& attribute = *refinement.attribute;
  attribute.is_reversed = take_reverse_flag();
  in_.skip_space();
  FHIR_TRY(name, parse_sub_expression());
  attribute.name = std::move(name);
  in_.skip_space();
  FHIR_TRY(comparison, parse_comparison());
  attribute.comparison = comparison;
  in_.skip_space();
  FHIR_CHECK(parse_attribute_value(attribute));
  return refinement;
}

fhir::Result<void> Parser::parse_attribute_value(Attribute& attribute) {
  const std::size_t at = in_.at();
  const bool is_equality =
      attribute.comparison == Comparison::equal || attribute.comparison == Comparison::not_equal;
  if (in_.is_at("#")) {
    attribute.kind = Attribute::Value::number;
    FHIR_TRY(number, parse_number());
    attribute.number = std::move(number);
  } else if (!is_equality) {
    return in_.expected("a number like `#5` is expected");
  } else if (is_at_search_terms()) {
    attribute.kind = Attribute::Value::terms;
    FHIR_TRY(terms, parse_search_terms());
    attribute.terms = std::move(terms);
  } else if (const auto flag = take_boolean()) {
    attribute.kind = Attribute::Value::boolean;
    attribute.flag = *flag;
  } else {
    FHIR_TRY(expression, parse_sub_expression_value());
    attribute.expression = std::move(expression);
  }
  if (attribute.is_reversed && attribute.kind != Attribute::Value::expression)
    return in_.error("concepts are expected: only they have attributes to reverse", at);
  return {};
}

}  // namespace terminology::ecl
