// A tree may hold a narrative that nothing has checked, and one that JSON lets pass: "The XHTML is
// contained in general XML so there is no support for HTML entities like &nbsp;".
// https://hl7.org/fhir/R4/narrative.html#xhtml
#include "fhir/model/xml_narrative.h"

#include <algorithm>
#include <array>
#include <utility>

#include <pugixml.hpp>

#include "fhir/formats/utf8.h"
#include "fhir/model/xml_text.h"

namespace fhir::xml {
namespace {

constexpr std::ptrdiff_t k_attributes_max = 64;  // of one element

/// HTML's names for the characters that narratives use most, in order.
constexpr std::array<std::pair<std::string_view, std::string_view>, 30> k_characters = {{
    {"acute", "&#180;"},  {"bull", "&#8226;"},  {"cent", "&#162;"},    {"copy", "&#169;"},
    {"deg", "&#176;"},    {"emsp", "&#8195;"},  {"ensp", "&#8194;"},   {"euro", "&#8364;"},
    {"frac12", "&#189;"}, {"ge", "&#8805;"},    {"hellip", "&#8230;"}, {"laquo", "&#171;"},
    {"ldquo", "&#8220;"}, {"le", "&#8804;"},    {"lsquo", "&#8216;"},  {"mdash", "&#8212;"},
    {"micro", "&#181;"},  {"middot", "&#183;"}, {"nbsp", "&#160;"},    {"ndash", "&#8211;"},
    {"para", "&#182;"},   {"plusmn", "&#177;"}, {"pound", "&#163;"},   {"raquo", "&#187;"},
    {"rdquo", "&#8221;"}, {"reg", "&#174;"},    {"rsquo", "&#8217;"},  {"sect", "&#167;"},
    {"times", "&#215;"},  {"trade", "&#8482;"},
}};
static_assert(std::is_sorted(k_characters.begin(), k_characters.end()));

/// What stands between `&` and `;` at the begin of `text`; empty when there is no such reference.
std::string_view reference_name(std::string_view text) {
  const std::size_t end = text.substr(0, 32).find_first_of("&<; ", 1);
  if (end == std::string_view::npos || text[end] != ';') return {};
  return text.substr(1, end - 1);
}

/// The narrative with references that XML knows, and without characters that it does not.
std::string repaired(std::string_view xhtml) {
  std::string out;
  out.reserve(xhtml.size());
  for (std::size_t at = 0; at < xhtml.size(); ++at) {
    const std::string_view rest = xhtml.substr(at);
    if (rest[0] != '&') {
      if (const std::size_t bytes = forbidden_bytes(rest); bytes != 0) {
        out += json::k_replacement_character;
        at += bytes - 1;
      } else {
        out += rest[0];
      }
      continue;
    }
    const std::string_view name = reference_name(rest);
    std::string character;
    std::size_t bad_at = 0;
    if (!name.empty() && append_decoded(character, rest.substr(0, name.size() + 2), bad_at)) {
      out += '&';
      continue;
    }
    const auto* known = std::lower_bound(
        k_characters.begin(), k_characters.end(), name,
        [](const auto& entry, std::string_view wanted) { return entry.first < wanted; });
    if (known != k_characters.end() && known->first == name) {
      out += known->second;
      at += name.size() + 1;
    } else {
      out += "&amp;";
    }
  }
  return out;
}

/// What pugixml lets pass and other readers do not.
class StrictWalker : public pugi::xml_tree_walker {
 public:
  bool for_each(pugi::xml_node& node) override {
    const std::string_view text = node.value();
    if (node.type() == pugi::node_pcdata) return text.find("]]>") == std::string_view::npos;
    if (node.type() == pugi::node_comment)
      return text.find("--") == std::string_view::npos && !text.ends_with('-');
    return node.type() != pugi::node_element || is_strict_element(node);
  }

 private:
  static bool is_strict_element(const pugi::xml_node& node) {
    if (std::string_view(node.name()).find(':') != std::string_view::npos) return false;
    const auto attributes = node.attributes();
    if (std::distance(attributes.begin(), attributes.end()) > k_attributes_max) return false;
    for (auto at = attributes.begin(); at != attributes.end(); ++at) {
      const std::string_view name = at->name();
      if (name.find(':') != std::string_view::npos && name != "xml:lang" && name != "xml:space")
        return false;
      if (std::string_view(at->value()).find('<') != std::string_view::npos) return false;
      if (std::any_of(attributes.begin(), at,
                      [&](const pugi::xml_attribute& other) { return name == other.name(); }))
        return false;
    }
    return true;
  }
};

enum class Namespace { missing, xhtml, other };

/// Whether `text` is one well-formed `div`, and what its namespace says.
bool is_div(std::string_view text, Namespace& space) {
  if (!text.starts_with("<div") || element_end(text, 0) != text.size()) return false;
  pugi::xml_document document;
  constexpr unsigned k_flags = pugi::parse_cdata | pugi::parse_comments | pugi::parse_fragment;
  if (!document.load_buffer(text.data(), text.size(), k_flags, pugi::encoding_utf8)) return false;
  const pugi::xml_node root = document.first_child();
  if (std::string_view(root.name()) != "div" || root.next_sibling()) return false;
  StrictWalker walker;
  if (!document.traverse(walker)) return false;
  const std::string_view declared = root.attribute("xmlns").value();
  space = declared.empty()                ? Namespace::missing
          : declared == k_xhtml_namespace ? Namespace::xhtml
                                          : Namespace::other;
  return true;
}

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t\r\n");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t\r\n") + 1 - begin);
}

}  // namespace

void append_narrative(std::string& out, std::string_view xhtml) {
  const std::string text = repaired(trimmed(xhtml));
  Namespace space = Namespace::other;
  const bool stands = is_div(text, space) && space != Namespace::other;
  if (stands && space == Namespace::xhtml) {
    out += text;
    return;
  }
  out.append("<div xmlns=\"").append(k_xhtml_namespace).append("\"");
  if (stands) {
    out.append(text, 4);  // behind `<div`
    return;
  }
  out += '>';
  append_escaped(out, xhtml);
  out += "</div>";
}

}  // namespace fhir::xml
