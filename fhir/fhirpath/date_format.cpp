#include "fhir/fhirpath/date_format.h"

#include <algorithm>
#include <string>

namespace fhir::fhirpath {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

/// The parts as they were read, each with the digits that ISO 8601 gives it; empty: not there.
struct Parts {
  std::string year, month, day, hour, minute, second, fraction, zone;
  std::optional<bool> is_afternoon;

  std::string iso() const {
    if (year.empty()) return {};
    std::string out = year;
    const std::string* const rest[] = {&month, &day, &hour, &minute, &second, &fraction};
    constexpr std::string_view k_marks = "--T::.";
    std::size_t i = 0;
    for (; i < 6 && !rest[i]->empty(); ++i) out.append(1, k_marks[i]).append(*rest[i]);
    // A part without the larger one before it says nothing.
    for (std::size_t later = i; later < 6; ++later) {
      if (!rest[later]->empty()) return {};
    }
    return i >= 3 ? out + zone : zone.empty() ? out : std::string();
  }
};

/// Takes digits from the text: as many as the code has letters, one or two where it has one.
std::optional<std::string> take_digits(std::string_view& text, std::size_t letters) {
  const std::size_t most = letters == 1 ? 2 : letters;
  std::size_t count = 0;
  while (count < most && count < text.size() && is_digit(text[count])) ++count;
  if (count < letters) return std::nullopt;
  std::string digits(text.substr(0, count));
  text.remove_prefix(count);
  return digits.size() == 1 && letters < 3 ? "0" + digits : digits;
}

bool take_half(std::string_view& text, Parts& parts) {
  if (text.empty()) return false;
  const char c = static_cast<char>(text[0] | 0x20);
  if (c != 'a' && c != 'p') return false;
  parts.is_afternoon = c == 'p';
  text.remove_prefix(text.size() > 1 && (text[1] | 0x20) == 'm' ? 2 : 1);
  return true;
}

/// `Z`, `+0200` or `+02:00`.
bool take_zone(std::string_view& text, Parts& parts) {
  if (text.starts_with('Z')) {
    parts.zone = "Z";
    text.remove_prefix(1);
    return true;
  }
  if (text.empty() || (text[0] != '+' && text[0] != '-')) return false;
  const char sign = text[0];
  text.remove_prefix(1);
  const auto hours = take_digits(text, 2);
  if (text.starts_with(':')) text.remove_prefix(1);
  const auto minutes = take_digits(text, 2);
  if (!hours || !minutes) return false;
  parts.zone = sign + *hours + ":" + *minutes;
  return true;
}

bool take_code(char code, std::size_t letters, std::string_view& text, Parts& parts) {
  if (code == 'a') return letters == 1 && take_half(text, parts);
  if (code == 'Z') return letters == 1 && take_zone(text, parts);
  std::string* part = code == 'y'                  ? &parts.year
                      : code == 'M'                ? &parts.month
                      : code == 'd'                ? &parts.day
                      : code == 'H' || code == 'h' ? &parts.hour
                      : code == 'm'                ? &parts.minute
                      : code == 's'                ? &parts.second
                      : code == 'S'                ? &parts.fraction
                                                   : nullptr;
  const bool is_known = code == 'y'   ? letters == 2 || letters == 4
                        : code == 'S' ? letters <= 9
                                      : letters <= 2;
  if (part == nullptr || !is_known || !part->empty()) return false;
  if (code == 'S' && letters == 1) {
    if (text.empty() || !is_digit(text[0])) return false;
    *part = text.substr(0, 1);
    text.remove_prefix(1);
    return true;
  }
  auto digits = take_digits(text, letters);
  if (!digits) return false;
  *part = code == 'y' && letters == 2 ? (*digits < "50" ? "20" : "19") + *digits : *digits;
  return true;
}

/// 12 AM is the first hour of the day, 12 PM its noon.
bool settle_half(Parts& parts) {
  if (!parts.is_afternoon) return true;
  if (parts.hour.size() != 2) return false;
  int hour = (parts.hour[0] - '0') * 10 + (parts.hour[1] - '0');
  if (hour < 1 || hour > 12) return false;
  hour = hour % 12 + (*parts.is_afternoon ? 12 : 0);
  parts.hour = {static_cast<char>('0' + hour / 10), static_cast<char>('0' + hour % 10)};
  return true;
}

}  // namespace

std::optional<DateTime> parse_date_by(std::string_view format, std::string_view text) {
  Parts parts;
  while (!format.empty()) {
    const char code = format[0];
    if (!is_letter(code)) {
      if (!text.starts_with(code)) return std::nullopt;
      text.remove_prefix(1);
      format.remove_prefix(1);
      continue;
    }
    const std::size_t letters = std::min(format.find_first_not_of(code), format.size());
    format.remove_prefix(letters);
    if (code == 'T' && letters == 1) {  // stands for itself, as in ISO 8601
      if (!text.starts_with('T')) return std::nullopt;
      text.remove_prefix(1);
    } else if (!take_code(code, letters, text, parts)) {
      return std::nullopt;
    }
  }
  if (!text.empty() || !settle_half(parts)) return std::nullopt;
  return DateTime::parse(parts.iso());
}

}  // namespace fhir::fhirpath
