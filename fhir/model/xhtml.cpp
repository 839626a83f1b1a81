// One pass over the text, without a tree: narratives are checked on every write.
//
// txt-1: "The narrative SHALL contain only the basic html formatting elements and attributes
// described in chapters 7-11 (except section 4 of chapter 9) and 15 of the HTML 4.0 standard, <a>
// elements (either name or href), images and internally contained style attributes"; txt-2: "The
// narrative SHALL have some non-whitespace content". https://hl7.org/fhir/R4/narrative.html#rules
#include "fhir/model/xhtml.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <vector>

namespace fhir {
namespace {

constexpr std::string_view k_namespace = "http://www.w3.org/1999/xhtml";

// Both in order, for a binary search.
constexpr std::array<std::string_view, 55> k_elements = {
    "a",      "abbr",   "acronym", "b",        "big",   "blockquote", "br",    "caption",
    "cite",   "code",   "col",     "colgroup", "dd",    "del",        "dfn",   "div",
    "dl",     "dt",     "em",      "h1",       "h2",    "h3",         "h4",    "h5",
    "h6",     "hr",     "i",       "img",      "ins",   "kbd",        "li",    "map",
    "ol",     "p",      "pre",     "q",        "s",     "samp",       "small", "span",
    "strike", "strong", "sub",     "sup",      "table", "tbody",      "td",    "tfoot",
    "th",     "thead",  "tr",      "tt",       "u",     "ul",         "var"};
constexpr std::array<std::string_view, 52> k_attributes = {
    "abbr",       "accesskey",   "align",       "alt",        "axis",   "bgcolor", "border",
    "cellhalign", "cellpadding", "cellspacing", "cellvalign", "char",   "charoff", "charset",
    "cite",       "class",       "colspan",     "compact",    "coords", "dir",     "frame",
    "headers",    "height",      "href",        "hreflang",   "hspace", "id",      "lang",
    "longdesc",   "name",        "nowrap",      "rel",        "rev",    "rowspan", "rules",
    "scope",      "shape",       "span",        "src",        "start",  "style",   "summary",
    "tabindex",   "title",       "type",        "usemap",     "valign", "value",   "vspace",
    "width",      "xml:lang",    "xmlns"};
static_assert(std::is_sorted(k_elements.begin(), k_elements.end()));
static_assert(std::is_sorted(k_attributes.begin(), k_attributes.end()));

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }
bool is_name(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == ':' ||
         c == '-' || c == '_' || c == '.';
}

/// Reads the markup from its begin to its end; every function is false at the first fault.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : at_(text.data()), end_(text.data() + text.size()) {}

  bool whole() {
    if (!skip_outside() || at_ == end_ || *at_ != '<' || !open_tag()) return false;
    while (!open_.empty()) {
      if (at_ == end_ || !(*at_ == '<' ? markup() : characters())) return false;
    }
    return skip_outside() && at_ == end_ && has_content_;
  }

 private:
  std::string_view rest() const { return {at_, static_cast<std::size_t>(end_ - at_)}; }
  bool take(std::string_view token) {
    if (!rest().starts_with(token)) return false;
    at_ += token.size();
    return true;
  }
  bool skip_past(std::string_view token) {
    const std::size_t found = rest().find(token);
    if (found == std::string_view::npos) return false;
    at_ += found + token.size();
    return true;
  }
  void skip_blanks() {
    while (at_ != end_ && is_blank(*at_)) ++at_;
  }
  /// White space and comments may stand around the div.
  bool skip_outside() {
    while (true) {
      skip_blanks();
      if (!rest().starts_with("<!--")) return true;
      if (!skip_past("-->")) return false;
    }
  }
  std::string_view name() {
    const char* start = at_;
    while (at_ != end_ && is_name(*at_)) ++at_;
    return {start, static_cast<std::size_t>(at_ - start)};
  }

  bool markup() {
    if (at_ + 1 == end_) return false;
    if (at_[1] == '/') return close_tag();
    if (at_[1] != '!') return open_tag();  // a processing instruction has no name there
    if (take("<!--")) return skip_past("-->");
    if (!take("<![CDATA[")) return false;
    if (!rest().starts_with("]]>")) has_content_ = true;
    return skip_past("]]>");
  }

  bool characters() {
    const void* next = std::memchr(at_, '<', static_cast<std::size_t>(end_ - at_));
    const char* stop = next != nullptr ? static_cast<const char*>(next) : end_;
    return text_until(stop, !has_content_);
  }

  /// Up to `stop`, with whole references in it.
  bool text_until(const char* stop, bool looks_for_content) {
    if (looks_for_content && !std::all_of(at_, stop, is_blank)) has_content_ = true;
    while (true) {
      const void* found = std::memchr(at_, '&', static_cast<std::size_t>(stop - at_));
      if (found == nullptr) break;
      at_ = static_cast<const char*>(found) + 1;
      if (at_ != stop && *at_ == '#') ++at_;
      const char* start = at_;
      while (at_ != stop && is_name(*at_)) ++at_;
      if (at_ == start || at_ == stop || *at_ != ';') return false;
    }
    at_ = stop;
    return true;
  }

  bool open_tag() {
    ++at_;
    const std::string_view tag = name();
    if (!std::binary_search(k_elements.begin(), k_elements.end(), tag)) return false;
    const bool is_root = open_.empty();
    if (is_root && tag != "div") return false;
    bool has_namespace = false;
    if (!attributes(has_namespace) || (is_root && !has_namespace)) return false;
    if (tag == "img") has_content_ = true;
    if (take("/>")) return !is_root;
    open_.push_back(tag);
    return take(">");
  }

  bool close_tag() {
    at_ += 2;
    if (name() != open_.back()) return false;
    open_.pop_back();
    skip_blanks();
    return take(">");
  }

  bool attributes(bool& has_namespace) {
    seen_.clear();
    while (true) {
      const char* before = at_;
      skip_blanks();
      if (at_ == end_ || *at_ == '>' || *at_ == '/') return at_ != end_;
      if (at_ == before) return false;  // attributes stand apart
      const std::string_view attribute = name();
      if (!std::binary_search(k_attributes.begin(), k_attributes.end(), attribute) ||
          std::find(seen_.begin(), seen_.end(), attribute) != seen_.end())
        return false;
      seen_.push_back(attribute);
      std::string_view value;
      if (!attribute_value(value)) return false;
      if (attribute == "xmlns") {
        if (value != k_namespace) return false;
        has_namespace = true;
      }
    }
  }

  bool attribute_value(std::string_view& value) {
    skip_blanks();
    if (!take("=")) return false;
    skip_blanks();
    if (at_ == end_ || (*at_ != '"' && *at_ != '\'')) return false;
    const char quote = *at_++;
    const void* found = std::memchr(at_, quote, static_cast<std::size_t>(end_ - at_));
    if (found == nullptr) return false;
    const char* stop = static_cast<const char*>(found);
    value = {at_, static_cast<std::size_t>(stop - at_)};
    if (value.find('<') != std::string_view::npos || !text_until(stop, false)) return false;
    ++at_;
    return true;
  }

  const char* at_;
  const char* end_;
  bool has_content_ = false;
  std::vector<std::string_view> open_;
  std::vector<std::string_view> seen_;  // attributes of the tag being read
};

}  // namespace

bool html_checks(std::string_view xhtml) { return Scanner(xhtml).whole(); }

}  // namespace fhir
