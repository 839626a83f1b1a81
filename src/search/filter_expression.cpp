#include "src/search/filter_expression.h"

#include <algorithm>
#include <array>
#include <utility>

#include "fhir/formats/json_document.h"

namespace server::search {
namespace {

using fhir::IssueType;
using Kind = FilterExpression::Kind;

// In the order of FilterOperator.
constexpr std::array<std::string_view, 19> k_operators = {"eq", "ne", "co", "sw", "ew", "gt", "lt",
                                                          "ge", "le", "ap", "sa", "eb", "pr", "po",
                                                          "ss", "sb", "in", "ni", "re"};

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

// The colon is that of `subject:Patient` and `_has:Type:reference`, "as per existing source".
bool is_name_char(char c) {
  return is_letter(c) || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == ':';
}

bool is_word(std::string_view text, std::string_view word) {
  return std::equal(text.begin(), text.end(), word.begin(), word.end(),
                    [](char a, char b) { return (is_letter(a) ? a | 32 : a) == b; });
}

// Bytes of the white space (by Unicode's White_Space) that a text begins with; 0: another
// character.
std::size_t space_at(std::string_view text) {
  constexpr std::array<std::string_view, 8> k_wide = {
      "\xc2\x85",     "\xc2\xa0",     "\xe1\x9a\x80", "\xe2\x80\xa8",
      "\xe2\x80\xa9", "\xe2\x80\xaf", "\xe2\x81\x9f", "\xe3\x80\x80"};
  if (text.empty()) return 0;
  if (text[0] == ' ' || (text[0] >= '\t' && text[0] <= '\r')) return 1;
  for (const std::string_view space : k_wide) {
    if (text.substr(0, space.size()) == space) return space.size();
  }
  const bool is_quad = text.substr(0, 2) == "\xe2\x80" && text.size() > 2 &&
                       static_cast<unsigned char>(text[2]) >= 0x80 &&
                       static_cast<unsigned char>(text[2]) <= 0x8a;  // U+2000 to U+200A
  return is_quad ? 3 : 0;
}

class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  fhir::Result<FilterExpression> read() {
    FHIR_TRY(whole, read_filter(0));
    if (at_ != text_.size()) return failure("`and`, `or` or the end is expected");
    return whole;
  }

 private:
  fhir::Unexpected<fhir::Issue> failure(std::string_view expected,
                                        IssueType type = IssueType::invalid) const {
    return fhir::unexpected(at_character(
        place(), fhir::make_issue(fhir::Situation::malformed, type, std::string(expected))));
  }

  /// Characters from 1: bytes that go on with a character do not count.
  std::size_t place() const {
    const std::string_view before = text_.substr(0, at_);
    return 1 + static_cast<std::size_t>(std::count_if(before.begin(), before.end(), [](char c) {
             return (static_cast<unsigned char>(c) & 0xc0) != 0x80;
           }));
  }

  std::string_view rest() const { return text_.substr(at_); }
  bool is_at(char c) const { return at_ < text_.size() && text_[at_] == c; }

  bool skip_space() {
    const std::size_t start = at_;
    while (const std::size_t bytes = space_at(rest())) at_ += bytes;
    return at_ != start;
  }

  /// Letters that stand here, without going on.
  std::string_view word() const {
    const std::string_view text = rest();
    std::size_t end = 0;
    while (end < text.size() && is_letter(text[end])) ++end;
    return text.substr(0, end);
  }

  // filter = paramExp / logExp / ("not") "(" filter ")"
  fhir::Result<FilterExpression> read_filter(std::size_t depth) {
    if (depth > k_filter_depth_max) {
      return failure("parentheses and brackets are nested more than " +
                         std::to_string(k_filter_depth_max) + " deep",
                     IssueType::too_costly);
    }
    skip_space();
    FHIR_TRY(left, read_operand(depth));
    for (;;) {
      skip_space();
      const bool is_and = is_word(word(), "and");
      if (!is_and && !is_word(word(), "or")) return left;
      at_ += word().size();
      skip_space();
      FHIR_TRY(right, read_operand(depth));
      const Kind kind = is_and ? Kind::all : Kind::any;
      if (left.kind != kind) {
        FilterExpression joined;
        joined.kind = kind;
        joined.at = left.at;
        joined.parts.push_back(std::move(left));
        left = std::move(joined);
      }
      left.parts.push_back(std::move(right));
    }
  }

