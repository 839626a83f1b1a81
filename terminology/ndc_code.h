// National Drug Codes in their two forms: three parts of 10 digits in all, and 11 digits.
// https://hl7.org/fhir/R4/ndc.html
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

namespace terminology {

/// The 11 digits of a code in parts (4-4-2, 5-3-2 or 5-4-1): each part is filled up to 5-4-2. Empty
/// for what is no such code. Two parts (a product) give 9 digits.
inline std::string ndc_digits(std::string_view code) {
  constexpr std::size_t k_widths[] = {5, 4, 2};
  std::string digits;
  std::size_t parts = 0;
  while (true) {
    const std::size_t end = std::min(code.find('-'), code.size());
    if (parts == 3 || end == 0 || end > k_widths[parts] ||
        code.substr(0, end).find_first_not_of("0123456789") != std::string_view::npos)
      return {};
    digits.append(k_widths[parts] - end, '0').append(code.substr(0, end));
    ++parts;
    if (end == code.size()) break;
    code.remove_prefix(end + 1);
  }
  return parts >= 2 ? digits : std::string();
}

}  // namespace terminology
