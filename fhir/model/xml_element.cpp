// "FHIR elements are always in the namespace http://hl7.org/fhir"; values, ids and urls are
// attributes. https://hl7.org/fhir/R4/xml.html
#include "fhir/model/xml_element.h"

#include <algorithm>
#include <array>

#include "fhir/model/xml_reader.h"
#include "fhir/model/xml_text.h"

namespace fhir::xml {
namespace {

/// A name as a diagnostic may quote it.
std::string quoted(std::string_view name) { return std::string(name.substr(0, 64)); }

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

std::string_view space_of_prefix(pugi::xml_node node, std::string_view prefix) {
  for (; node; node = node.parent()) {
    for (const pugi::xml_attribute& attribute : node.attributes()) {
      const std::string_view name = attribute.name();
      if (name.starts_with("xmlns:") && name.substr(6) == prefix) return attribute.value();
    }
  }
  return {};
}

/// Declarations of namespaces, and where their schemas are: nothing that a resource says.
bool is_of_xml(std::string_view name) {
  return name == "xmlns" || name.starts_with("xmlns:") || name.ends_with(":schemaLocation") ||
         name.ends_with(":noNamespaceSchemaLocation");
}

}  // namespace

bool ElementReader::root(const pugi::xml_document& document, Element& out) {
  for (const pugi::xml_node& node : document.children()) {
    if (node.type() == pugi::node_doctype)
      return refuse(node, "The XML has a document type declaration, which FHIR does not allow");
    if (node.type() == pugi::node_declaration) {
      if (!check_declaration(node)) return false;
    } else if (node.type() != pugi::node_element) {
      return refuse(node, "The XML has text outside its root element");
    } else if (out.node) {
      return refuse(node, "The XML has more than one root element");
    } else if (!resolve(node, {}, out)) {
      return false;
    }
  }
  if (!out.node)
    return refuse_at(0, make_issue(IssueType::structure, "The XML has no root element"));
  if (out.is_narrative) return refuse(out.node, "The root element is no FHIR resource");
  return true;
}

bool ElementReader::resolve(const pugi::xml_node& node, std::string_view outer_space,
                            Element& out) {
  const pugi::xml_attribute own = node.attribute("xmlns");
  out.node = node;
  out.name = node.name();
  out.default_space = own ? std::string_view(own.value()) : outer_space;
  std::string_view space = out.default_space;
  const std::size_t colon = out.name.find(':');
  const bool has_prefix = colon != std::string_view::npos;
  if (has_prefix) {
    space = space_of_prefix(node, out.name.substr(0, colon));
    out.name.remove_prefix(colon + 1);
  }
  out.is_narrative = space == k_xhtml_namespace && out.name == "div";
  const auto leave_out = [&](std::string diagnostics) {
    pass_over(node, std::move(diagnostics));
    return false;
  };
  if (out.is_narrative && has_prefix)
    return leave_out(
        "The narrative's div has a namespace prefix; declare its namespace by "
        "xmlns=\"http://www.w3.org/1999/xhtml\"");
  if (out.is_narrative) return true;
  if (space != k_fhir_namespace)
    return leave_out("The element " + quoted(out.name) +
                     " is not in the namespace http://hl7.org/fhir");
  if (!is_plain_name(out.name) || out.name.starts_with('_'))
    return leave_out("The element " + quoted(out.name) + " has a name that FHIR does not use");
  return true;
}

bool ElementReader::attributes(const pugi::xml_node& node, Attributes& out) {
  refused_node_ = node;
  std::array<std::string_view, k_xml_attributes_max> seen;
  std::size_t count = 0;
  for (const pugi::xml_attribute& attribute : node.attributes()) {
    const std::string_view name = attribute.name();
    auto refuse_it = [&](std::string diagnostics) {
      return refuse_at(offset_of(attribute.name()),
                       make_issue(IssueType::structure, std::move(diagnostics)));
    };
    if (count == seen.size()) return refuse_it("The element has too many attributes");
    if (std::find(seen.begin(), seen.begin() + count, name) != seen.begin() + count)
      return refuse_it("The element has two attributes " + quoted(name));
    seen[count++] = name;
    if (is_of_xml(name)) continue;
    std::optional<std::string_view>* known = name == "value" ? &out.value
                                             : name == "id"  ? &out.id
                                             : name == "url" ? &out.url
                                                             : nullptr;
    if (known == nullptr) {
      if (!pass_over_at(node, offset_of(attribute.name()), "FHIR has no attribute " + quoted(name)))
        return false;
      continue;
    }
    if (!decode(attribute.value(), *known)) return false;
  }
  return true;
}

std::uint32_t ElementReader::offset_of(const pugi::xml_node& node) const {
  const char* at = node.type() == pugi::node_element ? node.name() - 1 : node.value();
  if (at < buffer_ || at > buffer_ + source_.size()) return 0;
  while (node.type() != pugi::node_element && is_blank(*at)) ++at;
  return static_cast<std::uint32_t>(at - buffer_);
}

bool ElementReader::refuse(const pugi::xml_node& node, std::string diagnostics) {
  return refuse(node, make_issue(IssueType::structure, std::move(diagnostics)));
}

bool ElementReader::refuse(const pugi::xml_node& node, Issue issue) {
  refused_node_ = node;
  return refuse_at(offset_of(node), std::move(issue));
}

bool ElementReader::pass_over(const pugi::xml_node& node, std::string diagnostics) {
  return pass_over_at(node, offset_of(node), std::move(diagnostics));
}

bool ElementReader::pass_over_at(const pugi::xml_node& node, std::size_t offset,
                                 std::string diagnostics) {
  refused_node_ = node;
  Issue issue = make_issue(IssueType::structure, std::move(diagnostics));
  if (faults_.size() == faults_max_) return refuse_at(offset, std::move(issue));
  faults_.push_back({std::move(issue), offset, node});
  return true;
}

bool ElementReader::refuse_at(std::size_t offset, Issue issue) {
  is_refused_ = true;
  refusal_ = std::move(issue);
  refusal_offset_ = offset;
  return false;
}

bool ElementReader::check_declaration(const pugi::xml_node& node) {
  std::string encoding = node.attribute("encoding").value();
  for (char& c : encoding) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  return encoding.empty() || encoding == "utf-8" || encoding == "us-ascii" ||
         refuse(node, make_issue(IssueType::not_supported,
                                 "FHIR XML is UTF-8; no other encoding is read"));
}

bool ElementReader::decode(const char* raw, std::optional<std::string_view>& out) {
  const std::string_view text = raw;
  if (text.find_first_of("&<\t\r\n") == std::string_view::npos) {
    out = arena_.copy(text);
    return true;
  }
  std::string decoded;
  std::size_t bad_at = 0;
  if (!append_decoded(decoded, text, bad_at))
    return refuse_at(
        offset_of(raw) + bad_at,
        make_issue(IssueType::structure,
                   "The attribute's value has a character or reference that XML does not allow"));
  out = arena_.copy(decoded);
  return true;
}

}  // namespace fhir::xml
