// RFC 8259 section 7: the quotation mark, the backslash, and what is below U+0020 are escaped.
#include "fhir/formats/json_writer.h"

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <string_view>

namespace {

std::string escape_of(unsigned char c) {
  switch (c) {
    case '"':
      return "\\\"";
    case '\\':
      return "\\\\";
    case '\b':
      return "\\b";
    case '\f':
      return "\\f";
    case '\n':
      return "\\n";
    case '\r':
      return "\\r";
    case '\t':
      return "\\t";
    default:
      break;
  }
  constexpr std::string_view k_digits = "0123456789abcdef";
  return c < 0x20 ? std::string("\\u00") + k_digits[c >> 4] + k_digits[c & 15]
                  : std::string(1, static_cast<char>(c));
}

std::string expected(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) out += escape_of(static_cast<unsigned char>(c));
  return out + "\"";
}

/// From bytes of exactly this size, so that a read beside them is found by a sanitizer.
std::string written(const std::string& text) {
  const auto copy = std::make_unique<char[]>(text.size());
  text.copy(copy.get(), text.size());
  std::string out;
  fhir::json::append_string(out, {copy.get(), text.size()});
  return out;
}

}  // namespace

TEST_CASE("every byte is escaped or kept at every place of a text of every length") {
  for (std::size_t size = 1; size <= 40; ++size) {
    for (std::size_t at = 0; at < size; ++at) {
      std::string text(size, 'x'), wrong;
      for (int c = 0; c < 256; ++c) {
        text[at] = static_cast<char>(c);
        if (written(text) != expected(text)) wrong += std::to_string(c) + " ";
      }
      CHECK_MESSAGE(wrong.empty(), "of ", size, " bytes, at ", at, ": ", wrong);
    }
  }
}

TEST_CASE("two bytes are escaped wherever they stand") {
  for (std::size_t size = 2; size <= 40; ++size) {
    for (std::size_t first = 0; first < size; ++first) {
      for (std::size_t second = first + 1; second < size; ++second) {
        std::string text(size, 'x');
        text[first] = '"';
        text[second] = '\n';
        CHECK(written(text) == expected(text));
      }
    }
  }
  CHECK(written("") == "\"\"");
  CHECK(written(std::string(40, '\\')) == expected(std::string(40, '\\')));
}
