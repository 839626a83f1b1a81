// Composites: values of several components that stand side by side, joined by `$`.
// https://hl7.org/fhir/R4/search.html#combining
#include "src/search/escape.h"
#include "src/search/index_value.h"
#include "src/search/operand.h"

namespace server::search {
namespace {

using Part = CompositeRow::Part;

constexpr std::size_t k_pairings_max = 10'000;  // of one context element

// What a component's rows are matched by. A row set holds rows of the component's type only.
std::vector<Part> parts_of(const IndexRows& rows) {
  std::vector<Part> parts;
  for (const TokenRow& row : rows.tokens) parts.push_back({row.system, row.code});
  for (const StringRow& row : rows.strings) {
    if (!row.exact.empty()) parts.push_back({{}, row.folded});
  }
  for (const DateRow& row : rows.dates) {
    parts.push_back({{}, {}, static_cast<double>(row.low), static_cast<double>(row.high)});
  }
  for (const NumberRow& row : rows.numbers) parts.push_back({{}, {}, row.low, row.high});
  for (const QuantityRow& row : rows.quantities) {
    parts.push_back({row.system, row.code, row.low, row.high});
  }
  for (const ReferenceRow& row : rows.references) parts.push_back({{}, row.type + "/" + row.id});
  for (const UriRow& row : rows.uris) parts.push_back({{}, row.value});
  return parts;
}

}  // namespace

void index_composite(Parameter parameter, const std::vector<IndexRows>& components,
                     IndexRows& rows) {
  std::vector<std::vector<Part>> pairings = {{}};
  for (const IndexRows& component : components) {
    const std::vector<Part> parts = parts_of(component);
    std::vector<std::vector<Part>> longer;
    for (const auto& pairing : pairings) {
      for (const Part& part : parts) {
        if (longer.size() == k_pairings_max) break;
        longer.push_back(pairing);
        longer.back().push_back(part);
      }
    }
    pairings = std::move(longer);
  }
  for (auto& pairing : pairings) rows.composites.push_back({parameter, std::move(pairing)});
}

fhir::Result<Operand> parse_composite(const fhir::SearchParameter& parameter, std::string_view text,
                                      const OperandContext& context) {
  const std::vector<std::string_view> values = split_escaped(text, '$');
  if (values.size() != parameter.components.size()) {
    return bad_value(std::to_string(parameter.components.size()) + " values joined by `$`");
  }
  Operand operand;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const fhir::SearchParameter* component =
        context.definitions.search_parameter_by_url(parameter.components[i].definition);
    if (component == nullptr || component->type == fhir::SearchParameterType::composite) {
      return fhir::unexpected(fhir::make_issue(fhir::Situation::malformed,
                                               fhir::IssueType::not_supported,
                                               "a component of this parameter is not defined"));
    }
    FHIR_TRY(part, parse_operand(*component, Modifier::none, values[i], context));
    operand.parts.push_back(std::move(part));
  }
  return operand;
}

}  // namespace server::search
