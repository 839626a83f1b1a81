// txt-1: "The narrative SHALL contain only the basic html formatting elements and attributes
// described in chapters 7-11 (except section 4 of chapter 9) and 15 of the HTML 4.0 standard, <a>
// elements (either name or href), images and internally contained style attributes"; txt-2: "The
// narrative SHALL have some non-whitespace content". https://hl7.org/fhir/R4/narrative.html#rules
#include "fhir/model/xhtml.h"

#include <algorithm>
#include <array>
#include <cstring>

#include <pugixml.hpp>

namespace fhir {
namespace {

constexpr std::string_view k_namespace = "http://www.w3.org/1999/xhtml";

// Both sorted.
constexpr std::array<std::string_view, 52> k_elements = {
    "a",     "abbr", "acronym",  "b",    "big",    "blockquote", "br",  "caption", "cite",
    "code",  "col",  "colgroup", "dd",   "del",    "dfn",        "div", "dl",      "dt",
    "em",    "h1",   "h2",       "h3",   "h4",     "h5",         "h6",  "hr",      "i",
    "img",   "ins",  "kbd",      "li",   "map",    "ol",         "p",   "pre",     "q",
    "s",     "samp", "small",    "span", "strike", "strong",     "sub", "sup",     "table",
    "tbody", "td",   "tfoot",    "th",   "thead",  "tr",         "tt"};
constexpr std::array<std::string_view, 3> k_more_elements = {"u", "ul", "var"};
constexpr std::array<std::string_view, 44> k_attributes = {
    "abbr",       "accesskey",   "align",       "alt",        "axis",   "bgcolor", "border",
    "cellhalign", "cellpadding", "cellspacing", "cellvalign", "char",   "charoff", "charset",
    "cite",       "class",       "colspan",     "compact",    "coords", "dir",     "frame",
    "headers",    "height",      "href",        "hreflang",   "hspace", "id",      "lang",
    "longdesc",   "name",        "nowrap",      "rel",        "rev",    "rowspan", "rules",
    "scope",      "shape",       "span",        "src",        "start",  "style",   "summary",
    "tabindex",   "title"};
constexpr std::array<std::string_view, 8> k_more_attributes = {
    "type", "usemap", "valign", "value", "vspace", "width", "xml:lang", "xmlns"};

bool is_element(std::string_view name) {
  return std::binary_search(k_elements.begin(), k_elements.end(), name) ||
         std::find(k_more_elements.begin(), k_more_elements.end(), name) != k_more_elements.end();
}

bool is_attribute(std::string_view name) {
  return std::binary_search(k_attributes.begin(), k_attributes.end(), name) ||
         std::find(k_more_attributes.begin(), k_more_attributes.end(), name) !=
             k_more_attributes.end();
}

bool is_blank(std::string_view text) {
  return text.find_first_not_of(" \t\r\n") == std::string_view::npos;
}

/// Walks without recursion: how deep a narrative nests is its author's choice.
struct Checker final : pugi::xml_tree_walker {
  bool is_valid = true;
  bool has_content = false;

  bool for_each(pugi::xml_node& node) override {
    if (node.type() == pugi::node_pcdata || node.type() == pugi::node_cdata) {
      if (!is_blank(node.value())) has_content = true;
    } else if (node.type() == pugi::node_element) {
      is_valid = is_element(node.name());
      if (std::strcmp(node.name(), "img") == 0) has_content = true;
      for (const pugi::xml_attribute& attribute : node.attributes()) {
        if (!is_attribute(attribute.name())) is_valid = false;
      }
    } else if (node.type() == pugi::node_pi || node.type() == pugi::node_doctype) {
      is_valid = false;
    }
    return is_valid;
  }
};

/// pugixml leaves an entity that it does not know as it is. XHTML's own are allowed; a reference
/// must at least have the form of one.
bool has_whole_entities(std::string_view xhtml) {
  for (std::size_t at = xhtml.find('&'); at != std::string_view::npos;
       at = xhtml.find('&', at + 1)) {
    const std::size_t end = xhtml.find_first_not_of(
        "#0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz", at + 1);
    if (end == std::string_view::npos || xhtml[end] != ';' || end == at + 1) return false;
  }
  return true;
}

}  // namespace

bool html_checks(std::string_view xhtml) {
  pugi::xml_document document;
  const auto parsed = document.load_buffer(
      xhtml.data(), xhtml.size(), pugi::parse_default | pugi::parse_pi | pugi::parse_doctype,
      pugi::encoding_utf8);
  if (!parsed || xhtml.find("<!DOCTYPE") != std::string_view::npos || !has_whole_entities(xhtml))
    return false;
  const pugi::xml_node div = document.document_element();
  if (std::strcmp(div.name(), "div") != 0 || div.next_sibling() ||
      div.attribute("xmlns").value() != k_namespace)
    return false;
  Checker checker;
  document.traverse(checker);
  return checker.is_valid && checker.has_content;
}

}  // namespace fhir
