// Filters on descriptions, concepts and members, and history supplements.
// https://docs.snomed.org/snomed-ct-specifications/snomed-ct-expression-constraint-language
// (6.8 to 6.11)
#include <array>
#include <charconv>
#include <utility>

#include "terminology/code_text.h"
#include "terminology/ecl/metadata.h"
#include "terminology/ecl/parser.h"

namespace terminology::ecl {
namespace {

using Kind = Criterion::Kind;

struct Keyword {
  std::string_view name;
  Kind kind;
  Filter::Kind filter;  // it belongs to
};

constexpr std::array<Keyword, 15> k_keywords = {
    {{"term", Kind::term, Filter::Kind::description},
     {"language", Kind::language, Filter::Kind::description},
     {"typeId", Kind::type, Filter::Kind::description},
     {"type", Kind::type, Filter::Kind::description},
     {"dialectId", Kind::dialect, Filter::Kind::description},
     {"dialect", Kind::dialect, Filter::Kind::description},
     {"id", Kind::description_id, Filter::Kind::description},
     {"moduleId", Kind::module, Filter::Kind::description},
     {"effectiveTime", Kind::effective_time, Filter::Kind::description},
     {"active", Kind::active, Filter::Kind::description},
     {"definitionStatusId", Kind::definition_status, Filter::Kind::of_concept},
     {"definitionStatus", Kind::definition_status, Filter::Kind::of_concept},
     {"moduleId", Kind::module, Filter::Kind::of_concept},
     {"effectiveTime", Kind::effective_time, Filter::Kind::of_concept},
     {"active", Kind::active, Filter::Kind::of_concept}}};

const Keyword* find_keyword(std::string_view word, Filter::Kind kind) {
  for (const Keyword& keyword : k_keywords) {
    if (keyword.filter == kind && equals_ignoring_case(keyword.name, word)) return &keyword;
  }
  return nullptr;
}

struct Token {
  Kind kind;
  std::string_view name;
  SctId id;
};

constexpr std::array<Token, 8> k_tokens = {
    {{Kind::type, "syn", k_synonym},
     {Kind::type, "synonym", k_synonym},
     {Kind::type, "fsn", k_fully_specified_name},
     {Kind::type, "fullySpecifiedName", k_fully_specified_name},
     {Kind::type, "def", k_definition},
     {Kind::type, "definition", k_definition},
     {Kind::definition_status, "primitive", k_primitive},
     {Kind::definition_status, "defined", k_defined}}};

}  // namespace

/// What stands behind a focus: member filters, then others, then a history supplement.
fhir::Result<void> Parser::parse_filters(SubExpression& sub) {
  while (true) {
    const std::size_t before = in_.at();
    in_.skip_space();
    if (!in_.is_at("{{")) {
      in_.move_to(before);
      return {};
    }
    if (sub.history) return in_.expected("no filter is expected behind a history supplement");
    const std::size_t at = in_.at();
    in_.take("{{");
    in_.skip_space();
    if (in_.take("+")) {
      FHIR_TRY(history, parse_history());
      sub.history = std::move(history);
    } else {
      FHIR_TRY(filter, parse_filter());
      if (filter.kind == Filter::Kind::member && !sub.is_member_of)
        return in_.error("`^` is expected before what a member filter is for", at);
      if (filter.kind == Filter::Kind::member && !sub.filters.empty() &&
          sub.filters.back().kind != Filter::Kind::member)
        return in_.error("member filters are expected before other filters", at);
      sub.filters.push_back(std::move(filter));
    }
    in_.skip_space();
    if (!in_.take("}}")) return in_.expected("`,` or `}}` is expected");
  }
}

fhir::Result<HistorySupplement> Parser::parse_history() {
  using Profile = HistorySupplement::Profile;
  HistorySupplement history;
  in_.skip_space();
  if (!equals_ignoring_case(in_.peek_letters(), "history"))
    return in_.expected("HISTORY is expected");
  in_.move_to(in_.at() + 7);
  if (in_.take("-") || in_.take("_")) {
    if (in_.take_keyword("min"))
      history.profile = Profile::minimum;
    else if (in_.take_keyword("mod"))
      history.profile = Profile::moderate;
    else if (in_.take_keyword("max"))
      history.profile = Profile::maximum;
    else
      return in_.expected("MIN, MOD or MAX is expected");
    return history;
  }
  in_.skip_space();
  if (!in_.take("(")) return history;
  history.profile = Profile::subset;
  FHIR_TRY(subset, parse_expression());
  history.subset = std::make_unique<Expression>(std::move(subset));
  if (!in_.take(")")) return in_.expected("an operator or `)` is expected");
  return history;
}

fhir::Result<Filter> Parser::parse_filter() {
  Filter filter;
  FHIR_TRY(kind, parse_filter_kind());
  filter.kind = kind;
  do {
    in_.skip_space();
    FHIR_TRY(criterion, parse_criterion(filter.kind));
    filter.criteria.push_back(std::move(criterion));
    in_.skip_space();
  } while (in_.take(","));
  return filter;
}

/// D, C or M; nothing is D. White space behind the letter may be absent.
fhir::Result<Filter::Kind> Parser::parse_filter_kind() {
  const std::string_view word = in_.peek_letters();
  if (find_keyword(word, Filter::Kind::description) != nullptr) return Filter::Kind::description;
  const std::string_view rest = word.empty() ? word : word.substr(1);
  Filter::Kind kind = Filter::Kind::description;
  switch (word.empty() ? '\0' : lower(word[0])) {
    case 'd':
      break;
    case 'c':
      kind = Filter::Kind::of_concept;
      break;
    case 'm':
      kind = Filter::Kind::member;
      break;
    default:
      return in_.expected("C, D, M, `+` or the name of a description's filter is expected");
  }
  if (rest.empty() || find_keyword(rest, kind) != nullptr) {
    in_.move_to(in_.at() + 1);
    return kind;
  }
  return in_.expected("C, D, M, `+` or the name of a description's filter is expected");
}

fhir::Result<Criterion> Parser::parse_criterion(Filter::Kind kind) {
  Criterion criterion;
  criterion.at = in_.at();
  const std::string_view word = in_.peek_letters();
  // Members share three keywords with concepts; every other word is a field of theirs.
  const Keyword* keyword =
      find_keyword(word, kind == Filter::Kind::member ? Filter::Kind::of_concept : kind);
  if (kind == Filter::Kind::member && keyword != nullptr &&
      keyword->kind == Kind::definition_status)
    keyword = nullptr;
  if (word.empty() || (keyword == nullptr && kind != Filter::Kind::member)) {
    switch (kind) {
      case Filter::Kind::description:
        return in_.expected(
            "term, language, type, typeId, dialect, dialectId, moduleId, effectiveTime, active or "
            "id "
            "is expected");
      case Filter::Kind::of_concept:
        return in_.expected(
            "definitionStatus, definitionStatusId, moduleId, effectiveTime or active is expected");
      case Filter::Kind::member:
        return in_.expected("the name of a field of a reference set is expected");
    }
  }
  in_.move_to(in_.at() + word.size());
  in_.skip_space();
  const std::size_t comparison_at = in_.at();
  FHIR_TRY(comparison, parse_comparison());
  criterion.comparison = comparison;
  in_.skip_space();
  criterion.kind = keyword != nullptr ? keyword->kind : Kind::field;
  const bool is_equality = comparison == Comparison::equal || comparison == Comparison::not_equal;
  if (!is_equality && criterion.kind != Kind::effective_time && criterion.kind != Kind::field)
    return in_.error("`=` or `!=` is expected", comparison_at);
  const bool by_id = word.size() > 2 && equals_ignoring_case(word.substr(word.size() - 2), "id");
  switch (criterion.kind) {
    case Kind::term: {
      FHIR_TRY(terms, parse_search_terms());
      for (const SearchTerm& term : terms) {
        if (term.parts.empty() || term.text.empty())
          return in_.error("a word to search for is expected", criterion.at);
      }
      criterion.terms = std::move(terms);
      break;
    }
    case Kind::language:
      FHIR_CHECK(parse_languages(criterion));
      break;
    case Kind::type:
    case Kind::definition_status:
      FHIR_CHECK(by_id ? parse_concepts(criterion) : parse_tokens(criterion));
      break;
    case Kind::dialect:
      FHIR_CHECK(parse_dialects(criterion, by_id));
      break;
    case Kind::module:
      FHIR_CHECK(parse_concepts(criterion));
      break;
    case Kind::effective_time:
      FHIR_CHECK(parse_times(criterion));
      break;
    case Kind::active:
      FHIR_CHECK(parse_active(criterion));
      break;
    case Kind::description_id:
      FHIR_CHECK(parse_description_ids(criterion));
      break;
    case Kind::field:
      criterion.field = word;
      FHIR_CHECK(parse_field_value(criterion));
      break;
  }
  return criterion;
}

/// `(` and two concept references in a row: a set, not an expression in brackets.
bool Parser::is_at_reference_set() const {
  Cursor ahead = in_;
  if (!ahead.take("(")) return false;
  ahead.skip_space();
  if (!is_digit(ahead.peek()) || !ahead.take_concept_reference()) return false;
  ahead.skip_space();
  return is_digit(ahead.peek());
}

fhir::Result<void> Parser::parse_concepts(Criterion& criterion) {
  if (!is_at_reference_set()) {
    FHIR_TRY(expression, parse_sub_expression_value());
    criterion.expression = std::move(expression);
    return {};
  }
  return parse_one_or_set([&]() -> fhir::Result<void> {
    FHIR_TRY(id, in_.take_concept_reference());
    criterion.ids.push_back(id);
    return {};
  });
}

fhir::Result<void> Parser::parse_tokens(Criterion& criterion) {
  return parse_one_or_set([&]() -> fhir::Result<void> {
    for (const Token& token : k_tokens) {
      if (token.kind == criterion.kind && in_.take_keyword(token.name)) {
        criterion.ids.push_back(token.id);
        return {};
      }
    }
    return in_.expected(criterion.kind == Kind::type ? "syn, fsn or def is expected"
                                                     : "primitive or defined is expected");
  });
}

fhir::Result<void> Parser::parse_languages(Criterion& criterion) {
  return parse_one_or_set([&]() -> fhir::Result<void> {
    const std::string_view word = in_.peek_word();
    if (word.size() != 2 || in_.peek_letters().size() != 2)
      return in_.expected("the two letters of a language are expected");
    criterion.words.emplace_back(word);
    in_.move_to(in_.at() + 2);
    return {};
  });
}

/// "yyyymmdd", or "" for what is not published yet.
fhir::Result<void> Parser::parse_times(Criterion& criterion) {
  return parse_one_or_set([&]() -> fhir::Result<void> {
    const std::size_t at = in_.at();
    FHIR_TRY(quoted, in_.take_quoted());
    const auto time = parse_time(quoted);
    if (!time) return in_.error("a date like \"20240131\" is expected", at);
    criterion.times.push_back(*time);
    return {};
  });
}

fhir::Result<void> Parser::parse_active(Criterion& criterion) {
  if (in_.take("*")) return {};
  criterion.flag = take_boolean();
  if (criterion.flag) return {};
  const std::string_view digits = in_.take_digits();
  if (digits != "1" && digits != "0") return in_.expected("1, 0, true, false or `*` is expected");
  criterion.flag = digits == "1";
  return {};
}

fhir::Result<void> Parser::parse_description_ids(Criterion& criterion) {
  return parse_one_or_set([&]() -> fhir::Result<void> {
    FHIR_TRY(id, in_.take_sct_id());
    criterion.ids.push_back(id);
    return {};
  });
}

fhir::Result<void> Parser::parse_field_value(Criterion& criterion) {
  if (in_.is_at("#")) {
    FHIR_TRY(number, parse_number());
    criterion.number = std::move(number);
  } else if (is_at_search_terms()) {
    FHIR_TRY(terms, parse_search_terms());
    criterion.terms = std::move(terms);
  } else if (criterion.comparison != Comparison::equal &&
             criterion.comparison != Comparison::not_equal) {
    return in_.expected("a number like `#5` or a date like \"20240131\" is expected");
  } else if (const auto flag = take_boolean()) {
    criterion.flag = flag;
  } else {
    FHIR_TRY(expression, parse_sub_expression_value());
    criterion.expression = std::move(expression);
  }
  return {};
}

}  // namespace terminology::ecl
