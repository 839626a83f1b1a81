#include "src/graphql/lexer.h"

#include <algorithm>
#include <vector>

namespace server::graphql {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_name_start(char c) { return c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

void append_utf8(std::string& out, std::uint32_t code) {
  const auto byte = [&](std::uint32_t value) { out += static_cast<char>(value); };
  if (code < 0x80) {
    byte(code);
  } else if (code < 0x800) {
    byte(0xc0 | code >> 6), byte(0x80 | (code & 0x3f));
  } else if (code < 0x10000) {
    byte(0xe0 | code >> 12), byte(0x80 | (code >> 6 & 0x3f)), byte(0x80 | (code & 0x3f));
  } else {
    byte(0xf0 | code >> 18), byte(0x80 | (code >> 12 & 0x3f));
    byte(0x80 | (code >> 6 & 0x3f)), byte(0x80 | (code & 0x3f));
  }
}

bool is_blank(std::string_view line) {
  return line.find_first_not_of(" \t") == std::string_view::npos;
}

}  // namespace

std::string block_string_value(std::string_view raw) {
  std::vector<std::string_view> lines;
  while (true) {
    const std::size_t end = raw.find_first_of("\r\n");
    lines.push_back(raw.substr(0, end));
    if (end == std::string_view::npos) break;
    raw.remove_prefix(end + (raw.substr(end).starts_with("\r\n") ? 2 : 1));
  }
  std::size_t common = std::string_view::npos;
  for (std::size_t i = 1; i < lines.size(); ++i) {
    if (!is_blank(lines[i])) common = std::min(common, lines[i].find_first_not_of(" \t"));
  }
  for (std::size_t i = 1; i < lines.size() && common != std::string_view::npos; ++i)
    lines[i].remove_prefix(std::min(common, lines[i].size()));
  auto first = std::find_if_not(lines.begin(), lines.end(), is_blank);
  auto last = std::find_if_not(lines.rbegin(), lines.rend(), is_blank).base();
  std::string out;
  for (auto line = first; line < last; ++line) {
    if (line != first) out += '\n';
    out += *line;
  }
  return out;
}

Lexer::Lexer(std::string_view source) : source_(source) {
  if (source_.starts_with("\xef\xbb\xbf")) source_.remove_prefix(3);
}

fhir::Unexpected<Error> Lexer::refuse(std::string text) const {
  return fhir::unexpected(document_error(fhir::IssueType::invalid, std::move(text), place_));
}

void Lexer::advance(std::size_t bytes) {
  for (; bytes > 0 && at_ < source_.size(); --bytes) {
    const char c = source_[at_++];
    if (c == '\n' || (c == '\r' && peek() != '\n')) {
      ++place_.line;
      place_.column = 1;
    } else if ((static_cast<unsigned char>(c) & 0xc0) != 0x80 && c != '\r') {
      ++place_.column;
    }
  }
}

void Lexer::skip_ignored() {
  while (at_ < source_.size()) {
    const char c = peek();
    if (c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == ',') {
      advance(1);
    } else if (c == '#') {
      while (at_ < source_.size() && peek() != '\n' && peek() != '\r') advance(1);
    } else {
      return;
    }
  }
}

fhir::Result<Token, Error> Lexer::next() {
  skip_ignored();
  Token token;
  token.at = place_;
  if (at_ >= source_.size()) return token;
  const char c = peek();
  if (is_name_start(c)) {
    std::size_t end = at_;
    while (end < source_.size() && (is_name_start(source_[end]) || is_digit(source_[end]))) ++end;
    token.kind = TokenKind::name;
    token.text = source_.substr(at_, end - at_);
    advance(end - at_);
    return token;
  }
  if (is_digit(c) || c == '-') return number(std::move(token));
  if (c == '"')
    return source_.substr(at_).starts_with("\"\"\"") ? block_string(std::move(token))
                                                     : string(std::move(token));
  token.kind = TokenKind::punctuator;
  if (source_.substr(at_).starts_with("...")) {
    token.text = "...";
  } else if (std::string_view("!$&():=@[]{|}").find(c) != std::string_view::npos) {
    token.text = c;
  } else {
    return refuse("No token of GraphQL begins with this character");
  }
  advance(token.text.size());
  return token;
}

fhir::Result<Token, Error> Lexer::number(Token token) {
  std::size_t length = peek() == '-' ? 1 : 0;
  const auto digits = [&] {
    const std::size_t before = length;
    while (is_digit(peek(length))) ++length;
    return length > before;
  };
  token.kind = TokenKind::integer;
  const bool begins_with_zero = peek(length) == '0';
  const std::size_t begin = length;
  if (!digits() || (begins_with_zero && length - begin > 1))
    return refuse("This is not a number of GraphQL");
  if (peek(length) == '.') {
    token.kind = TokenKind::real;
    ++length;
    if (!digits()) return refuse("Digits must follow the decimal point");
  }
  if (peek(length) == 'e' || peek(length) == 'E') {
    token.kind = TokenKind::real;
    ++length;
    if (peek(length) == '+' || peek(length) == '-') ++length;
    if (!digits()) return refuse("Digits must follow the exponent's sign");
  }
  if (is_name_start(peek(length)) || peek(length) == '.')
    return refuse("A number may not run into a name");
  token.text = source_.substr(at_, length);
  advance(length);
  return token;
}

bool Lexer::hex(std::size_t digits, std::uint32_t& code) {
  code = 0;
  for (std::size_t i = 0; i < digits; ++i) {
    const char c = peek();
    const int value = is_digit(c)              ? c - '0'
                      : (c >= 'a' && c <= 'f') ? c - 'a' + 10
                      : (c >= 'A' && c <= 'F') ? c - 'A' + 10
                                               : -1;
    if (value < 0) return false;
    code = code << 4 | static_cast<std::uint32_t>(value);
    advance(1);
  }
  return true;
}

/// Behind the backslash.
bool Lexer::escape(std::string& out) {
  constexpr std::string_view k_names = "\"\\/bfnrt";
  constexpr std::string_view k_values = "\"\\/\b\f\n\r\t";
  const char c = peek();
  advance(1);
  if (const std::size_t at = k_names.find(c); c != '\0' && at != std::string_view::npos) {
    out += k_values[at];
    return true;
  }
  std::uint32_t code = 0;
  if (c != 'u' || !hex(4, code)) return false;
  if (code >= 0xd800 && code < 0xdc00) {  // the first half of a pair
    std::uint32_t low = 0;
    if (peek() != '\\' || peek(1) != 'u') return false;
    advance(2);
    if (!hex(4, low) || low < 0xdc00 || low > 0xdfff) return false;
    code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
  } else if (code >= 0xdc00 && code <= 0xdfff) {
    return false;
  }
  append_utf8(out, code);
  return true;
}

fhir::Result<Token, Error> Lexer::string(Token token) {
  token.kind = TokenKind::string;
  advance(1);
  while (true) {
    const char c = peek();
    if (at_ >= source_.size() || c == '\n' || c == '\r') return refuse("The string has no end");
    if (static_cast<unsigned char>(c) < 0x20 && c != '\t')
      return refuse("A string holds no control characters");
    advance(1);
    if (c == '"') return token;
    if (c != '\\') {
      token.text += c;
    } else if (!escape(token.text)) {
      return refuse("This is no escape of a string");
    }
  }
}

fhir::Result<Token, Error> Lexer::block_string(Token token) {
  token.kind = TokenKind::string;
  advance(3);
  std::string raw;
  while (!source_.substr(at_).starts_with("\"\"\"")) {
    if (at_ >= source_.size()) return refuse("The block string has no end");
    if (source_.substr(at_).starts_with("\\\"\"\"")) {
      raw += "\"\"\"";
      advance(4);
      continue;
    }
    raw += peek();
    advance(1);
  }
  advance(3);
  token.text = block_string_value(raw);
  return token;
}

}  // namespace server::graphql
