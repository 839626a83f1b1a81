// What attributes and fields are compared with: operators, numbers, texts to search for.
#include <utility>

#include "terminology/code_text.h"
#include "terminology/ecl/parser.h"

namespace terminology::ecl {
namespace {

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

}  // namespace

fhir::Result<Comparison> Parser::parse_comparison() {
  if (in_.take("=")) return Comparison::equal;
  if (in_.take("!=") || in_.take("<>")) return Comparison::not_equal;
  if (in_.take("<=")) return Comparison::less_or_equal;
  if (in_.take("<")) return Comparison::less;
  if (in_.take(">=")) return Comparison::greater_or_equal;
  if (in_.take(">")) return Comparison::greater;
  if (in_.take_keyword("not")) {
    in_.skip_space();
    if (in_.take("=")) return Comparison::not_equal;
    return in_.expected("`=` is expected");
  }
  return in_.expected("`=` or another comparison is expected");
}

/// `#`, sign, digits, fraction.
fhir::Result<std::string> Parser::parse_number() {
  in_.take("#");
  const bool is_positive = in_.take("+");
  const std::size_t start = in_.at();
  if (!is_positive) in_.take("-");
  const std::string_view whole = in_.take_digits();
  if (whole.empty() || (whole.size() > 1 && whole[0] == '0'))
    return in_.error("a number is expected", start);
  if (in_.is_at(".") && is_digit(in_.peek(1))) {
    in_.take(".");
    in_.take_digits();
  }
  return std::string(in_.since(start));
}

std::optional<bool> Parser::take_boolean() {
  if (in_.is_at_scheme()) return std::nullopt;
  if (in_.take_keyword("true")) return true;
  if (in_.take_keyword("false")) return false;
  return std::nullopt;
}

/// A quoted text, with or without match: or wild:, or a set of them.
bool Parser::is_at_search_terms() const {
  Cursor ahead = in_;
  if (ahead.take("(")) ahead.skip_space();
  if (ahead.is_at("\"")) return true;
  if (!ahead.take_keyword("match") && !ahead.take_keyword("wild")) return false;
  ahead.skip_space();
  return ahead.is_at(":");
}

fhir::Result<std::vector<SearchTerm>> Parser::parse_search_terms() {
  std::vector<SearchTerm> terms;
  FHIR_CHECK(parse_one_or_set([&]() -> fhir::Result<void> {
    FHIR_TRY(term, parse_search_term());
    terms.push_back(std::move(term));
    return {};
  }));
  return terms;
}

fhir::Result<SearchTerm> Parser::parse_search_term() {
  SearchTerm term;
  if (in_.take_keyword("match"))
    term.kind = SearchTerm::Kind::match;
  else if (in_.take_keyword("wild"))
    term.kind = SearchTerm::Kind::wild;
  if (term.kind != SearchTerm::Kind::unsaid) {
    in_.skip_space();
    if (!in_.take(":")) return in_.expected("`:` is expected");
    in_.skip_space();
  }
  const std::size_t start = in_.at();
  FHIR_TRY(quoted, in_.take_quoted());
  const bool is_wild = term.kind == SearchTerm::Kind::wild;
  std::string part;
  const auto end_part = [&] {
    if (is_wild || !part.empty()) term.parts.push_back(std::exchange(part, {}));
  };
  for (std::size_t i = 0; i < quoted.size(); ++i) {
    char c = quoted[i];
    if (c == '\\') {
      c = quoted[++i];  // there is one: a quoted text does not end in the middle of an escape
      if (c != '"' && c != '\\' && !(is_wild && c == '*'))
        return in_.error("`\\\"` or `\\\\` is expected", start + i);
    } else if (is_wild ? c == '*' : is_space(c)) {
      end_part();
      term.text.push_back(c);
      continue;
    }
    part.push_back(c);
    term.text.push_back(c);
  }
  end_part();
  return term;
}

fhir::Result<std::unique_ptr<SubExpression>> Parser::parse_sub_expression_value() {
  FHIR_TRY(sub, parse_sub_expression());
  return std::make_unique<SubExpression>(std::move(sub));
}

}  // namespace terminology::ecl
