// The operators of `_filter`: https://hl7.org/fhir/R4/search_filter.html#ops
#include <algorithm>

#include "tests/unit/property/dates.h"
#include "tests/unit/property/evaluator.h"
#include "tests/unit/property/folding.h"
#include "tests/unit/property/references.h"
#include "tests/unit/property/strings.h"
#include "tests/unit/property/tokens.h"

namespace property_test {

using fhir::SearchParameterType;

namespace {

bool is_text_match(const std::string& operation, const std::string& asked,
                   const std::string& text) {
  if (operation == "ne") return text != asked;
  if (operation == "co") return text.find(asked) != std::string::npos;
  if (operation == "sw") return text.starts_with(asked);
  if (operation == "ew") return text.ends_with(asked);
  if (operation == "gt") return text > asked;
  if (operation == "ge") return text >= asked;
  if (operation == "lt") return text < asked;
  if (operation == "le") return text <= asked;
  return text == asked;
}

std::string lower(std::string text) {
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  }
  return text;
}

/// "Token is the same, including namespace if specified (case insensitive)".
bool is_token_match(const std::string& operation, const Value& asked, Token token) {
  Value folded_value = asked;
  folded_value.parts.back() = lower(asked.parts.back());
  token.code = lower(token.code);
  return is_token_match(folded_value, token) == (operation == "eq");
}

bool is_date_match(const std::string& operation, const std::string& asked, const Interval& target,
                   std::int64_t now) {
  const Interval search = *interval_of(asked);
  if (operation == "co") return target.low <= search.low && search.high <= target.high;
  if (operation == "po") return target.low < search.high && search.low < target.high;
  return property_test::is_date_match(operation, std::string_view(asked), target, now);
}

}  // namespace

bool Evaluator::matches(const Place& place, const Filter& filter) const {
  switch (filter.kind) {
    case Filter::Kind::all:
      return matches(place, filter.parts[0]) && matches(place, filter.parts[1]);
    case Filter::Kind::any:
      return matches(place, filter.parts[0]) || matches(place, filter.parts[1]);
    case Filter::Kind::negation:
      return !matches(place, filter.parts[0]);
    case Filter::Kind::test:
      break;
  }
  // "pr: The set is empty or not (value is false or true)": of all that the path leads to.
  if (filter.operation == "pr" && filter.value.parts[0] == "false") {
    Filter present = filter;
    present.value.parts[0] = "true";
    return !matches(place, present);
  }
  if (filter.links.empty()) return matches_test(place, filter);
  Filter rest = filter;
  rest.links.erase(rest.links.begin());
  const auto& [code, type] = filter.links.front();
  const auto* parameter = definitions().search_parameter(place.resource.type->name, code);
  const auto targets = targets_of(place, *parameter, type);
  return std::any_of(targets.begin(), targets.end(), [&](const Place& target) {
    const std::string& next = rest.links.empty() ? rest.code : rest.links.front().first;
    return definitions().search_parameter(target.resource.type->name, next) != nullptr &&
           matches(target, rest);
  });
}

bool Evaluator::matches_test(const Place& place, const Filter& test) const {
  const fhir::SearchParameter& parameter =
      *definitions().search_parameter(place.resource.type->name, test.code);
  const std::string& operation = test.operation;
  if (operation == "pr") return has_value(place, parameter);
  const std::string& first = test.value.parts[0];
  const Found found = values_of(place, parameter);
  if (parameter.type == SearchParameterType::token) {
    for (const bool truth : found.truths) {
      if (is_token_match(operation, test.value, {"", truth ? "true" : "false"})) return true;
    }
  }
  return std::any_of(
      found.elements.begin(), found.elements.end(), [&](const fhir::Element& element) {
        if (parameter.type == SearchParameterType::token) {
          const auto tokens = tokens_of(element);
          return std::any_of(tokens.begin(), tokens.end(), [&](const Token& token) {
            return is_token_match(operation, test.value, token);
          });
        }
        if (parameter.type == SearchParameterType::string) {
          const auto texts = strings_of(element);
          return std::any_of(texts.begin(), texts.end(), [&](const std::string& text) {
            return is_text_match(operation, folded(first), folded(text));
          });
        }
        if (parameter.type == SearchParameterType::date) {
          const auto interval = interval_of(element);
          return interval && is_date_match(operation, first, *interval, world_.now);
        }
        if (parameter.type == SearchParameterType::number) {
          const auto span = span_of(element);
          // deviation: "co" of numbers takes those of resources as exact; a Range includes the
          // value.
          if (span && operation == "co")
            return !is_number_match("sa", first, *span) && !is_number_match("eb", first, *span);
          return span && is_number_match(operation, first, *span);
        }
        const auto amount = amount_of(element);
        Value asked = test.value;
        asked.prefix = operation;
        return amount && is_quantity_match(asked, *amount);
      });
}

}  // namespace property_test
