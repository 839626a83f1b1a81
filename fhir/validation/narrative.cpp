// A scanner for the small part of XML that a narrative may use.
// https://hl7.org/fhir/R4/narrative.html#id https://www.w3.org/TR/html401/
#include "fhir/validation/narrative.h"

#include <algorithm>
#include <array>
#include <cstddef>

#include "fhir/validation/narrative_names.h"

namespace fhir::validation {
namespace {

constexpr std::size_t k_nesting_max = 256;
constexpr std::string_view k_namespace = "http://www.w3.org/1999/xhtml";

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

bool is_name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == ':' ||
         c == '-' || c == '_' || c == '.' || static_cast<unsigned char>(c) >= 0x80;
}

class Scanner {
 public:
  Scanner(std::string_view text, NarrativeLinks* links) : left_(text), links_(links) {}

  NarrativeFault scan() {
    skip_space();
    while (!left_.empty()) {
      NarrativeFault fault = NarrativeFault::none;
      if (left_.front() == '<') {
        fault = markup();
      } else {
        fault = characters();
      }
      if (fault == NarrativeFault::malformed) return fault;
      if (first_ == NarrativeFault::none) first_ = fault;
      if (depth_ == 0) skip_space();
    }
    if (depth_ != 0 || !has_root_) return NarrativeFault::malformed;
    if (first_ != NarrativeFault::none) return first_;
    return has_content_ ? NarrativeFault::none : NarrativeFault::without_content;
  }

 private:
  NarrativeFault characters() {
    if (depth_ == 0) return NarrativeFault::malformed;
    const std::size_t end = std::min(left_.find('<'), left_.size());
    std::string_view text = left_.substr(0, end);
    left_.remove_prefix(end);
    if (!has_content_ || depth_ == 1) {
      const bool has_some =
          std::any_of(text.begin(), text.end(), [](char c) { return !is_space(c); });
      has_content_ = has_content_ || has_some;
      if (has_some && depth_ == 1) note_part(false);
    }
    return check_references(text);
  }

  /// `&name;`, `&#160;`: every ampersand begins one.
  static NarrativeFault check_references(std::string_view text) {
    for (std::size_t at = text.find('&'); at != std::string_view::npos; at = text.find('&', at)) {
      const std::size_t begin = ++at;
      while (at < text.size() && (is_name_character(text[at]) || text[at] == '#')) ++at;
      if (at == begin || at >= text.size() || text[at] != ';') return NarrativeFault::malformed;
    }
    return NarrativeFault::none;
  }

  NarrativeFault markup() {
    const char second = left_.size() > 1 ? left_[1] : '\0';
    if (second == '/') return end_tag();
    if (second != '!' && second != '?') return start_tag();
    if (left_.starts_with("<!--")) return skip_past("-->", NarrativeFault::none);
    if (left_.starts_with("<![CDATA[")) {
      if (depth_ == 0) return NarrativeFault::malformed;
      has_content_ = true;
      return skip_past("]]>", NarrativeFault::none);
    }
    return skip_past(second == '?' ? "?>" : ">", NarrativeFault::declaration);
  }

  NarrativeFault skip_past(std::string_view end, NarrativeFault fault) {
    const std::size_t at = left_.find(end, 2);
    if (at == std::string_view::npos) return NarrativeFault::malformed;
    left_.remove_prefix(at + end.size());
    return fault;
  }

  NarrativeFault end_tag() {
    left_.remove_prefix(2);
    const std::string_view name = take_name();
    skip_space();
    if (depth_ == 0 || name != open_[depth_ - 1] || !take('>')) return NarrativeFault::malformed;
    --depth_;
    return NarrativeFault::none;
  }

