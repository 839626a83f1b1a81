// Languages that somebody wants, best first: as in Accept-Language and displayLanguage.
// https://www.rfc-editor.org/rfc/rfc9110#name-accept-language
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace terminology {

inline constexpr std::size_t k_ranges_max = 50;  // the best are kept

class LanguageRanges {
 public:
  LanguageRanges() = default;
  /// `de, en-AU; q=0.4, *; q=0`: what cannot be read is passed over.
  explicit LanguageRanges(std::string_view text);

  bool are_none() const { return wanted_.empty() && !refuses_others_; }
  /// Tags in the order of preference; `*` stands for any.
  const std::vector<std::string>& wanted() const { return wanted_; }
  bool accepts_any() const;
  /// `*` with the quality 0: no display rather than one in another language.
  bool refuses_others() const { return refuses_others_; }
  /// Whether text in a language is one of those that are named; `*` names none.
  bool name(std::string_view language) const;
  /// As it was asked for.
  const std::string& text() const { return text_; }

 private:
  std::string text_;
  std::vector<std::string> wanted_;
  bool refuses_others_ = false;
};

}  // namespace terminology
