// The answers to one question against what the Questionnaire says of it.
// https://hl7.org/fhir/R4/questionnaireresponse.html
#pragma once

#include "fhir/validation/rule_context.h"

namespace fhir::validation {

/// item       Questionnaire.item
/// response   QuestionnaireResponse.item with its answers, at `path`
void check_answers(const RuleContext& context, const json::Value& item, const json::Value& response,
                   const Path& path);

/// The extension of an element by its url; null when it has none.
const json::Value* extension_of(const json::Value& element, std::string_view url);

}  // namespace fhir::validation
