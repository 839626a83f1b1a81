#include "fhir/validation/narrative_names.h"

#include <algorithm>
#include <array>
#include <cstdint>

namespace fhir::validation {
namespace {

/// The first eight characters in one word, to compare names quickly.
constexpr std::uint64_t packed(std::string_view name) {
  std::uint64_t word = 0;
  for (std::size_t i = 0; i < name.size() && i < 8; ++i)
    word |= std::uint64_t{static_cast<unsigned char>(name[i])} << (8 * i);
  return word;
}

// blockquote is known apart from these: it does not fit a word.
constexpr std::array<std::string_view, 52> k_elements = {
    "a",       "abbr",  "acronym", "address", "area",     "b",   "bdo",   "big",   "br",
    "caption", "cite",  "code",    "col",     "colgroup", "dd",  "dfn",   "div",   "dl",
    "dt",      "em",    "h1",      "h2",      "h3",       "h4",  "h5",    "h6",    "hr",
    "i",       "img",   "kbd",     "li",      "map",      "ol",  "p",     "pre",   "q",
    "samp",    "small", "span",    "strong",  "sub",      "sup", "table", "tbody", "td",
    "tfoot",   "th",    "thead",   "tr",      "tt",       "ul",  "var"};

constexpr auto k_packed_elements = [] {
  std::array<std::uint64_t, k_elements.size()> words{};
  for (std::size_t i = 0; i < words.size(); ++i) words[i] = packed(k_elements[i]);
  std::sort(words.begin(), words.end());
  return words;
}();

constexpr std::array<std::string_view, 25> k_attributes = {
    "ID",      "abbr",  "accesskey", "align",    "axis",  "border", "char", "charoff", "class",
    "colspan", "dir",   "headers",   "height",   "id",    "lang",   "name", "rowspan", "scope",
    "span",    "start", "style",     "tabindex", "title", "valign", "width"};
static_assert(std::is_sorted(k_attributes.begin(), k_attributes.end()));

struct ElementAttribute {
  std::string_view element;
  std::string_view attribute;
};
constexpr ElementAttribute k_element_attributes[] = {{"a", "href"},
                                                     {"a", "charset"},
                                                     {"a", "type"},
                                                     {"a", "hreflang"},
                                                     {"a", "rel"},
                                                     {"a", "rev"},
                                                     {"a", "shape"},
                                                     {"a", "coords"},
                                                     {"img", "src"},
                                                     {"img", "alt"},
                                                     {"img", "longdesc"},
                                                     {"img", "usemap"},
                                                     {"img", "ismap"},
                                                     {"area", "shape"},
                                                     {"area", "coords"},
                                                     {"area", "href"},
                                                     {"area", "nohref"},
                                                     {"area", "alt"},
                                                     {"table", "summary"},
                                                     {"table", "frame"},
                                                     {"table", "rules"},
                                                     {"table", "cellspacing"},
                                                     {"table", "cellpadding"},
                                                     {"pre", "space"},
                                                     {"td", "nowrap"},
                                                     {"th", "nowrap"},
                                                     {"ol", "type"},
                                                     {"ul", "type"},
                                                     {"li", "value"},
                                                     {"blockquote", "cite"},
                                                     {"q", "cite"},
                                                     {"td", "bgcolor"},
                                                     {"tr", "bgcolor"},
                                                     {"table", "bgcolor"}};

}  // namespace

bool is_narrative_element(std::string_view name) {
  if (name.size() > 8) return name == "blockquote";
  return std::binary_search(k_packed_elements.begin(), k_packed_elements.end(), packed(name));
}

bool is_narrative_attribute(std::string_view element, std::string_view attribute) {
  if (attribute.starts_with("xmlns") || attribute.starts_with("xml:")) return true;
  if (std::binary_search(k_attributes.begin(), k_attributes.end(), attribute)) return true;
  return std::any_of(std::begin(k_element_attributes), std::end(k_element_attributes),
                     [&](const ElementAttribute& allowed) {
                       return allowed.element == element && allowed.attribute == attribute;
                     });
}

bool tells_source(std::string_view classes) {
  constexpr std::array<std::string_view, 5> k_sources = {"boilerplate", "generated", "original",
                                                         "extensions", "additional"};
  while (!classes.empty()) {
    const std::size_t end = std::min(classes.find_first_of(" \t\n\r"), classes.size());
    if (std::find(k_sources.begin(), k_sources.end(), classes.substr(0, end)) != k_sources.end())
      return true;
    classes.remove_prefix(std::min(end + 1, classes.size()));
  }
  return false;
}

}  // namespace fhir::validation
