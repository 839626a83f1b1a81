// The XPath that XML Patch uses: location paths downwards with simple predicates.
// RFC 5261 section 4.1 and its grammar in section 8
#pragma once

#include <string_view>
#include <vector>

#include <pugixml.hpp>

#include "fhir/base/result.h"

namespace fhir::patch {

/// What a selector selects: a node, or an attribute of it.
struct Selected {
  pugi::xml_node node;
  pugi::xml_attribute attribute;  // null when the node itself is meant
};

/// Selects from the document's root node.
///
/// selector   steps joined by `/`: names, `*`, `.`, `..`, `text()`, `comment()`,
///            `processing-instruction('x')`, and at the end `@name` or `namespace::prefix`; `//`
///            for any depth; `id('x')` as the first step. Predicates: `[2]`, `[last()]`, `[path]`,
///            `[path='text']`, several joined by `and`
/// scope      the element of the patch that holds the selector: its prefixes and default namespace
///            count; `f` and `h` mean FHIR and XHTML unless it declares them
/// errors     invalid: no such selector · too-costly
Result<std::vector<Selected>> select_nodes(const pugi::xml_document& document,
                                           std::string_view selector, pugi::xml_node scope);

}  // namespace fhir::patch
