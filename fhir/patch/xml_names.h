// Namespaces of a parsed XML text: pugixml gives names as they are written.
// https://www.w3.org/TR/xml-names/
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <pugixml.hpp>

namespace fhir::patch {

/// The prefix of a qualified name, empty when it has none; and the rest.
std::string_view prefix_of(std::string_view name);
std::string_view local_of(std::string_view name);

/// The namespace that a prefix (empty: the default) means at an element; nothing when undeclared.
std::optional<std::string_view> space_of(pugi::xml_node at, std::string_view prefix);

/// The namespace of an element; empty when it is in none.
std::string_view space_of(pugi::xml_node element);

/// Gives a copied element the namespace declarations without which its names would mean something
/// else where it stands now.
void declare_spaces(pugi::xml_node copy, pugi::xml_node original);

/// What raw text between tags or quotes means, references replaced; as it is when it has a bad one.
std::string decoded(std::string_view raw);

}  // namespace fhir::patch
