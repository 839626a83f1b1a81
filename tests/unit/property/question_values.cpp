// https://hl7.org/fhir/R4/search.html#ptypes
#include <algorithm>

#include "tests/unit/property/dates.h"
#include "tests/unit/property/numbers.h"
#include "tests/unit/property/questions.h"
#include "tests/unit/property/strings.h"
#include "tests/unit/property/tokens.h"
#include "tests/unit/property/universe.h"

namespace property_test {
namespace {

std::string some_prefix(Dice& dice) {
  return dice.chance(30) ? "" : dice.pick({"eq", "ne", "gt", "lt", "ge", "le", "sa", "eb", "ap"});
}

Value token_value(const fhir::Element* element, Dice& dice) {
  Token token{dice.chance(20) ? "" : some_system(dice), some_code(dice)};
  if (element != nullptr) {
    const auto tokens = tokens_of(*element);
    if (!tokens.empty()) token = dice.pick(tokens);
  }
  if (token.code.empty() && token.system.empty()) token.code = "a";
  switch (dice.below(4)) {
    case 0:
      if (!token.system.empty()) return {"", {token.system, ""}, {}};
      [[fallthrough]];
    case 1:
      if (!token.code.empty()) return {"", {token.code}, {}};
      [[fallthrough]];
    default:
      return {"", {token.system, token.code}, {}};
  }
}

Value string_value(const fhir::Element* element, Dice& dice) {
  std::string text = some_text(dice);
  if (element != nullptr && dice.chance(60)) {
    const auto texts = strings_of(*element);
    if (!texts.empty()) text = dice.pick(texts);
  }
  if (dice.chance(40)) {  // its beginning, by whole letters
    std::size_t length = 1 + dice.below(text.size());
    while (length < text.size() && (text[length] & 0xC0) == 0x80) ++length;
    if (text.find_first_not_of(' ') < length) text.resize(length);
  }
  if (dice.chance(30)) {
    std::transform(text.begin(), text.end(), text.begin(),
                   [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
  }
  return {"", {text}, {}};
}

std::string date_text(const fhir::Element* element, Dice& dice) {
  if (element == nullptr || dice.chance(40)) return some_asked_date(dice);
  std::string text(element->text());
  for (const char* part : {"start", "end", "event"}) {
    const fhir::Element child = fhir::child(*element, part);
    if (child.has_value() && (text.empty() || element->type->name != "dateTime") && dice.chance(60))
      text = child.text();
  }
  if (!interval_of(text)) return some_asked_date(dice);
  if (text.size() > 10 && dice.chance(20)) text.resize(10);
  if (text.size() == 10 && dice.chance(20)) text.resize(7);
  return text;
}

std::string number_text(const fhir::Element* element, Dice& dice) {
  if (element == nullptr || dice.chance(40)) return dice.chance(5) ? "1e2" : some_number(dice);
  std::string text(element->is_primitive() ? element->text()
                                           : fhir::child(*element, "value").text());
  for (const char* part : {"low", "high"}) {
    const fhir::Element end = fhir::child(*element, part);
    if (end.value != nullptr && dice.chance(60)) text = fhir::child(end, "value").text();
  }
  return text.empty() ? some_number(dice) : text;
}

Value quantity_value(const fhir::Element* element, Dice& dice) {
  Value value{some_prefix(dice), {number_text(element, dice)}, {}};
  if (dice.chance(25)) return value;
  Unit unit = some_unit(dice);
  if (element != nullptr && dice.chance(70)) {
    if (const auto amount = amount_of(*element))
      unit = {amount->system, amount->code, amount->printed};
    // The same amount in another unit of the same kind.
    if (dice.chance(50) && unit.system == k_ucum) {
      const std::string other =
          dice.pick({"mg/L", "g/L", "mg/dL", "kg/m3", "mg", "g", "K", "Cel", "[degF]"});
      const auto converted =
          units().convert(*fhir::Decimal::parse(value.parts[0]), unit.code, other);
      if (converted && converted->digit_count() < 8) value.parts[0] = converted->to_string();
      if (converted) unit.code = other;
    }
  }
  if (unit.code.empty()) unit.code = unit.printed.empty() ? "mg" : unit.printed;
  if (dice.chance(35))
    unit = {"", dice.chance(50) || unit.printed.empty() ? unit.code : unit.printed, ""};
  value.parts.push_back(unit.system);
  value.parts.push_back(unit.code);
  return value;
}

std::string reference_value(const fhir::Element* element, Dice& dice) {
  std::string text =
      dice.pick({"Patient/", "Practitioner/", "Location/", "Encounter/"}) + some_id(dice);
  if (element != nullptr && dice.chance(80)) {
    text = element->is_primitive() ? element->text() : fhir::child(*element, "reference").text();
    const std::size_t bar = text.find('|');
    if (bar != std::string::npos && dice.chance(50)) text.resize(bar);
  }
  if (text.empty() || text.front() == '#') return some_id(dice);
  if (text.find(':') != std::string::npos) return text;
  if (dice.chance(20)) return some_id(dice);
  if (dice.chance(15)) return std::string(k_base_url) + "/" + text;
  return text;
}

}  // namespace

Value some_value(fhir::SearchParameterType type, const fhir::Element* element, Dice& dice) {
  switch (type) {
    case fhir::SearchParameterType::token:
      return token_value(element, dice);
    case fhir::SearchParameterType::string:
      return string_value(element, dice);
    case fhir::SearchParameterType::date:
      return {some_prefix(dice), {date_text(element, dice)}, {}};
    case fhir::SearchParameterType::number:
      return {some_prefix(dice), {number_text(element, dice)}, {}};
    case fhir::SearchParameterType::quantity:
      return quantity_value(element, dice);
    case fhir::SearchParameterType::reference:
      return {"", {reference_value(element, dice)}, {}};
    default: {
      std::string uri = dice.chance(50) ? some_uri(dice) : some_canonical(dice);
      if (element != nullptr && dice.chance(60)) uri = element->text();
      return {"", {uri}, {}};
    }
  }
}

}  // namespace property_test
