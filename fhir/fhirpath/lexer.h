// FHIRPath source cut into tokens. https://hl7.org/fhirpath/N1/grammar.html
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "fhir/base/result.h"

namespace fhir::fhirpath {

enum class TokenKind : std::uint8_t {
  end,
  identifier,  // text decoded; is_delimited when it stood in backticks
  string,      // decoded
  number,      // digits, perhaps with a fraction
  date,
  date_time,
  time,      // without @ and T
  symbol,    // an operator or punctuation
  variable,  // $this, with the dollar
  external,  // %name, without the percent sign
};

struct Token {
  TokenKind kind = TokenKind::end;
  std::string text;
  bool is_delimited = false;
  std::uint32_t offset = 0;
};

class Lexer {
 public:
  explicit Lexer(std::string_view source) : source_(source) {}

  /// errors   invalid, with line and column
  Result<Token> next();
  Issue error_at(std::size_t offset, std::string diagnostics) const;

 private:
  Result<void> skip_blanks();
  Result<Token> quoted(TokenKind kind, char quote);
  Result<void> escape(std::string& out);
  Result<std::uint32_t> hex_digits();
  Result<Token> date();
  Token word();
  Token number();
  char peek(std::size_t ahead = 0) const {
    return at_ + ahead < source_.size() ? source_[at_ + ahead] : '\0';
  }

  std::string_view source_;
  std::size_t at_ = 0;
};

}  // namespace fhir::fhirpath