  NarrativeFault start_tag() {
    left_.remove_prefix(1);
    const std::string_view name = take_name();
    if (name.empty() || depth_ == k_nesting_max) return NarrativeFault::malformed;
    const bool is_root = depth_ == 0;
    if (is_root && has_root_) return NarrativeFault::malformed;
    has_root_ = true;
    NarrativeFault fault = NarrativeFault::none;
    if (is_root && name != "div") fault = NarrativeFault::not_a_div;
    if (!is_narrative_element(name)) fault = NarrativeFault::element;
    if (name == "img") has_content_ = true;
    has_source_ = false;
    while (true) {
      const bool spaced = skip_space();
      if (take('>')) {
        if (depth_ == 1) note_part(has_source_);
        open_[depth_++] = name;
        return fault;
      }
      if (left_.starts_with("/>")) {
        left_.remove_prefix(2);
        if (depth_ == 1) note_part(has_source_);
        return fault;
      }
      const NarrativeFault found = spaced ? attribute(name, is_root) : NarrativeFault::malformed;
      if (found == NarrativeFault::malformed) return found;
      if (fault == NarrativeFault::none) fault = found;
    }
  }

  NarrativeFault attribute(std::string_view element, bool is_root) {
    const std::string_view name = take_name();
    skip_space();
    if (name.empty() || !take('=')) return NarrativeFault::malformed;
    skip_space();
    if (left_.empty() || (left_.front() != '"' && left_.front() != '\''))
      return NarrativeFault::malformed;
    const std::size_t end = left_.find(left_.front(), 1);
    if (end == std::string_view::npos) return NarrativeFault::malformed;
    const std::string_view value = left_.substr(1, end - 1);
    left_.remove_prefix(end + 1);
    if (value.find('<') != std::string_view::npos) return NarrativeFault::malformed;
    if (check_references(value) != NarrativeFault::none) return NarrativeFault::malformed;
    if (is_root && name == "xmlns" && value != k_namespace) return NarrativeFault::not_a_div;
    if (links_ != nullptr) note_link(element, name, value);
    return is_narrative_attribute(element, name) ? NarrativeFault::none : NarrativeFault::attribute;
  }

  /// What stands right below the root.
  void note_part(bool has_source) {
    if (links_ != nullptr && !has_source) links_->has_part_without_source = true;
  }

  void note_link(std::string_view element, std::string_view name, std::string_view value) {
    if (name == "href" || (name == "src" && element == "img")) {
      links_->targets.push_back(value);
    } else if (depth_ == 1 && name == "class") {
      has_source_ = has_source_ || tells_source(value);
    } else if (depth_ == 1 && (name == "lang" || name == "xml:lang")) {
      links_->languages.push_back(value);
    } else if (name == "id" || (name == "name" && element == "a")) {
      links_->anchors.push_back(value);
    }
  }

  std::string_view take_name() {
    std::size_t size = 0;
    while (size < left_.size() && is_name_character(left_[size])) ++size;
    const std::string_view name = left_.substr(0, size);
    left_.remove_prefix(size);
    return name;
  }

  bool take(char c) {
    if (left_.empty() || left_.front() != c) return false;
    left_.remove_prefix(1);
    return true;
  }

  bool skip_space() {
    bool any = false;
    while (!left_.empty() && is_space(left_.front())) {
      left_.remove_prefix(1);
      any = true;
    }
    return any;
  }

  std::string_view left_;
  NarrativeLinks* links_;
  std::array<std::string_view, k_nesting_max> open_;
  std::size_t depth_ = 0;
  bool has_root_ = false;
  bool has_content_ = false;
  bool has_source_ = false;  // of the element whose attributes are read
  NarrativeFault first_ = NarrativeFault::none;
};

}  // namespace

NarrativeFault check_narrative(std::string_view xhtml, NarrativeLinks* links) {
  return Scanner{xhtml, links}.scan();
}

std::string_view text_of(NarrativeFault fault) {
  switch (fault) {
    case NarrativeFault::none:
      return "is well";
    case NarrativeFault::malformed:
      return "is not one well-formed XHTML element";
    case NarrativeFault::not_a_div:
      return "is no div in the namespace http://www.w3.org/1999/xhtml";
    case NarrativeFault::element:
      return "has an element that narratives may not have";
    case NarrativeFault::attribute:
      return "has an attribute that narratives may not have";
    case NarrativeFault::declaration:
      return "has a document type or a processing instruction";
    case NarrativeFault::without_content:
      return "has no content but whitespace";
  }
  return {};
}

}  // namespace fhir::validation
