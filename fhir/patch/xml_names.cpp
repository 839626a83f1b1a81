#include "fhir/patch/xml_names.h"

#include <set>

#include "fhir/model/xml_text.h"

namespace fhir::patch {
namespace {

constexpr std::string_view k_xml_space = "http://www.w3.org/XML/1998/namespace";

/// Prefixes that a subtree uses without declaring them itself.
void add_used(pugi::xml_node element, std::set<std::string>& used, std::set<std::string> declared) {
  for (const pugi::xml_attribute& attribute : element.attributes()) {
    const std::string_view name = attribute.name();
    if (name == "xmlns") declared.insert("");
    if (name.starts_with("xmlns:")) declared.insert(std::string(name.substr(6)));
  }
  auto use = [&](std::string_view prefix) {
    if (declared.count(std::string(prefix)) == 0) used.insert(std::string(prefix));
  };
  use(prefix_of(element.name()));
  for (const pugi::xml_attribute& attribute : element.attributes()) {
    const std::string_view prefix = prefix_of(attribute.name());
    if (!prefix.empty() && prefix != "xmlns" && prefix != "xml") use(prefix);
  }
  for (const pugi::xml_node& child : element.children()) {
    if (child.type() == pugi::node_element) add_used(child, used, declared);
  }
}

}  // namespace

std::string_view prefix_of(std::string_view name) {
  const std::size_t colon = name.find(':');
  return colon == std::string_view::npos ? std::string_view{} : name.substr(0, colon);
}

std::string_view local_of(std::string_view name) {
  const std::size_t colon = name.find(':');
  return colon == std::string_view::npos ? name : name.substr(colon + 1);
}

std::optional<std::string_view> space_of(pugi::xml_node at, std::string_view prefix) {
  if (prefix == "xml") return k_xml_space;
  for (; at; at = at.parent()) {
    for (const pugi::xml_attribute& attribute : at.attributes()) {
      const std::string_view name = attribute.name();
      const bool is_it =
          prefix.empty() ? name == "xmlns" : name.starts_with("xmlns:") && name.substr(6) == prefix;
      if (is_it) return std::string_view(attribute.value());
    }
  }
  return prefix.empty() ? std::optional<std::string_view>("") : std::nullopt;
}

std::string_view space_of(pugi::xml_node element) {
  return space_of(element, prefix_of(element.name())).value_or("");
}

void declare_spaces(pugi::xml_node copy, pugi::xml_node original) {
  std::set<std::string> used;
  add_used(original, used, {});
  for (const std::string& prefix : used) {
    const auto meant = space_of(original, prefix);
    if (!meant || space_of(copy, prefix) == meant) continue;
    const std::string name = prefix.empty() ? "xmlns" : "xmlns:" + prefix;
    copy.append_attribute(name.c_str()).set_value(std::string(*meant).c_str());
  }
}

std::string decoded(std::string_view raw) {
  std::string out;
  std::size_t bad_at = 0;
  if (raw.find('&') == std::string_view::npos || !xml::append_decoded(out, raw, bad_at))
    return std::string(raw);
  return out;
}

}  // namespace fhir::patch
