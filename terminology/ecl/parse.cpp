// https://github.com/IHTSDO/snomed-expression-constraint-language (syntax/abnf-long.txt)
#include "terminology/ecl/parse.h"

#include <array>
#include <string>
#include <utility>

#include "terminology/ecl/parser.h"

namespace terminology::ecl {
namespace {

// A longer symbol stands before its beginning.
constexpr std::array<std::pair<std::string_view, Operator>, 10> k_symbols = {
    {{"<<!", Operator::child_or_self_of},
     {"<<", Operator::descendant_or_self_of},
     {"<!", Operator::child_of},
     {"<", Operator::descendant_of},
     {">>!", Operator::parent_or_self_of},
     {">>", Operator::ancestor_or_self_of},
     {">!", Operator::parent_of},
     {">", Operator::ancestor_of},
     {"!!>", Operator::top},
     {"!!<", Operator::bottom}}};

constexpr std::array<std::pair<std::string_view, Operator>, 10> k_keywords = {
    {{"childOrSelfOf", Operator::child_or_self_of},
     {"descendantOrSelfOf", Operator::descendant_or_self_of},
     {"childOf", Operator::child_of},
     {"descendantOf", Operator::descendant_of},
     {"parentOrSelfOf", Operator::parent_or_self_of},
     {"ancestorOrSelfOf", Operator::ancestor_or_self_of},
     {"parentOf", Operator::parent_of},
     {"ancestorOf", Operator::ancestor_of},
     {"top", Operator::top},
     {"bottom", Operator::bottom}}};

}  // namespace

fhir::Result<Expression> parse(std::string_view text) {
  FHIR_TRY(cursor, Cursor::make(text));
  return Parser(std::move(cursor)).parse_whole();
}

fhir::Result<Expression> Parser::parse_whole() {
  FHIR_TRY(expression, parse_expression());
  if (!in_.is_at_end())
    return in_.expected(expression.kind == Expression::Kind::single
                            ? "`:`, `.`, AND, OR, MINUS, `{{` or the end is expected"
                            : "the end is expected; brackets tell which operator comes first");
  return expression;
}

/// Up to a `)` or the end.
fhir::Result<Expression> Parser::parse_expression() {
  Expression expression;
  in_.skip_space();
  FHIR_TRY(first, parse_sub_expression());
  expression.operands.push_back(std::move(first));
  in_.skip_space();
  if (in_.take(":")) {
    expression.kind = Expression::Kind::refined;
    in_.skip_space();
    FHIR_TRY(refinement, parse_refinement(Place::outside_group));
    expression.refinement = std::make_unique<Refinement>(std::move(refinement));
  } else if (in_.is_at(".")) {
    expression.kind = Expression::Kind::dotted;
    while (in_.take(".")) {
      in_.skip_space();
      FHIR_TRY(name, parse_sub_expression());
      expression.operands.push_back(std::move(name));
      in_.skip_space();
    }
  } else {
    FHIR_CHECK(parse_compound(expression));
  }
  in_.skip_space();
  return expression;
}

/// "Whenever potential ambiguity in binary operator precedence may occur, round brackets must be
/// used": one kind of operator, and MINUS once.
fhir::Result<void> Parser::parse_compound(Expression& expression) {
  using Kind = Expression::Kind;
  while (true) {
    const std::size_t at = in_.at();
    Kind kind = Kind::single;
    if (in_.take(",") || in_.take_keyword("and"))
      kind = Kind::conjunction;
    else if (in_.take_keyword("or"))
      kind = Kind::disjunction;
    else if (in_.take_keyword("minus"))
      kind = Kind::exclusion;
    if (kind == Kind::single) return {};
    if (expression.kind == Kind::exclusion ||
        (expression.kind != Kind::single && expression.kind != kind))
      return in_.error("brackets are expected around operators that stand beside other operators",
                       at);
    expression.kind = kind;
    in_.skip_space();
    FHIR_TRY(operand, parse_sub_expression());
    expression.operands.push_back(std::move(operand));
    in_.skip_space();
  }
}

fhir::Result<SubExpression> Parser::parse_sub_expression() {
  SubExpression sub;
  sub.at = in_.at();
  FHIR_TRY(op, parse_operator());
  sub.op = op;
  if (in_.take("^") || in_.take_keyword("memberOf")) FHIR_CHECK(parse_member_of(sub));
  FHIR_CHECK(parse_focus(sub));
  FHIR_CHECK(parse_filters(sub));
  return sub;
}

fhir::Result<Operator> Parser::parse_operator() {
  Operator found = Operator::none;
  for (const auto& [symbol, op] : k_symbols) {
    if (found == Operator::none && in_.take(symbol)) found = op;
  }
  if (found == Operator::none && !in_.is_at_scheme()) {
    for (const auto& [keyword, op] : k_keywords) {
      if (found == Operator::none && in_.take_keyword(keyword)) found = op;
    }
  }
  in_.skip_space();
  return found;
}

/// Behind `^`: the fields to give.
fhir::Result<void> Parser::parse_member_of(SubExpression& sub) {
  sub.is_member_of = true;
  in_.skip_space();
  if (!in_.take("[")) return {};
  in_.skip_space();
  if (in_.take("*") || in_.take_keyword("any")) {
    sub.all_fields = true;
  } else {
    do {
      in_.skip_space();
      const std::string_view name = in_.peek_letters();
      if (name.empty()) return in_.expected("the name of a field of a reference set is expected");
      sub.fields.emplace_back(name);
      in_.move_to(in_.at() + name.size());
      in_.skip_space();
    } while (in_.take(","));
  }
  in_.skip_space();
  if (!in_.take("]")) return in_.expected("`]` is expected");
  in_.skip_space();
  return {};
}

fhir::Result<void> Parser::parse_focus(SubExpression& sub) {
  if (is_digit(in_.peek())) {
    FHIR_TRY(id, in_.take_concept_reference());
    sub.id = id;
    return {};
  }
  if (in_.take("(")) {
    FHIR_TRY(nested, parse_expression());
    sub.focus = SubExpression::Focus::nested;
    sub.nested = std::make_unique<Expression>(std::move(nested));
    if (!in_.take(")")) return in_.expected("an operator or `)` is expected");
    return {};
  }
  if (in_.is_at("\"") || in_.is_at_scheme()) return parse_alternate(sub);
  if (in_.take("*") || in_.take_keyword("any")) {
    sub.focus = SubExpression::Focus::any;
    return {};
  }
  return in_.expected(sub.op == Operator::none && !sub.is_member_of
                          ? "an operator, a concept identifier, `*` or `(` is expected"
                          : "a concept identifier, `*`, `^` or `(` is expected");
}

/// scheme#code, scheme#"code", "scheme#code with any character".
fhir::Result<void> Parser::parse_alternate(SubExpression& sub) {
  sub.focus = SubExpression::Focus::alternate;
  const std::size_t start = in_.at();
  if (in_.is_at("\"")) {
    FHIR_TRY(quoted, in_.take_quoted());
    const std::size_t hash = quoted.find('#');
    if (hash == std::string_view::npos || hash == 0 || hash + 1 == quoted.size() ||
        !is_alpha(quoted[0]) || quoted.find('\\') != std::string_view::npos)
      return in_.error("an identifier like `LOINC#54486-6` is expected", start);
    sub.scheme = quoted.substr(0, hash);
    sub.code = quoted.substr(hash + 1);
    return in_.skip_term();
  }
  sub.scheme = in_.peek_word();
  in_.move_to(start + sub.scheme.size() + 1);
  if (in_.is_at("\"")) {
    FHIR_TRY(quoted, in_.take_quoted());
    sub.code = quoted;
  } else {
    for (char c = in_.peek(); is_alpha(c) || is_digit(c) || c == '-' || c == '.' || c == '_';
         c = in_.peek()) {
      sub.code.push_back(c);
      in_.move_to(in_.at() + 1);
    }
  }
  if (sub.code.empty()) return in_.expected("the code of an alternate identifier is expected");
  return in_.skip_term();
}

}  // namespace terminology::ecl
