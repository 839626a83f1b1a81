// Reads an executable GraphQL document: operations and fragments.
// https://spec.graphql.org/June2018/#sec-Language.Document
#pragma once

#include <string_view>

#include "src/graphql/document.h"

#include "fhir/base/result.h"

namespace server::graphql {

/// source   UTF-8, at most k_document_bytes_max
/// errors   structure: not UTF-8, or not GraphQL, with line and column · not-supported: definitions
/// of a schema ·
///          too-costly: a limit was passed
fhir::Result<Document, Error> parse(std::string_view source);

}  // namespace server::graphql
