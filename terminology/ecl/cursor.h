// Walks through the text of an expression constraint: white space and comments, words, numbers,
// quoted texts. https://github.com/IHTSDO/snomed-expression-constraint-language (syntax)
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "fhir/base/result.h"
#include "terminology/ecl/substrate.h"

namespace terminology::ecl {

inline bool is_digit(char c) { return c >= '0' && c <= '9'; }
inline bool is_alpha(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

class Cursor {
 public:
  /// Looks once through the whole text: quoted texts, terms, comments and brackets are complete and
  /// not too deep, so that what walks it later need not care.
  static fhir::Result<Cursor> make(std::string_view text);

  std::size_t at() const { return at_; }
  void move_to(std::size_t at) { at_ = at; }
  std::string_view since(std::size_t start) const { return text_.substr(start, at_ - start); }
  bool is_at_end() const { return at_ == text_.size(); }
  char peek(std::size_t ahead = 0) const {
    return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
  }

  /// White space and comments.
  void skip_space();
  /// Takes the symbol if it stands here.
  bool take(std::string_view symbol);
  bool is_at(std::string_view symbol) const { return text_.substr(at_).starts_with(symbol); }

  /// A letter, then letters, digits and dashes; empty when no letter stands here.
  std::string_view peek_word() const;
  /// Letters only.
  std::string_view peek_letters() const;
  /// Takes a keyword in any case, when the whole word that stands here is it.
  bool take_keyword(std::string_view keyword);
  /// Whether a word stands here that names a scheme: `LOINC#…`.
  bool is_at_scheme() const;

  /// 6 to 18 digits, with its term between pipes when it has one.
  fhir::Result<SctId> take_concept_reference();
  fhir::Result<SctId> take_sct_id();
  fhir::Result<void> skip_term();
  /// What stands between quotes, escapes kept.
  fhir::Result<std::string_view> take_quoted();
  std::string_view take_digits();

  /// Behind the bracket that closes the one at a position.
  std::size_t behind_matching(std::size_t open) const;

  /// An error that says where, and what was expected.
  fhir::Unexpected<fhir::Issue> expected(std::string_view what) const { return error(what, at_); }
  fhir::Unexpected<fhir::Issue> error(std::string_view expectation, std::size_t at) const;

 private:
  explicit Cursor(std::string_view text) : text_(text) {}
  fhir::Result<void> survey();

  std::string_view text_;
  std::size_t at_ = 0;
  // Open, close: ascending by open. Shared, so that a copy that looks ahead costs nothing.
  using Brackets = std::vector<std::pair<std::size_t, std::size_t>>;
  std::shared_ptr<const Brackets> brackets_;
};

/// "line 1, column 5" of a position; columns in characters.
std::string place_of(std::string_view text, std::size_t at);

}  // namespace terminology::ecl
