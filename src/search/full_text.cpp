#include "src/search/full_text.h"

#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "fhir/formats/json_document.h"
#include "src/search/fold.h"

namespace server::search {
namespace {

constexpr std::size_t k_base64_bytes_min = 256;
// The categories of full_text_schema().
constexpr std::uint32_t k_word_mask = U_GC_L_MASK | U_GC_N_MASK | U_GC_M_MASK | U_GC_CO_MASK;

bool is_unspaced(UChar32 c) {
  return (c >= 0x3040 && c <= 0x30ff) || (c >= 0x3400 && c <= 0x4dbf) ||
         (c >= 0x4e00 && c <= 0x9fff) || (c >= 0xf900 && c <= 0xfaff) ||
         (c >= 0x20000 && c <= 0x2fa1f);
}

bool is_base64(std::string_view text) {
  return text.size() >= k_base64_bytes_min && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  c == '+' || c == '/' || c == '=' || c == '\n' || c == '\r';
         });
}

// Elements within a line, which part no words: <b>H</b>ello.
bool is_inline(std::string_view name) {
  constexpr std::array<std::string_view, 17> k_inline = {
      "a", "abbr",  "b",    "big",    "code", "em",  "font", "i", "q",
      "s", "small", "span", "strong", "sub",  "sup", "tt",   "u"};
  return std::find(k_inline.begin(), k_inline.end(), name) != k_inline.end();
}

void append_entity(std::string_view name, std::string& out) {
  std::uint32_t code = 0;
  if (name.size() > 1 && name[0] == '#') {
    const bool is_hex = name[1] == 'x' || name[1] == 'X';
    name.remove_prefix(is_hex ? 2 : 1);
    std::from_chars(name.data(), name.data() + name.size(), code, is_hex ? 16 : 10);
  } else {
    code = name == "amp" ? '&' : name == "lt" ? '<' : name == "gt" ? '>' : ' ';
  }
  if (code == 0 || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) code = ' ';
  std::array<std::uint8_t, 4> bytes{};
  std::int32_t length = 0;
  U8_APPEND_UNSAFE(bytes.data(), length, static_cast<UChar32>(code));
  out.append(bytes.begin(), bytes.begin() + length);
}

/// Where its `>` is: one in the value of an attribute is another.
std::size_t end_of_tag(std::string_view xhtml) {
  char quote = 0;
  for (std::size_t at = 0; at < xhtml.size(); ++at) {
    const char c = xhtml[at];
    if (quote != 0) {
      if (c == quote) quote = 0;
    } else if (c == '"' || c == '\'') {
      quote = c;
    } else if (c == '>') {
      return at;
    }
  }
  return std::string_view::npos;
}

/// The text of XHTML that was found valid before it was stored.
std::string without_markup(std::string_view xhtml) {
  std::string text;
  text.reserve(xhtml.size());
  while (!xhtml.empty()) {
    const std::size_t plain = std::min(xhtml.find_first_of("<&"), xhtml.size());
    text.append(xhtml.substr(0, plain));
    xhtml.remove_prefix(plain);
    if (xhtml.empty()) break;
    const bool is_tag = xhtml.front() == '<';
    const bool is_comment = xhtml.substr(0, 4) == "<!--";
    std::size_t end = is_comment ? xhtml.find("-->") : is_tag ? end_of_tag(xhtml) : xhtml.find(';');
    if (end == std::string_view::npos) break;
    if (is_comment) end += 2;
    std::string_view inside = xhtml.substr(1, end - 1);
    xhtml.remove_prefix(end + 1);
    if (!is_tag) {
      append_entity(inside, text);
      continue;
    }
    if (!inside.empty() && inside.front() == '/') inside.remove_prefix(1);
    if (!is_comment && !is_inline(inside.substr(0, inside.find_first_of(" \t\r\n/>")))) text += ' ';
  }
  return text;
}

class Collector {
 public:
  void collect(const fhir::json::Value& value) {
    if (value.is_string()) {
      add(value.text());
    } else if (value.is_array()) {
      for (const auto& item : value.items()) collect(item);
    } else if (value.is_object()) {
      for (const auto& member : value.members()) {
        const std::string_view name = member.name();
        if (name == "versionId" || name == "lastUpdated") continue;
        const bool is_markup = name == "div" && member.value.string().starts_with("<div");
        is_markup ? add(without_markup(member.value.text())) : collect(member.value);
      }
    }
  }

  void add(std::string_view text) {
    if (text.empty() || is_base64(text)) return;
    if (!content_.empty()) content_ += '\n';
    content_ += text;
  }

  std::string take() { return fold_words(content_); }

 private:
  std::string content_;
};

}  // namespace

FullText full_text_of(std::string_view json) {
  FullText made;
  auto document = fhir::json::Document::read(std::string(json));
  if (!document || !document->root().is_object()) return made;
  Collector content;
  for (const auto& member : document->root().members()) {
    if (member.name() != "text" || !member.value.is_object()) {
      content.collect(member.value);
      continue;
    }
    made.narrative = fold_words(without_markup(member.value.string_at("div")));
  }
  made.content = content.take();
  return made;
}

std::string fold_words(std::string_view text) {
  std::string folded = fold(text);
  const bool is_ascii = std::all_of(folded.begin(), folded.end(),
                                    [](char c) { return static_cast<unsigned char>(c) < 0x80; });
  if (is_ascii) return folded;
  std::string spaced;
  spaced.reserve(folded.size());
  const auto length = static_cast<std::int32_t>(folded.size());
  for (std::int32_t at = 0; at < length;) {
    const std::int32_t start = at;
    UChar32 c = 0;
    U8_NEXT(folded.data(), at, length, c);
    if (is_unspaced(c)) spaced += ' ';
    spaced.append(folded, static_cast<std::size_t>(start), static_cast<std::size_t>(at - start));
    if (is_unspaced(c)) spaced += ' ';
  }
  return spaced;
}

std::size_t count_words(std::string_view folded) {
  std::size_t words = 0;
  bool is_within = false;
  const auto length = static_cast<std::int32_t>(folded.size());
  for (std::int32_t at = 0; at < length;) {
    UChar32 c = 0;
    U8_NEXT(folded.data(), at, length, c);
    const bool is_word = (U_GET_GC_MASK(c) & k_word_mask) != 0;
    if (is_word && !is_within) ++words;
    is_within = is_word;
  }
  return words;
}

}  // namespace server::search
