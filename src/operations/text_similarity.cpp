#include "src/operations/text_similarity.h"

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

namespace server::operations {
namespace {

constexpr std::size_t k_letters_max = 100;  // of each text; the rest is not looked at

/// Characters of UTF-8, each as one number.
std::vector<std::uint32_t> characters(std::string_view text) {
  std::vector<std::uint32_t> found;
  for (const char byte : text) {
    const auto bits = static_cast<unsigned char>(byte);
    if ((bits & 0xC0) == 0x80 && !found.empty()) {
      found.back() = found.back() << 8 | bits;
    } else if (found.size() < k_letters_max) {
      found.push_back(bits);
    } else {
      break;
    }
  }
  return found;
}

using Characters = std::vector<std::uint32_t>;

double jaro(const Characters& a, const Characters& b) {
  const std::size_t window = std::max<std::size_t>(std::max(a.size(), b.size()) / 2, 1) - 1;
  std::vector<bool> taken(b.size());
  Characters in_a, in_b;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const std::size_t first = i > window ? i - window : 0;
    const std::size_t last = std::min(b.size(), i + window + 1);
    for (std::size_t j = first; j < last; ++j) {
      if (taken[j] || a[i] != b[j]) continue;
      taken[j] = true;
      in_a.push_back(a[i]);
      break;
    }
  }
  if (in_a.empty()) return 0;
  for (std::size_t j = 0; j < b.size(); ++j) {
    if (taken[j]) in_b.push_back(b[j]);
  }
  double out_of_place = 0;
  for (std::size_t i = 0; i < in_a.size(); ++i) out_of_place += in_a[i] != in_b[i] ? 0.5 : 0;
  const auto common = static_cast<double>(in_a.size());
  return (common / static_cast<double>(a.size()) + common / static_cast<double>(b.size()) +
          (common - out_of_place) / common) /
         3;
}

char digit_of(char letter) {
  constexpr std::string_view k_digits = "01230120022455012623010202";  // a to z
  return letter >= 'a' && letter <= 'z' ? k_digits[static_cast<std::size_t>(letter - 'a')] : '\0';
}

}  // namespace

double likeness(std::string_view left, std::string_view right) {
  if (left == right) return left.empty() ? 0 : 1;
  const Characters a = characters(left), b = characters(right);
  if (a.empty() || b.empty()) return 0;
  const double plain = jaro(a, b);
  std::size_t prefix = 0;
  while (prefix < std::min({a.size(), b.size(), std::size_t{4}}) && a[prefix] == b[prefix])
    ++prefix;
  return plain + static_cast<double>(prefix) * 0.1 * (1 - plain);
}

std::size_t edit_distance(std::string_view left, std::string_view right) {
  const Characters a = characters(left), b = characters(right);
  std::vector<std::size_t> before_last(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    before_last = std::exchange(last, row);
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t changed = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, changed});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        row[j] = std::min(row[j], before_last[j - 2] + 1);
    }
  }
  return row[b.size()];
}

/// https://www.archives.gov/research/census/soundex: h and w do not part two letters of one sound.
std::string sound_of(std::string_view folded) {
  std::string sound;
  char last = '\0';
  for (const char letter : folded) {
    const char digit = digit_of(letter);
    if (digit == '\0') continue;
    if (sound.empty()) {
      sound = letter;
    } else if (digit != '0' && digit != last) {
      sound += digit;
    }
    if (letter != 'h' && letter != 'w') last = digit;
    if (sound.size() == 4) break;
  }
  if (!sound.empty()) sound.resize(4, '0');
  return sound;
}

}  // namespace server::operations
