#include "src/search/filter_test.h"

#include <array>
#include <string>
#include <utility>

#include "src/search/concept_expansion.h"
#include "src/search/escape.h"
#include "src/search/failure.h"
#include "src/search/reference_text.h"
#include "src/search/special.h"

namespace server::search {
namespace {

using fhir::IssueType;
using fhir::SearchParameter;
using fhir::SearchParameterType;
using Op = FilterOperator;

bool is_among(Op operation, std::initializer_list<Op> set) {
  for (const Op one : set) {
    if (one == operation) return true;
  }
  return false;
}

/// The table of operators and types. `eq` on a reference, which the table leaves empty, is `re`.
bool applies_to(Op operation, SearchParameterType type) {
  if (operation == Op::pr) return type != SearchParameterType::special;
  switch (type) {
    case SearchParameterType::string:
      return is_among(operation,
                      {Op::eq, Op::ne, Op::co, Op::sw, Op::ew, Op::gt, Op::lt, Op::ge, Op::le});
    case SearchParameterType::number:
      return is_among(operation, {Op::eq, Op::ne, Op::co, Op::gt, Op::lt, Op::ge, Op::le, Op::ap,
                                  Op::sa, Op::eb});
    case SearchParameterType::date:
      return is_among(operation, {Op::eq, Op::ne, Op::co, Op::gt, Op::lt, Op::ge, Op::le, Op::ap,
                                  Op::sa, Op::eb, Op::po});
    case SearchParameterType::quantity:
      return is_among(operation,
                      {Op::eq, Op::ne, Op::gt, Op::lt, Op::ge, Op::le, Op::ap, Op::sa, Op::eb});
    case SearchParameterType::token:
      return is_among(operation, {Op::eq, Op::ne, Op::ss, Op::sb, Op::in, Op::ni});
    case SearchParameterType::reference:
      return is_among(operation, {Op::re, Op::eq});
    case SearchParameterType::uri:
      return is_among(operation, {Op::eq, Op::ne, Op::co, Op::sw, Op::ew});
    case SearchParameterType::composite:
      return operation == Op::eq;
    case SearchParameterType::special:
      break;
  }
  return false;
}

Prefix prefix_of(Op operation) {
  switch (operation) {
    case Op::ne:
      return Prefix::ne;
    case Op::co:
      return Prefix::co;
    case Op::sw:
      return Prefix::sw;
    case Op::ew:
      return Prefix::ew;
    case Op::gt:
      return Prefix::gt;
    case Op::lt:
      return Prefix::lt;
    case Op::ge:
      return Prefix::ge;
    case Op::le:
      return Prefix::le;
    case Op::ap:
      return Prefix::ap;
    case Op::sa:
      return Prefix::sa;
    case Op::eb:
      return Prefix::eb;
    case Op::po:
      return Prefix::po;
    default:
      return Prefix::eq;
  }
}

/// "For convenience, the codes loinc, snomed, rxnorm and ucum are predefined": before the bar.
std::string with_full_namespace(std::string_view value) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 4> k_known = {{
      {"loinc", "http://loinc.org"},
      {"snomed", "http://snomed.info/sct"},
      {"rxnorm", "http://www.nlm.nih.gov/research/umls/rxnorm"},
      {"ucum", "http://unitsofmeasure.org"},
  }};
  for (const auto& [code, system] : k_known) {
    const std::string written = std::string(code) + "|";
    if (value.substr(0, written.size()) == written) {
      return std::string(system).append(value.substr(code.size()));
    }
    // 5.4|ucum|mg
    const std::size_t at = value.find("|" + written);
    if (at != std::string_view::npos) {
      return std::string(value.substr(0, at + 1))
          .append(system)
          .append(value.substr(at + 1 + code.size()));
    }
  }
  return std::string(value);
}

Modifier modifier_of(Op operation, const SearchParameter& parameter) {
  const bool is_id = parameter.code == "_id";
  switch (operation) {
    case Op::pr:
      return Modifier::missing;
    case Op::in:
    case Op::ni:
      return Modifier::in;
    case Op::ss:
      return Modifier::below;
    case Op::sb:
      return Modifier::above;
    default:
      break;
  }
  switch (parameter.type) {
    case SearchParameterType::token:
      // A resource has one id, and ids know case.
      if (is_id) return operation == Op::ne ? Modifier::not_ : Modifier::none;
      return Modifier::compared;
    case SearchParameterType::string:
    case SearchParameterType::uri:
      return Modifier::compared;
    default:
      return Modifier::none;
  }
}

/// A value with the operator before it, as a prefix would be: the grammars then refuse another.
fhir::Result<Operand> read_with_prefix(const SearchParameter& parameter, Op operation,
                                       std::string_view value, const OperandContext& context) {
  const Prefix prefix = prefix_of(operation);
  const bool is_prefix = prefix <= Prefix::ap;
  std::string text(is_prefix ? name_of(operation) : "eq");
  text += value;
  FHIR_TRY(operand, parse_operand(parameter, Modifier::none, text, context));
  operand.prefix = prefix;
  return operand;
}

fhir::Result<Operand> read_operand(const SearchParameter& parameter, Modifier modifier,
                                   Op operation, std::string_view value,
                                   const OperandContext& context) {
  if (operation == Op::pr) return parse_operand(parameter, modifier, "false", context);
  switch (parameter.type) {
    case SearchParameterType::number:
    case SearchParameterType::date:
    case SearchParameterType::quantity:
      return read_with_prefix(parameter, operation, with_full_namespace(value), context);
    case SearchParameterType::string:
    case SearchParameterType::uri: {  // no separators in these
      FHIR_TRY(operand, parse_operand(parameter, modifier, escape(value), context));
      operand.prefix = prefix_of(operation);
      return operand;
    }
    default:
      break;
  }
  FHIR_TRY(operand, parse_operand(parameter, modifier, with_full_namespace(value), context));
  operand.prefix = prefix_of(operation);
  return operand;
}

}  // namespace

fhir::Result<Criterion> filter_test(std::string_view type, const Link& link,
                                    FilterOperator operation, std::string_view value,
                                    const CriterionOptions& options) {
  const fhir::DefinitionStore& definitions = options.operands.definitions;
  if (link.code == "_list" && operation == Op::eq) {
    return parse_special(type, link.code, escape(value), options);
  }
  Criterion criterion;
  criterion.parameter = definitions.search_parameter(type, link.code);
  if (criterion.parameter == nullptr) return unknown_parameter(type, link.code);
  const SearchParameter& parameter = *criterion.parameter;
  if (parameter.expression.empty()) return unknown_parameter(type, link.code);
  if (!link.modifier.empty()) {
    const bool is_type = parameter.type == SearchParameterType::reference &&
                         is_resource_type(link.modifier, definitions);
    if (!is_type) {
      return failure(IssueType::invalid, "an expression has operators in place of the modifier `" +
                                             std::string(link.modifier) + "`");
    }
    FHIR_CHECK(check_target(parameter, link.modifier));
    criterion.target_type = link.modifier;
  }
  if (!applies_to(operation, parameter.type)) {
    return failure(IssueType::invalid, "the operator `" + std::string(name_of(operation)) +
                                           "` does not apply to this type of parameter");
  }
  criterion.modifier = modifier_of(operation, parameter);
  OperandContext context = options.operands;
  context.target_type = criterion.target_type;
  FHIR_TRY(operand, read_operand(parameter, criterion.modifier, operation, value, context));
  criterion.alternatives.push_back(std::move(operand));
  FHIR_CHECK(expand_concepts(criterion, options.operands.concepts));
  return criterion;
}

}  // namespace server::search
