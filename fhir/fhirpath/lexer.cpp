// https://hl7.org/fhirpath/N1/#lexical-elements
#include "fhir/fhirpath/lexer.h"

namespace fhir::fhirpath {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_word_start(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_word(char c) { return is_word_start(c) || is_digit(c); }
bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

void append_utf8(std::string& out, std::uint32_t code) {
  auto put = [&](std::uint32_t byte) { out += static_cast<char>(byte); };
  if (code < 0x80) {
    put(code);
  } else if (code < 0x800) {
    put(0xc0 | (code >> 6));
    put(0x80 | (code & 0x3f));
  } else if (code < 0x10000) {
    put(0xe0 | (code >> 12));
    put(0x80 | ((code >> 6) & 0x3f));
    put(0x80 | (code & 0x3f));
  } else {
    put(0xf0 | (code >> 18));
    put(0x80 | ((code >> 12) & 0x3f));
    put(0x80 | ((code >> 6) & 0x3f));
    put(0x80 | (code & 0x3f));
  }
}

}  // namespace

Issue Lexer::error_at(std::size_t offset, std::string diagnostics) const {
  Issue issue = make_issue(IssueType::invalid, "Not FHIRPath: " + std::move(diagnostics));
  issue.line = 1;
  issue.column = 1;
  for (std::size_t i = 0; i < offset && i < source_.size(); ++i) {
    if (source_[i] == '\n') {
      ++issue.line;
      issue.column = 1;
    } else if ((static_cast<unsigned char>(source_[i]) & 0xc0) != 0x80) {
      ++issue.column;
    }
  }
  return issue;
}

Result<void> Lexer::skip_blanks() {
  while (at_ < source_.size()) {
    if (is_blank(peek())) {
      ++at_;
    } else if (peek() == '/' && peek(1) == '/') {
      while (at_ < source_.size() && peek() != '\n' && peek() != '\r') ++at_;
    } else if (peek() == '/' && peek(1) == '*') {
      const std::size_t end = source_.find("*/", at_ + 2);
      if (end == std::string_view::npos)
        return unexpected(error_at(at_, "the comment does not end"));
      at_ = end + 2;
    } else {
      break;
    }
  }
  return {};
}

Result<Token> Lexer::next() {
  FHIR_CHECK(skip_blanks());
  Token token;
  token.offset = static_cast<std::uint32_t>(at_);
  if (at_ == source_.size()) return token;
  const char c = peek();
  if (is_word_start(c)) return word();
  if (is_digit(c)) return number();
  if (c == '\'') return quoted(TokenKind::string, '\'');
  if (c == '`') return quoted(TokenKind::identifier, '`');
  // Older texts delimit names by double quotes.
  if (c == '"') return quoted(TokenKind::identifier, '"');
  if (c == '@') return date();
  if (c == '%') {
    ++at_;
    if (peek() == '`' || peek() == '\'' || peek() == '"')
      return quoted(TokenKind::external, peek());
    if (!is_word_start(peek())) return unexpected(error_at(at_, "a name is expected after %"));
    token = word();
    token.kind = TokenKind::external;
    return token;
  }
  if (c == '$') {
    ++at_;
    token = word();
    token.kind = TokenKind::variable;
    token.text.insert(0, 1, '$');
    return token;
  }
  for (std::string_view two : {"<=", ">=", "!=", "!~"}) {
    if (source_.substr(at_, 2) == two) {
      token.kind = TokenKind::symbol;
      token.text = two;
      at_ += 2;
      return token;
    }
  }
  if (std::string_view("+-*/&|<>=~()[]{}.,").find(c) == std::string_view::npos)
    return unexpected(error_at(at_, "an unknown character"));
  token.kind = TokenKind::symbol;
  token.text = c;
  ++at_;
  return token;
}

Token Lexer::word() {
  Token token;
  token.kind = TokenKind::identifier;
  token.offset = static_cast<std::uint32_t>(at_);
  const std::size_t start = at_;
  while (is_word(peek())) ++at_;
  token.text = source_.substr(start, at_ - start);
  return token;
}

Token Lexer::number() {
  Token token;
  token.kind = TokenKind::number;
  token.offset = static_cast<std::uint32_t>(at_);
  const std::size_t start = at_;
  while (is_digit(peek())) ++at_;
  if (peek() == '.' && is_digit(peek(1))) {
    ++at_;
    while (is_digit(peek())) ++at_;
  }
  token.text = source_.substr(start, at_ - start);
  return token;
}

Result<Token> Lexer::quoted(TokenKind kind, char quote) {
  Token token;
  token.kind = kind;
  token.is_delimited = true;
  token.offset = static_cast<std::uint32_t>(at_);
  ++at_;
  while (true) {
    if (at_ == source_.size())
      return unexpected(error_at(token.offset, "the quotation does not end"));
    const char c = source_[at_++];
    if (c == quote) return token;
    if (c == '\\') {
      FHIR_CHECK(escape(token.text));
    } else {
      token.text += c;
    }
  }
}

Result<std::uint32_t> Lexer::hex_digits() {
  std::uint32_t code = 0;
  for (int i = 0; i < 4; ++i, ++at_) {
    const char c = peek();
    std::uint32_t digit = 0;
    if (is_digit(c)) {
      digit = static_cast<std::uint32_t>(c - '0');
    } else if (c >= 'a' && c <= 'f') {
      digit = static_cast<std::uint32_t>(c - 'a' + 10);
    } else if (c >= 'A' && c <= 'F') {
      digit = static_cast<std::uint32_t>(c - 'A' + 10);
    } else {
      return unexpected(error_at(at_, "\\u needs four hexadecimal digits"));
    }
    code = code * 16 + digit;
  }
  return code;
}

Result<void> Lexer::escape(std::string& out) {
  const char c = peek();
  if (at_ < source_.size()) ++at_;
  switch (c) {
    case '\'':
    case '"':
    case '`':
    case '\\':
    case '/':
      out += c;
      return {};
    case 'f':
      out += '\f';
      return {};
    case 'n':
      out += '\n';
      return {};
    case 'r':
      out += '\r';
      return {};
    case 't':
      out += '\t';
      return {};
    case 'u':
      break;
    default:
      return unexpected(error_at(at_ - 1, "an unknown escape sequence"));
  }
  const std::size_t start = at_;
  FHIR_TRY(high, hex_digits());
  std::uint32_t code = high;
  if (high >= 0xd800 && high < 0xdc00 && peek() == '\\' && peek(1) == 'u') {
    at_ += 2;
    FHIR_TRY(low, hex_digits());
    if (low < 0xdc00 || low > 0xdfff)
      return unexpected(error_at(start, "half of a surrogate pair"));
    code = 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
  } else if (high >= 0xd800 && high <= 0xdfff) {
    return unexpected(error_at(start, "half of a surrogate pair"));
  }
  append_utf8(out, code);
  return {};
}

Result<Token> Lexer::date() {
  Token token;
  token.offset = static_cast<std::uint32_t>(at_);
  ++at_;
  const std::size_t start = at_;
  auto take_time = [&] {
    while (is_digit(peek()) || (peek() == ':' && is_digit(peek(1))) ||
           (peek() == '.' && is_digit(peek(1))))
      ++at_;
  };
  if (peek() == 'T') {
    token.kind = TokenKind::time;
    ++at_;
    take_time();
    token.text = source_.substr(start + 1, at_ - start - 1);
    return token;
  }
  token.kind = TokenKind::date;
  while (is_digit(peek()) || (peek() == '-' && is_digit(peek(1)))) ++at_;
  if (peek() == 'T') {
    token.kind = TokenKind::date_time;
    ++at_;
    take_time();
    if (is_digit(source_[at_ - 1])) {
      if (peek() == 'Z') {
        ++at_;
      } else if ((peek() == '+' || peek() == '-') && is_digit(peek(1)) && is_digit(peek(2)) &&
                 peek(3) == ':') {
        at_ += 4;
        while (is_digit(peek())) ++at_;
      }
    }
  }
  token.text = source_.substr(start, at_ - start);
  if (!token.text.empty() && token.text.back() == 'T') token.text.pop_back();  // @2015T
  return token;
}

}  // namespace fhir::fhirpath
