// XML Patch. RFC 5261, https://hl7.org/fhir/R4/http.html#patch
#pragma once

#include <string>
#include <string_view>

#include "fhir/base/result.h"

namespace fhir::patch {

/// Applies the operations in order, all or none.
///
/// target    well-formed XML, UTF-8
/// patch     an element whose children are the operations: add, replace, remove
/// returns   the patched text, without an XML declaration
/// errors    invalid (400): no patch, or a selector that cannot be read · processing (422): a
///           selector that does not select exactly one node, content that does not fit there ·
///           structure: no XML · too-long, too-costly: a limit was passed
/// source    RFC 5261
Result<std::string> apply_xml_patch(std::string_view target, std::string_view patch);

}  // namespace fhir::patch
