#include "src/search/concept_expansion.h"

#include <algorithm>
#include <array>
#include <utility>

#include "src/search/operand.h"

namespace server::search {
namespace {

using Codes = fhir::Result<std::vector<ConceptCode>>;

// A MIME type is a code without a hierarchy but that of its text: `image` is above `image/png`.
bool is_media_type(std::string_view code) {
  constexpr std::array<std::string_view, 10> k_types = {
      "application", "audio", "example",   "font", "image",
      "message",     "model", "multipart", "text", "video"};
  return std::find(k_types.begin(), k_types.end(), code.substr(0, code.find('/'))) != k_types.end();
}

Codes codes_of(const Operand& operand, const Criterion& criterion, const Concepts& concepts) {
  const Modifier modifier = criterion.modifier;
  if (modifier == Modifier::in || modifier == Modifier::not_in) {
    return concepts.members(operand.text, *criterion.parameter);
  }
  if (operand.system.empty() || operand.code.empty()) {
    return bad_value("`system|code`: only a code system tells what is above and below");
  }
  return modifier == Modifier::below
             ? concepts.at_or_below(operand.system, operand.code, *criterion.parameter)
             : concepts.at_or_above(operand.system, operand.code, *criterion.parameter);
}

bool stays_as_it_is(const Operand& operand, Modifier modifier) {
  return (modifier == Modifier::above || modifier == Modifier::below) && operand.system.empty() &&
         is_media_type(operand.code);
}

}  // namespace

fhir::Result<void> expand_concepts(Criterion& criterion, const Concepts* concepts) {
  const Modifier modifier = criterion.modifier;
  const bool is_of_concepts = criterion.parameter->type == fhir::SearchParameterType::token &&
                              (modifier == Modifier::in || modifier == Modifier::not_in ||
                               modifier == Modifier::above || modifier == Modifier::below);
  if (!is_of_concepts) return {};
  if (std::all_of(criterion.alternatives.begin(), criterion.alternatives.end(),
                  [&](const Operand& operand) { return stays_as_it_is(operand, modifier); })) {
    return {};
  }
  if (concepts == nullptr) {
    return fhir::unexpected(fhir::make_issue(fhir::Situation::malformed,
                                             fhir::IssueType::not_supported,
                                             "there is no terminology to answer this modifier"));
  }
  std::vector<Operand> expanded;
  for (const Operand& operand : criterion.alternatives) {
    FHIR_TRY(codes, codes_of(operand, criterion, *concepts));
    for (ConceptCode& code : codes) {
      if (expanded.size() == k_concepts_max) {
        return fhir::unexpected(fhir::make_issue(
            fhir::Situation::malformed, fhir::IssueType::too_costly,
            "the values stand for more than " + std::to_string(k_concepts_max) + " codes"));
      }
      Operand one;
      one.has_system = true;
      one.system = std::move(code.system);
      one.code = std::move(code.code);
      expanded.push_back(std::move(one));
    }
  }
  criterion.alternatives = std::move(expanded);
  criterion.is_expanded = true;
  criterion.modifier = modifier == Modifier::not_in ? Modifier::not_ : Modifier::none;
  return {};
}

}  // namespace server::search
