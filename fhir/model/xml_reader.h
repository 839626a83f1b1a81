// FHIR XML into the same tree as FHIR JSON. https://hl7.org/fhir/R4/xml.html
#pragma once

#include <cstddef>
#include <string_view>

#include "fhir/base/issue.h"
#include "fhir/base/limits.h"
#include "fhir/base/result.h"
#include "fhir/definitions/definition_store.h"
#include "fhir/formats/json_document.h"

namespace fhir {

inline constexpr std::size_t k_xml_bytes_max = 64u << 20;  // one document
inline constexpr std::size_t k_xml_tags_max = 8'000'000;   // of one document
inline constexpr std::size_t k_xml_attributes_max = 64;    // of one element

struct XmlReadOptions {
  std::size_t bytes_max = k_xml_bytes_max;
  std::size_t depth_max = k_json_depth_max;  // objects and arrays of the tree, as in JSON
  /// Not null: what well-formed XML has and FHIR does not allow is left out, characters that are no
  /// UTF-8 or not XML's are read as U+FFFD, and the faults are told here, with their places:
  /// k_read_faults_max of them, one more is an error.
  IssueSink* faults = nullptr;
};

/// Reads one resource.
///
/// text         UTF-8, with or without a byte order mark
/// definitions  tell numbers and booleans from strings, and what repeats; values keep their lexical
///              form, and one that is no JSON number or boolean comes as a string. Elements that
///              they do not know come under their names: objects, or strings where there is a value
/// returns      the document as its JSON would give it, with positions in `text`; members in the
///              order of the source, equal names together; a narrative's div as it was written
/// errors       structure (not well-formed, a document type, another namespace, text or attributes
///              that FHIR does not have), not-supported (another encoding), too-long (bytes, tags,
///              attributes or depth), each with line and column
/// source       https://hl7.org/fhir/R4/xml.html
Result<json::Document> read_xml(std::string_view text, const DefinitionStore& definitions,
                                const XmlReadOptions& options = {});

}  // namespace fhir
