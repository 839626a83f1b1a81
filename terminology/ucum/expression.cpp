// https://ucum.org/ucum#section-Grammar-of-Units-and-Unit-Terms
#include "terminology/ucum/expression.h"

#include <algorithm>
#include <charconv>
#include <string>

namespace terminology::ucum {
namespace {

using fhir::IssueType;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// "the full set of characters of 7-bit ASCII between 33 and 126".
bool is_character(char c) { return c > 32 && c < 127; }

/// What ends a symbol outside of square brackets.
bool is_delimiter(char c) { return std::string_view("./(){}+-").find(c) != std::string_view::npos; }

class Parser {
 public:
  Parser(std::string_view text, const SymbolTable& symbols) : text_(text), symbols_(symbols) {}

  fhir::Result<Term> parse() {
    FHIR_TRY(term, parse_term(0, true));
    if (at_ != text_.size()) return unexpected_here("there is no `(` for the `)`");
    return term;
  }

 private:
  bool is_at(char c) const { return at_ < text_.size() && text_[at_] == c; }

  fhir::Unexpected<fhir::Issue> unexpected_here(const std::string& why,
                                                IssueType type = IssueType::code_invalid) const {
    return fhir::unexpected(fhir::make_issue(
        type, "No UCUM unit, at character " + std::to_string(at_ + 1) + ": " + why));
  }

  /// Up to a `)` or the end. Only the whole expression may begin with `/`.
  fhir::Result<Term> parse_term(int depth, bool is_main) {
    if (depth > k_unit_depth_max)
      return unexpected_here("too many parentheses inside one another", IssueType::too_costly);
    Term term;
    bool is_divisor = is_main && is_at('/');
    if (is_divisor) ++at_;
    while (true) {
      FHIR_TRY(component, parse_component(depth));
      component.is_divisor = is_divisor;
      term.push_back(std::move(component));
      if (at_ == text_.size() || is_at(')')) return term;
      if (!is_at('.') && !is_at('/')) return unexpected_here("`.` or `/` is expected");
      is_divisor = text_[at_++] == '/';
    }
  }

  fhir::Result<Component> parse_component(int depth) {
    if (at_ == text_.size()) return unexpected_here("a unit is expected");
    Component component;
    if (is_at('(')) {
      ++at_;
      component.kind = Component::Kind::group;
      FHIR_TRY(group, parse_term(depth + 1, false));
      component.group = std::move(group);
      if (!is_at(')')) return unexpected_here("`)` is expected");
      ++at_;
      if (is_at('{')) FHIR_CHECK(skip_annotation());
      return component;
    }
    if (is_at('{')) {
      component.kind = Component::Kind::annotation;
      component.text = "1";
      FHIR_CHECK(skip_annotation());
      return component;
    }
    FHIR_CHECK(parse_simple_unit(component));
    if (is_at('{')) FHIR_CHECK(skip_annotation());
    return component;
  }

  /// Annotations say nothing about the unit's value.
  fhir::Result<void> skip_annotation() {
    for (++at_; at_ < text_.size(); ++at_) {
      if (text_[at_] == '}') {
        ++at_;
        return {};
      }
      if (text_[at_] == '{' || (!is_character(text_[at_]) && text_[at_] != ' '))
        return unexpected_here("no annotation holds this character");
    }
    return unexpected_here("`}` is expected");
  }

  /// Number, or symbol with its exponent.
  fhir::Result<void> parse_simple_unit(Component& component) {
    const std::size_t start = at_;
    FHIR_TRY(run, take_run());
    if (run.empty()) return unexpected_here("a unit is expected");
    const std::size_t last = run.find_last_not_of("0123456789");
    if (last == std::string_view::npos) {
      component.kind = Component::Kind::factor;
      component.text = run;
      return {};
    }
    component.kind = Component::Kind::symbol;
    std::string_view digits = run.substr(last + 1);
    bool is_negative = false;
    if (digits.empty() && (is_at('+') || is_at('-'))) {
      is_negative = text_[at_++] == '-';
      digits = take_digits();
      if (digits.empty()) return unexpected_here("the digits of an exponent are expected");
    }
    if (digits.size() > k_exponent_digits_max)
      return unexpected_here("the exponent is too large", IssueType::too_costly);
    if (!digits.empty())
      std::from_chars(digits.data(), digits.data() + digits.size(), component.exponent);
    if (is_negative) component.exponent = -component.exponent;
    const auto symbol = symbols_.find(run.substr(0, last + 1));
    if (!symbol) {
      at_ = start;
      return unexpected_here("'" + std::string(run.substr(0, last + 1)) + "' is not known");
    }
    component.symbol = *symbol;
    return {};
  }

  /// To the next delimiter outside of square brackets.
  fhir::Result<std::string_view> take_run() {
    const std::size_t start = at_;
    bool is_inside = false;
    for (; at_ < text_.size(); ++at_) {
      const char c = text_[at_];
      if (!is_character(c)) return unexpected_here("no unit holds this character");
      if (!is_inside && is_delimiter(c)) break;
      if (c == '[' || c == ']') {
        if (is_inside == (c == '[')) return unexpected_here("unpaired square bracket");
        is_inside = !is_inside;
      }
    }
    if (is_inside) return unexpected_here("`]` is expected");
    return text_.substr(start, at_ - start);
  }

  std::string_view take_digits() {
    const std::size_t start = at_;
    while (at_ < text_.size() && is_digit(text_[at_])) ++at_;
    return text_.substr(start, at_ - start);
  }

  std::string_view text_;
  const SymbolTable& symbols_;
  std::size_t at_ = 0;
};

}  // namespace

fhir::Result<Term> parse_expression(std::string_view text, const SymbolTable& symbols) {
  if (text.empty()) return Term{};
  if (text.size() > k_unit_bytes_max)
    return fhir::unexpected(fhir::make_issue(
        IssueType::too_long,
        "No UCUM unit: longer than " + std::to_string(k_unit_bytes_max) + " bytes"));
  return Parser(text, symbols).parse();
}

}  // namespace terminology::ucum
