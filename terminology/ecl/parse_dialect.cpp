// Dialect filters with their acceptabilities.
// https://docs.snomed.org/snomed-ct-specifications/snomed-ct-expression-constraint-language
// (6.8 Dialect filter, Acceptability filter)
#include <utility>

#include "terminology/ecl/metadata.h"
#include "terminology/ecl/parser.h"

namespace terminology::ecl {

fhir::Result<Dialect> Parser::parse_dialect(bool by_id) {
  Dialect dialect;
  dialect.at = in_.at();
  if (by_id) {
    FHIR_TRY(id, in_.take_concept_reference());
    dialect.id = id;
  } else {
    dialect.alias = in_.peek_word();
    if (dialect.alias.empty()) return in_.expected("a dialect like en-gb is expected");
    in_.move_to(in_.at() + dialect.alias.size());
  }
  FHIR_TRY(acceptabilities, parse_acceptabilities());
  dialect.acceptabilities = std::move(acceptabilities);
  return dialect;
}

/// An alias, an expression or a set, and behind it an acceptability for all that have none.
fhir::Result<void> Parser::parse_dialects(Criterion& criterion, bool by_id) {
  bool is_set = in_.is_at("(");
  if (is_set && by_id) {
    Cursor ahead = in_;
    ahead.take("(");
    ahead.skip_space();
    is_set = is_digit(ahead.peek()) && ahead.take_concept_reference().has_value();
    ahead.skip_space();
    is_set = is_set && (is_digit(ahead.peek()) || ahead.is_at("("));
  }
  if (!is_set && by_id) {
    FHIR_TRY(expression, parse_sub_expression_value());
    criterion.expression = std::move(expression);
    Dialect dialect;
    dialect.at = criterion.at;
    FHIR_TRY(acceptabilities, parse_acceptabilities());
    dialect.acceptabilities = std::move(acceptabilities);
    criterion.dialects.push_back(std::move(dialect));
    return {};
  }
  FHIR_CHECK(parse_one_or_set([&]() -> fhir::Result<void> {
    FHIR_TRY(dialect, parse_dialect(by_id));
    criterion.dialects.push_back(std::move(dialect));
    return {};
  }));
  if (!is_set) return {};
  FHIR_TRY(for_all, parse_acceptabilities());
  for (Dialect& dialect : criterion.dialects) {
    if (dialect.acceptabilities.empty()) dialect.acceptabilities = for_all;
  }
  return {};
}

/// Concepts or tokens in brackets; none when no bracket stands here.
fhir::Result<std::vector<SctId>> Parser::parse_acceptabilities() {
  std::vector<SctId> ids;
  const std::size_t before = in_.at();
  in_.skip_space();
  if (!in_.is_at("(")) {
    in_.move_to(before);
    return ids;
  }
  FHIR_CHECK(parse_one_or_set([&]() -> fhir::Result<void> {
    if (in_.take_keyword("prefer") || in_.take_keyword("preferred")) {
      ids.push_back(k_preferred);
    } else if (in_.take_keyword("accept") || in_.take_keyword("acceptable")) {
      ids.push_back(k_acceptable);
    } else if (is_digit(in_.peek())) {
      FHIR_TRY(id, in_.take_concept_reference());
      ids.push_back(id);
    } else {
      return in_.expected("prefer, accept or a concept identifier is expected");
    }
    return {};
  }));
  return ids;
}

}  // namespace terminology::ecl
