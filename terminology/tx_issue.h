// What the terminology operations find, in the codes and message ids that validators know:
// https://build.fhir.org/ig/HL7/fhir-tx-ecosystem-ig/,
// http://hl7.org/fhir/tools/CodeSystem/tx-issue-type
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "fhir/base/issue.h"

namespace terminology {

/// tx_code      of tx-issue-type; empty: none fits
/// message_id   the name under which the ecosystem's messages list the text
/// path         FHIRPath of what it is about; empty: the request as a whole
fhir::Issue tx_issue(fhir::Severity severity, fhir::IssueType type, std::string_view tx_code,
                     std::string_view message_id, std::string text, std::string path = {});

/// The same as an error that ends the request as what could be read and not be done: 422.
fhir::Issue tx_failure(fhir::IssueType type, std::string_view tx_code, std::string_view message_id,
                       std::string text, std::string path = {});

inline std::string quoted(std::string_view text) { return "'" + std::string(text) + "'"; }

/// `a`, `a or b`, `a, b or c`
std::string in_words(const std::vector<std::string_view>& choices);

/// `url|version`, or the url alone.
std::string canonical_text(std::string_view url, std::string_view version);

}  // namespace terminology
