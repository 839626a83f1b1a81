// https://hl7.org/fhir/R4/search.html#sort
#include <algorithm>

#include "tests/unit/property/dates.h"
#include "tests/unit/property/evaluator.h"
#include "tests/unit/property/folding.h"
#include "tests/unit/property/strings.h"
#include "tests/unit/property/tokens.h"

namespace property_test {

using fhir::SearchParameterType;
using Key = Evaluator::Key;

int compare(const Key& a, const Key& b) {
  if (a.infinity != b.infinity) return a.infinity < b.infinity ? -1 : 1;
  if (a.number && b.number && *a.number != *b.number) return *a.number < *b.number ? -1 : 1;
  return a.text < b.text ? -1 : a.text == b.text ? 0 : 1;
}

namespace {

Key key_of(const End& low) {
  Key key;
  key.number = low.value;
  if (!low.value) key.infinity = -1;
  return key;
}

Key text_key(std::string text) { return {{}, 0, std::move(text)}; }

/// What stands for one element in the order: where it begins, its code, its folded text.
std::vector<Key> keys_of(const fhir::SearchParameter& parameter, const fhir::Element& element) {
  std::vector<Key> keys;
  switch (parameter.type) {
    case SearchParameterType::token:
      for (const Token& token : tokens_of(element)) keys.push_back(text_key(token.code));
      break;
    case SearchParameterType::string:
      for (const std::string& text : strings_of(element)) keys.push_back(text_key(folded(text)));
      break;
    case SearchParameterType::date:
      if (const auto interval = interval_of(element))
        keys.push_back(key_of({fhir::Decimal(interval->low)}));
      break;
    case SearchParameterType::number:
      if (const auto span = span_of(element)) keys.push_back(key_of(span->low));
      break;
    case SearchParameterType::quantity:
      if (const auto amount = amount_of(element)) keys.push_back(key_of(amount->span.low));
      break;
    default:
      if (!element.has_value()) break;
      keys.push_back(text_key(std::string(element.text())));
      // A canonical stands for itself without its version, too.
      keys.push_back(text_key(std::string(element.text().substr(0, element.text().find('|')))));
      break;
  }
  return keys;
}

}  // namespace

std::optional<Key> Evaluator::sort_key(const Resource& resource, const std::string& code,
                                       bool descends) const {
  if (code == "_id") return text_key(resource.id);
  if (code == "_lastUpdated") return key_of({fhir::Decimal(resource.last_updated)});
  const fhir::SearchParameter& parameter = *definitions().search_parameter(resource.type, code);
  const Found found = values_of({resource.root, &resource}, parameter);
  std::vector<Key> keys;
  for (const bool truth : found.truths) keys.push_back(text_key(truth ? "true" : "false"));
  for (const fhir::Element& element : found.elements) {
    for (Key& key : keys_of(parameter, element)) keys.push_back(std::move(key));
  }
  if (keys.empty()) return {};
  const auto less = [](const Key& a, const Key& b) { return compare(a, b) < 0; };
  return descends ? *std::max_element(keys.begin(), keys.end(), less)
                  : *std::min_element(keys.begin(), keys.end(), less);
}

}  // namespace property_test
