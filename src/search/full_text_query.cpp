#include "src/search/full_text_query.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "src/search/chain.h"
#include "src/search/failure.h"
#include "src/search/full_text.h"

namespace server::search {
namespace {

constexpr std::string_view k_form =
    "words and \"phrases\" with AND, OR, NOT and parentheses between them";

enum class Mark : std::uint8_t { end, open, close, comma, and_, or_, not_, term };

struct Token {
  Mark mark = Mark::end;
  std::string text;       // of a term, its escapes resolved
  bool is_begun = false;  // word*
};

bool is_keyword(std::string_view text, std::string_view keyword) {
  return std::equal(text.begin(), text.end(), keyword.begin(), keyword.end(),
                    [](char a, char b) { return (a | 32) == b; });
}

class Tokens {
 public:
  explicit Tokens(std::string_view text) : text_(text) {}

  fhir::Result<Token> next() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t')) ++at_;
    if (at_ == text_.size()) return Token{};
    switch (text_[at_]) {
      case '(':
        return mark(Mark::open);
      case ')':
        return mark(Mark::close);
      case ',':
        return mark(Mark::comma);
      case '"':
        return phrase();
      default:
        return word();
    }
  }

 private:
  Token mark(Mark one) {
    ++at_;
    return Token{one, {}, false};
  }

  void take_character(std::string& out) {
    if (text_[at_] == '\\' && at_ + 1 < text_.size()) ++at_;
    out += text_[at_++];
  }

  fhir::Result<Token> phrase() {
    Token token{Mark::term, {}, false};
    for (++at_; at_ < text_.size() && text_[at_] != '"';) take_character(token.text);
    if (at_ == text_.size()) return bad_value("a phrase whose quotation mark is closed");
    ++at_;
    return with_star(std::move(token));
  }

  fhir::Result<Token> word() {
    Token token{Mark::term, {}, false};
    constexpr std::string_view k_ends = " \t(),\"*";
    while (at_ < text_.size() && k_ends.find(text_[at_]) == std::string_view::npos) {
      take_character(token.text);
    }
    if (is_keyword(token.text, "and")) token.mark = Mark::and_;
    if (is_keyword(token.text, "or")) token.mark = Mark::or_;
    if (is_keyword(token.text, "not")) token.mark = Mark::not_;
    return with_star(std::move(token));
  }

  Token with_star(Token token) {
    while (at_ < text_.size() && text_[at_] == '*') {
      token.is_begun = true;
      ++at_;
    }
    return token;
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

class Parser {
 public:
  Parser(std::string_view text, const fhir::SearchParameter* parameter)
      : tokens_(text), parameter_(parameter) {}

  fhir::Result<Criterion> parse() {
    FHIR_CHECK(advance());
    FHIR_TRY(whole, joined(Combination::any, Mark::comma, 0));
    if (now_.mark != Mark::end) return bad_value(k_form);
    return whole;
  }

 private:
  fhir::Result<void> advance() {
    FHIR_TRY(token, tokens_.next());
    now_ = std::move(token);
    return {};
  }

  fhir::Result<Criterion> part(Mark between, std::size_t depth) {
    if (between == Mark::comma) return joined(Combination::any, Mark::or_, depth);
    if (between == Mark::or_) return joined(Combination::all, Mark::and_, depth);
    return operand(depth);
  }

  fhir::Result<Criterion> joined(Combination combination, Mark between, std::size_t depth) {
    Criterion all;
    all.combination = combination;
    FHIR_TRY(first, part(between, depth));
    all.parts.push_back(std::move(first));
    for (;;) {
      const bool is_beside =
          between == Mark::and_ &&
          (now_.mark == Mark::term || now_.mark == Mark::open || now_.mark == Mark::not_);
      if (now_.mark == between) {
        FHIR_CHECK(advance());
      } else if (!is_beside) {
        break;
      }
      FHIR_TRY(next, part(between, depth));
      all.parts.push_back(std::move(next));
    }
    if (all.parts.size() == 1) return std::move(all.parts.front());
    return all;
  }

  fhir::Result<Criterion> operand(std::size_t depth) {
    if (depth > k_text_depth_max) return too_costly();
    Criterion made;
    if (now_.mark == Mark::not_) {
      FHIR_CHECK(advance());
      FHIR_TRY(inner, operand(depth + 1));
      made.combination = Combination::negation;
      made.parts.push_back(std::move(inner));
      return made;
    }
    if (now_.mark == Mark::open) {
      FHIR_CHECK(advance());
      FHIR_TRY(inner, joined(Combination::any, Mark::comma, depth + 1));
      if (now_.mark != Mark::close) return bad_value("an expression whose parentheses are closed");
      FHIR_CHECK(advance());
      return inner;
    }
    if (now_.mark != Mark::term) return bad_value(k_form);
    made.parameter = parameter_;
    Operand& term = made.alternatives.emplace_back();
    term.folded = fold_words(now_.text);
    if (now_.is_begun) term.prefix = Prefix::sw;
    const std::size_t words = count_words(term.folded);
    if (words == 0) return bad_value(k_form);
    if ((words_ += words) > k_text_words_max) return too_costly();
    FHIR_CHECK(advance());
    return made;
  }

  static fhir::Unexpected<fhir::Issue> too_costly() {
    return failure(fhir::IssueType::too_costly,
                   "an expression has at most " + std::to_string(k_text_words_max) + " words, " +
                       std::to_string(k_text_depth_max) + " parentheses within each other");
  }

  Tokens tokens_;
  const fhir::SearchParameter* parameter_;
  Token now_;
  std::size_t words_ = 0;
};

}  // namespace

fhir::Result<Criterion> parse_full_text(std::string_view resource_type, std::string_view code,
                                        std::string_view value, const CriterionOptions& options) {
  const auto* parameter = options.operands.definitions.search_parameter(resource_type, code);
  if (parameter == nullptr) return unknown_parameter(resource_type, code);
  return Parser(value, parameter).parse();
}

bool is_full_text(const Criterion& criterion) {
  return criterion.parameter != nullptr && !criterion.chained && !criterion.reverse_chained &&
         (criterion.parameter->code == "_text" || criterion.parameter->code == "_content");
}

bool asks_full_text(const Criterion& criterion) {
  if (criterion.chained) return asks_full_text(*criterion.chained);
  if (criterion.reverse_chained) return asks_full_text(*criterion.reverse_chained);
  return is_full_text(criterion) ||
         std::any_of(criterion.parts.begin(), criterion.parts.end(), asks_full_text);
}

const fhir::SearchParameter& score_parameter() {
  static const fhir::SearchParameter parameter = [] {
    fhir::SearchParameter made;
    made.code = "_score";
    made.url = "_score";
    made.type = fhir::SearchParameterType::number;
    return made;
  }();
  return parameter;
}

}  // namespace server::search
