// The filter of $expand where a code system has no index of its words.
// https://hl7.org/fhir/R4/valueset-operation-expand.html (filter)
#pragma once

#include <string_view>
#include <vector>

#include "terminology/listed_codes.h"

namespace terminology {

/// "A text filter that is applied to restrict the codes that are returned (this is useful in a UI
/// context)." The text outlives it.
class TextFilter {
 public:
  explicit TextFilter(std::string_view text);
  /// The text begins the code, or each of its words is in one display or designation.
  bool accepts(const ListedCode& code) const;

 private:
  bool has_all_words(std::string_view text) const;

  std::string_view text_;
  std::vector<std::string_view> words_;
};

}  // namespace terminology
