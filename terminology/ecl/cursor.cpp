#include "terminology/ecl/cursor.h"

#include <algorithm>
#include <charconv>

#include "terminology/code_text.h"
#include "terminology/ecl/limits.h"

namespace terminology::ecl {
namespace {

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

char closing(char open) { return open == '(' ? ')' : open == '[' ? ']' : '}'; }

std::string quote(char c) { return {'`', c, '`'}; }

}  // namespace

std::string place_of(std::string_view text, std::size_t at) {
  std::size_t line = 1, column = 1;
  for (const char c : text.substr(0, at)) {
    if (c == '\n') {
      ++line;
      column = 1;
    } else if ((static_cast<unsigned char>(c) & 0xC0) != 0x80) {
      ++column;
    }
  }
  return "line " + std::to_string(line) + ", column " + std::to_string(column);
}

fhir::Unexpected<fhir::Issue> Cursor::error(std::string_view expectation, std::size_t at) const {
  std::string text = "Expression constraint, ";
  text.append(place_of(text_, at)).append(": ").append(expectation);
  return fhir::unexpected(fhir::make_issue(fhir::IssueType::invalid, std::move(text)));
}

fhir::Result<Cursor> Cursor::make(std::string_view text) {
  Cursor cursor(text);
  if (text.size() > k_text_bytes_max)
    return fhir::unexpected(fhir::make_issue(
        fhir::IssueType::too_long,
        "Expression constraint: longer than " + std::to_string(k_text_bytes_max) + " bytes"));
  FHIR_CHECK(cursor.survey());
  return cursor;
}

fhir::Result<void> Cursor::survey() {
  auto brackets = std::make_shared<Brackets>();
  std::vector<std::size_t> open;  // into brackets
  for (std::size_t i = 0; i < text_.size(); ++i) {
    const char c = text_[i];
    if (c == '"') {
      const std::size_t start = i;
      for (++i; i < text_.size() && text_[i] != '"'; ++i) i += text_[i] == '\\' ? 1 : 0;
      if (i >= text_.size()) return error("`\"` is expected to end this text", start);
    } else if (c == '|') {
      const std::size_t end = text_.find('|', i + 1);
      if (end == std::string_view::npos) return error("`|` is expected to end this term", i);
      i = end;
    } else if (c == '/' && i + 1 < text_.size() && text_[i + 1] == '*') {
      const std::size_t end = text_.find("*/", i + 2);
      if (end == std::string_view::npos) return error("`*/` is expected to end this comment", i);
      i = end + 1;
    } else if (c == '(' || c == '[' || c == '{') {
      if (open.size() == k_depth_max) {
        auto issue = error("too many brackets inside one another", i);
        issue.error.type = fhir::IssueType::too_costly;
        return issue;
      }
      open.push_back(brackets->size());
      brackets->emplace_back(i, text_.size());
    } else if (c == ')' || c == ']' || c == '}') {
      if (open.empty()) return error("nothing is open that " + quote(c) + " could end", i);
      auto& bracket = (*brackets)[open.back()];
      const char right = closing(text_[bracket.first]);
      if (right != c) return error(quote(right) + " is expected", i);
      bracket.second = i;
      open.pop_back();
    }
  }
  brackets_ = brackets;
  if (open.empty()) return {};
  const std::size_t start = (*brackets)[open.back()].first;
  return error(quote(closing(text_[start])) + " is expected to end this", start);
}

void Cursor::skip_space() {
  while (at_ < text_.size()) {
    if (is_space(text_[at_])) {
      ++at_;
    } else if (is_at("/*")) {
      at_ = text_.find("*/", at_ + 2) + 2;  // there is one: survey()
    } else {
      return;
    }
  }
}

bool Cursor::take(std::string_view symbol) {
  if (!is_at(symbol)) return false;
  at_ += symbol.size();
  return true;
}

std::string_view Cursor::peek_word() const {
  std::size_t end = at_;
  if (end < text_.size() && is_alpha(text_[end])) {
    while (end < text_.size() &&
           (is_alpha(text_[end]) || is_digit(text_[end]) || text_[end] == '-'))
      ++end;
  }
  return text_.substr(at_, end - at_);
}

std::string_view Cursor::peek_letters() const {
  std::size_t end = at_;
  while (end < text_.size() && is_alpha(text_[end])) ++end;
  return text_.substr(at_, end - at_);
}

bool Cursor::take_keyword(std::string_view keyword) {
  const std::string_view word = peek_word();
  if (!equals_ignoring_case(word, keyword)) return false;
  at_ += word.size();
  return true;
}

bool Cursor::is_at_scheme() const {
  const std::size_t size = peek_word().size();
  return size != 0 && peek(size) == '#';
}

fhir::Result<SctId> Cursor::take_sct_id() {
  std::size_t end = at_;
  while (end < text_.size() && is_digit(text_[end])) ++end;
  if (end == at_ || text_[at_] == '0' || end - at_ < 6 || end - at_ > 18)
    return expected("an identifier of 6 to 18 digits, not beginning with 0, is expected");
  SctId id = 0;
  std::from_chars(text_.data() + at_, text_.data() + end, id);
  at_ = end;
  return id;
}

fhir::Result<SctId> Cursor::take_concept_reference() {
  FHIR_TRY(id, take_sct_id());
  FHIR_CHECK(skip_term());
  return id;
}

fhir::Result<void> Cursor::skip_term() {
  const std::size_t before = at_;
  skip_space();
  if (!is_at("|")) {
    at_ = before;
    return {};
  }
  const std::size_t end = text_.find('|', at_ + 1);
  const std::string_view term = text_.substr(at_ + 1, end - at_ - 1);
  if (std::all_of(term.begin(), term.end(), is_space))
    return expected("a term is expected between `|` and `|`");
  at_ = end + 1;
  return {};
}

fhir::Result<std::string_view> Cursor::take_quoted() {
  if (!is_at("\"")) return expected("a text in `\"` is expected");
  std::size_t end = at_ + 1;
  while (text_[end] != '"') end += text_[end] == '\\' ? 2 : 1;  // it ends: survey()
  const std::string_view quoted = text_.substr(at_ + 1, end - at_ - 1);
  at_ = end + 1;
  return quoted;
}

std::string_view Cursor::take_digits() {
  const std::size_t start = at_;
  while (at_ < text_.size() && is_digit(text_[at_])) ++at_;
  return text_.substr(start, at_ - start);
}

std::size_t Cursor::behind_matching(std::size_t open) const {
  const auto found = std::lower_bound(
      brackets_->begin(), brackets_->end(), open,
      [](const auto& bracket, std::size_t position) { return bracket.first < position; });
  return found->second + 1;
}

}  // namespace terminology::ecl