  fhir::Result<FilterExpression> read_operand(std::size_t depth) {
    const std::size_t start = at_, place_of_start = place();
    const bool is_not = is_word(word(), "not");
    if (is_not) {
      at_ += word().size();
      skip_space();
    }
    if (!is_at('(')) {
      at_ = start;  // a parameter may be called `not`
      return read_test(depth);
    }
    ++at_;
    FHIR_TRY(inner, read_filter(depth + 1));
    skip_space();
    if (!is_at(')')) return failure("`)` is expected");
    ++at_;
    if (!is_not) return inner;
    FilterExpression negation;
    negation.kind = Kind::negation;
    negation.at = place_of_start;
    negation.parts.push_back(std::move(inner));
    return negation;
  }

  // paramExp = paramPath SP compareOp SP compValue
  fhir::Result<FilterExpression> read_test(std::size_t depth) {
    if (++tests_ > k_filter_tests_max) {
      return failure("there are more than " + std::to_string(k_filter_tests_max) + " tests",
                     IssueType::too_costly);
    }
    FilterExpression test;
    test.at = place();
    FHIR_CHECK(read_path(test, depth));
    if (!skip_space()) return failure("a space and an operator are expected");
    const auto found = std::find_if(k_operators.begin(), k_operators.end(),
                                    [&](std::string_view name) { return is_word(word(), name); });
    if (found == k_operators.end()) return failure("an operator is expected: `eq`, `co`, …");
    test.operation = static_cast<FilterOperator>(found - k_operators.begin());
    at_ += word().size();
    if (!skip_space()) return failure("a space and a value are expected");
    FHIR_TRY(value, is_at('"') ? read_string() : read_token());
    test.value = std::move(value);
    return test;
  }

  // paramPath = paramName (("[" filter "]") "." paramPath)
  fhir::Result<void> read_path(FilterExpression& test, std::size_t depth) {
    for (;;) {
      const std::size_t start = at_;
      if (at_ == text_.size() || !(is_letter(text_[at_]) || text_[at_] == '_')) {
        return failure("the name of a search parameter is expected");
      }
      while (at_ < text_.size() && is_name_char(text_[at_])) ++at_;
      FilterStep& step = test.path.emplace_back();
      step.name = text_.substr(start, at_ - start);
      if (is_at('[')) {
        ++at_;
        FHIR_TRY(filter, read_filter(depth + 1));
        skip_space();
        if (!is_at(']')) return failure("`]` is expected");
        ++at_;
        step.filter.push_back(std::move(filter));
        if (!is_at('.')) return failure("`.` and a name are expected");
      }
      if (!is_at('.')) return {};
      ++at_;
    }
  }

  fhir::Result<std::string> read_string() {
    std::size_t end = at_ + 1;
    while (end < text_.size() && text_[end] != '"') end += text_[end] == '\\' ? 2 : 1;
    if (end >= text_.size()) return failure("the string has no end");
    auto decoded = fhir::json::Document::read(std::string(text_.substr(at_, end + 1 - at_)));
    if (!decoded) return failure("this is no JSON string");
    at_ = end + 1;
    if (at_ < text_.size() && !is_at(')') && !is_at(']') && space_at(rest()) == 0) {
      return failure("a space is expected after the string");
    }
    return std::string(decoded->root().text());
  }

  // token = any sequence of non-whitespace characters except "]" and ")"
  fhir::Result<std::string> read_token() {
    const std::size_t start = at_;
    while (at_ < text_.size() && !is_at(')') && !is_at(']') && space_at(rest()) == 0) ++at_;
    if (at_ == start) return failure("a value is expected");
    return std::string(text_.substr(start, at_ - start));
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t tests_ = 0;
};

}  // namespace

std::string_view name_of(FilterOperator operation) {
  return k_operators[static_cast<std::size_t>(operation)];
}

fhir::Result<FilterExpression> parse_filter_expression(std::string_view text) {
  return Reader(text).read();
}

fhir::Issue at_character(std::size_t at, fhir::Issue issue) {
  if (issue.column != 0) return issue;
  issue.line = 1;
  issue.column = static_cast<std::uint32_t>(at);
  issue.diagnostics = "at character " + std::to_string(at) + ": " + issue.diagnostics;
  return issue;
}

}  // namespace server::search
