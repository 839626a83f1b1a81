// JSON that is not quite what RFC 8259 asks, read as far as it goes: for whoever judges a resource
// and would tell all that is wrong with it. What is to be stored is read strictly.
#pragma once

#include <string>

#include "fhir/base/issue.h"
#include "fhir/base/result.h"
#include "fhir/definitions/definition_store.h"
#include "fhir/formats/json_document.h"

namespace fhir {

/// As json::Document::read(), but that the faults it can go on after do not end it.
///
/// options   their `faults` are not looked at
/// sink      gets each fault with line, column and the expression of the object it is in
/// errors    structure: no JSON at all, or more than k_read_faults_max faults · too-long
Result<json::Document> read_faulty_json(std::string text, const DefinitionStore& definitions,
                                        json::ReadOptions options, IssueSink& sink);

/// The expression of the innermost element of a resource whose object begins at or before `offset`
/// and which the definitions know; empty when the root is no known resource.
std::string expression_at(const json::Document& document, std::uint32_t offset,
                          const DefinitionStore& definitions);

}  // namespace fhir
