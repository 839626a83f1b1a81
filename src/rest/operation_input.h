// The parameters of an operation, however they were sent, as one Parameters resource.
#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include "fhir/formats/json_document.h"
#include "src/operations/parameters.h"
#include "src/rest/context.h"

namespace server::rest {

/// What a request to an operation is answered that cannot be understood: 400.
fhir::Unexpected<Failure> refuse(fhir::IssueType type, std::string text);

/// body      a Parameters resource, or any other, which becomes the parameter `resource`; may be
///           null
/// returns   the parameters; those of the URL come after those of the body, each as a string
fhir::Result<fhir::json::Document, Failure> operation_parameters(const Call& call,
                                                                 const fhir::json::Document* body);

/// What a request to an operation holds.
struct OperationInput {
  std::optional<fhir::json::Document> body;  // as sent; nothing when there is none
  fhir::json::Document document;             // of the parameters

  operations::Parameters parameters() const { return operations::Parameters(&document); }
};

/// Reads body and URL, and holds them to what the operation takes: names, how often each is given,
/// the form of simple values, and that what is not simple is there: `value()` or `resource()` of a
/// parameter that is given is never null.
///
/// definition   canonical of the OperationDefinition; empty, or unknown: only `also` is known
/// also         parameters beside those of the definition, of any type, each once at most
/// errors       not-supported: a parameter of another name, unless handling is lenient · required ·
///              invalid: given more often than it may be · value: not of its type
fhir::Result<OperationInput, Failure> read_operation_input(
    const Call& call, std::string_view definition,
    std::initializer_list<std::string_view> also = {});

}  // namespace server::rest
