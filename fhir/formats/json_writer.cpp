// RFC 8259 section 7 says what must be escaped.
#include "fhir/formats/json_writer.h"

#include <array>
#include <bit>
#include <charconv>
#include <cstdint>
#include <cstring>

#include <emmintrin.h>

namespace fhir::json {
namespace {

constexpr std::size_t k_short_bytes = 256;

/// A bit for each byte that must be escaped.
unsigned escapes_in(__m128i block) {
  const __m128i control = _mm_set1_epi8(0x1f);
  const __m128i is_control = _mm_cmpeq_epi8(_mm_min_epu8(block, control), block);
  const __m128i is_quote = _mm_cmpeq_epi8(block, _mm_set1_epi8('"'));
  const __m128i is_backslash = _mm_cmpeq_epi8(block, _mm_set1_epi8('\\'));
  return static_cast<unsigned>(
      _mm_movemask_epi8(_mm_or_si128(_mm_or_si128(is_quote, is_backslash), is_control)));
}

/// Like plain_bytes, of a text of `half` to 2 * `half` bytes, the first and last `half` of which
/// are in the block.
std::size_t plain_of_halves(__m128i block, std::size_t half, std::size_t size) {
  const unsigned both = escapes_in(block);
  const unsigned head = both & ((1U << half) - 1), tail = (both >> half) & ((1U << half) - 1);
  if (head != 0) return static_cast<std::size_t>(std::countr_zero(head));
  return tail != 0 ? size - half + static_cast<std::size_t>(std::countr_zero(tail)) : size;
}

/// Length of the part at the start that needs no escape. Most texts are keys and codes of fewer
/// than 16 bytes: their halves, which overlap, are looked at together.
std::size_t plain_bytes(std::string_view text) {
  std::size_t at = 0;
  for (; at + 16 <= text.size(); at += 16) {
    const auto block = _mm_loadu_si128(reinterpret_cast<const __m128i*>(text.data() + at));
    if (const unsigned mask = escapes_in(block))
      return at + static_cast<std::size_t>(std::countr_zero(mask));
  }
  const char* rest = text.data() + at;
  const std::size_t size = text.size() - at;
  if (size >= 8) {
    std::array<std::uint64_t, 2> halves;
    std::memcpy(&halves[0], rest, 8);
    std::memcpy(&halves[1], rest + size - 8, 8);
    const auto block =
        _mm_set_epi64x(static_cast<std::int64_t>(halves[1]), static_cast<std::int64_t>(halves[0]));
    return at + plain_of_halves(block, 8, size);
  }
  if (size >= 4) {
    std::array<std::uint32_t, 2> halves;
    std::memcpy(&halves[0], rest, 4);
    std::memcpy(&halves[1], rest + size - 4, 4);
    const auto block =
        _mm_set_epi32(0, 0, static_cast<int>(halves[1]), static_cast<int>(halves[0]));
    return at + plain_of_halves(block, 4, size);
  }
  for (; at < text.size(); ++at) {
    const auto c = static_cast<unsigned char>(text[at]);
    if (c == '"' || c == '\\' || c < 0x20) break;
  }
  return at;
}

void append_escape(std::string& out, char c) {
  switch (c) {
    case '"':
      out += "\\\"";
      return;
    case '\\':
      out += "\\\\";
      return;
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    case '\b':
      out += "\\b";
      return;
    case '\f':
      out += "\\f";
      return;
    default:
      break;
  }
  constexpr std::string_view k_digits = "0123456789abcdef";
  out += "\\u00";
  out += k_digits[static_cast<unsigned char>(c) >> 4];
  out += k_digits[static_cast<unsigned char>(c) & 15];
}

void append_pretty(std::string& out, const Value& value, int level) {
  auto new_line = [&out](int at) {
    out += '\n';
    out.append(static_cast<std::size_t>(at) * 2, ' ');
  };
  if (value.is_object() && !value.members().empty()) {
    out += '{';
    bool first = true;
    for (const Member& member : value.members()) {
      if (!first) out += ',';
      first = false;
      new_line(level + 1);
      append_string(out, member.name());
      out += ": ";
      append_pretty(out, member.value, level + 1);
    }
    new_line(level);
    out += '}';
  } else if (value.is_array() && !value.items().empty()) {
    out += '[';
    bool first = true;
    for (const Value& item : value.items()) {
      if (!first) out += ',';
      first = false;
      new_line(level + 1);
      append_pretty(out, item, level + 1);
    }
    new_line(level);
    out += ']';
  } else {
    append(out, value);
  }
}

}  // namespace

void append_string(std::string& out, std::string_view text) {
  if (text.size() <= k_short_bytes && plain_bytes(text) == text.size()) {
    // The room for it and its quotation marks at once.
    const std::size_t start = out.size();
    out.append(text.size() + 2, '"');
    text.copy(out.data() + start + 1, text.size());
    return;
  }
  out += '"';
  while (!text.empty()) {
    const std::size_t plain = plain_bytes(text);
    out.append(text.data(), plain);
    text.remove_prefix(plain);
    if (text.empty()) break;
    append_escape(out, text.front());
    text.remove_prefix(1);
  }
  out += '"';
}

void append(std::string& out, const Value& value) {
  switch (value.kind()) {
    case Kind::string:
      append_string(out, value.text());
      return;
    case Kind::array: {
      char separator = '[';
      for (const Value& item : value.items()) {
        out += separator;
        append(out, item);
        separator = ',';
      }
      if (separator == '[') out += '[';
      out += ']';
      return;
    }
    case Kind::object: {
      char separator = '{';
      for (const Member& member : value.members()) {
        out += separator;
        append_string(out, member.name());
        out += ':';
        append(out, member.value);
        separator = ',';
      }
      if (separator == '{') out += '{';
      out += '}';
      return;
    }
    default:
      out += value.text();
  }
}

std::string to_string(const Value& value, bool pretty) {
  std::string out;
  if (pretty) {
    append_pretty(out, value, 0);
  } else {
    append(out, value);
  }
  return out;
}

Builder& Builder::open(char bracket) {
  separate();
  out_ += bracket;
  first_ = true;
  return *this;
}

Builder& Builder::close(char bracket) {
  out_ += bracket;
  first_ = false;
  return *this;
}

void Builder::separate() {
  if (!first_) out_ += ',';
  first_ = false;
}

Builder& Builder::key(std::string_view name) {
  separate();
  append_string(out_, name);
  out_ += ':';
  first_ = true;
  return *this;
}

Builder& Builder::string(std::string_view text) {
  separate();
  append_string(out_, text);
  return *this;
}

Builder& Builder::number(long long value) {
  separate();
  std::array<char, 24> digits;
  auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value);
  out_.append(digits.data(), end.ptr);
  return *this;
}

Builder& Builder::boolean(bool value) { return raw(value ? "true" : "false"); }

Builder& Builder::raw(std::string_view json) {
  separate();
  out_ += json;
  return *this;
}

Builder& Builder::value(const Value& value) {
  separate();
  append(out_, value);
  return *this;
}

}  // namespace fhir::json
