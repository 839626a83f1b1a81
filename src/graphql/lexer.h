// Cuts a GraphQL document into tokens. https://spec.graphql.org/June2018/#sec-Source-Text
#pragma once

#include <string>
#include <string_view>

#include "fhir/base/result.h"
#include "src/graphql/error.h"

namespace server::graphql {

enum class TokenKind : std::uint8_t { end, punctuator, name, integer, real, string };

struct Token {
  TokenKind kind = TokenKind::end;
  std::string text;  // a string's is decoded
  Location at;
};

class Lexer {
 public:
  /// source   UTF-8; outlives the lexer
  explicit Lexer(std::string_view source);

  /// The next token; `end` again and again behind the last one.
  ///
  /// errors   invalid: a character, number or string that is none of GraphQL's, with its place
  fhir::Result<Token, Error> next();

 private:
  using TokenResult = fhir::Result<Token, Error>;

  void skip_ignored();
  char peek(std::size_t ahead = 0) const {
    return at_ + ahead < source_.size() ? source_[at_ + ahead] : '\0';
  }
  void advance(std::size_t bytes);
  fhir::Unexpected<Error> refuse(std::string text) const;
  TokenResult number(Token token);
  TokenResult string(Token token);
  TokenResult block_string(Token token);
  bool escape(std::string& out);
  bool hex(std::size_t digits, std::uint32_t& code);

  std::string_view source_;
  std::size_t at_ = 0;
  Location place_{1, 1};
};

/// Takes the common indentation and the blank lines at both ends off a block string's raw text.
/// https://spec.graphql.org/June2018/#BlockStringValue()
std::string block_string_value(std::string_view raw);

}  // namespace server::graphql
