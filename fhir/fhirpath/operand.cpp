// FHIR primitives and quantities as System values.
// https://hl7.org/fhir/R4/fhirpath.html#types https://hl7.org/fhir/R4/fhirpath.html#quantity
#include "fhir/fhirpath/operand.h"

#include <array>
#include <charconv>

namespace fhir::fhirpath {
namespace {

struct CalendarUnit {
  std::string_view word;
  std::string_view plural;
  std::string_view ucum;
};

// 'a' and 'mo' are no calendar durations: a UCUM year has 365.25 days.
constexpr std::array<CalendarUnit, 8> k_calendar_units = {{{"year", "years", "a"},
                                                           {"month", "months", "mo"},
                                                           {"week", "weeks", "wk"},
                                                           {"day", "days", "d"},
                                                           {"hour", "hours", "h"},
                                                           {"minute", "minutes", "min"},
                                                           {"second", "seconds", "s"},
                                                           {"millisecond", "milliseconds", "ms"}}};

constexpr std::string_view k_ucum = "http://unitsofmeasure.org";

}  // namespace

std::string_view calendar_word(std::string_view unit) {
  for (const CalendarUnit& known : k_calendar_units) {
    if (unit == known.word || unit == known.plural) return known.word;
  }
  return {};
}

std::string_view calendar_word_of_ucum(std::string_view code) {
  for (const CalendarUnit& known : k_calendar_units) {
    if (code == known.ucum) return known.word;
  }
  return {};
}

std::string_view ucum_of_calendar_word(std::string_view word) {
  for (const CalendarUnit& known : k_calendar_units) {
    if (word == known.word) return known.ucum;
  }
  return {};
}

bool is_fhir_quantity(const TypeSchema* type) {
  for (; type != nullptr; type = type->base) {
    if (type->name == "Quantity") return true;
  }
  return false;
}

ItemKind system_kind(Primitive primitive) {
  switch (primitive) {
    case Primitive::none:
      return ItemKind::element;
    case Primitive::boolean:
      return ItemKind::boolean;
    case Primitive::integer:
    case Primitive::unsigned_int:
    case Primitive::positive_int:
      return ItemKind::integer;
    case Primitive::decimal:
      return ItemKind::decimal;
    case Primitive::date:
      return ItemKind::date;
    case Primitive::date_time:
    case Primitive::instant:
      return ItemKind::date_time;
    case Primitive::time:
      return ItemKind::time;
    default:
      return ItemKind::string;
  }
}

bool Operand::read_quantity(const Element& element) {
  const Element value = child(element, "value");
  if (!value.has_value()) return false;
  auto parsed = Decimal::parse(value.text());
  if (!parsed) return false;
  kind = ItemKind::quantity;
  decimal = *std::move(parsed);
  const std::string_view system = child(element, "system").text();
  const std::string_view code = child(element, "code").text();
  text = !code.empty() ? code : child(element, "unit").text();
  if (text.empty()) text = "1";
  // https://hl7.org/fhir/R4/fhirpath.html#quantity: time-valued UCUM units of years and months
  // become calendar durations.
  if (system == k_ucum && (code == "a" || code == "mo")) {
    text = calendar_word_of_ucum(code);
    is_calendar = true;
  }
  return true;
}

bool Operand::read_element(const Element& element) {
  ItemKind wanted = ItemKind::element;
  if (element.type != nullptr && element.type->primitive != Primitive::none) {
    wanted = system_kind(element.type->primitive);
  } else if (element.value == nullptr || element.value->is_object()) {
    if (is_fhir_quantity(element.type)) read_quantity(element);
    return true;
  } else {
    wanted = untyped_kind(element);
  }
  if (!element.has_value()) return false;
  text = element.text();
  kind = wanted;
  switch (wanted) {
    case ItemKind::boolean:
      boolean = text == "true";
      return boolean || text == "false";
    case ItemKind::integer: {
      const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), integer);
      return error == std::errc() && end == text.data() + text.size();
    }
    case ItemKind::decimal: {
      auto parsed = Decimal::parse(text);
      if (parsed) decimal = *std::move(parsed);
      return parsed.has_value();
    }
    case ItemKind::date:
    case ItemKind::date_time: {
      const auto parsed = DateTime::parse(text);
      if (parsed) date_time = *parsed;
      return parsed.has_value();
    }
    case ItemKind::time: {
      const auto parsed = TimeOfDay::parse(text);
      if (parsed) time = *parsed;
      return parsed.has_value();
    }
    default:
      return true;
  }
}

bool Operand::read(const Item& item) {
  kind = item.kind();
  switch (item.kind()) {
    case ItemKind::element:
      return read_element(*item.element());
    case ItemKind::boolean:
      boolean = item.boolean();
      break;
    case ItemKind::integer:
      integer = item.integer();
      break;
    case ItemKind::decimal:
      decimal = item.decimal();
      break;
    case ItemKind::string:
      text = item.string();
      break;
    case ItemKind::date:
    case ItemKind::date_time:
      date_time = item.date_time();
      break;
    case ItemKind::time:
      time = item.time();
      break;
    case ItemKind::quantity:
      decimal = item.quantity().value;
      text = item.quantity().unit;
      is_calendar = item.quantity().is_calendar;
      break;
    case ItemKind::type:
      break;
  }
  return true;
}

bool Operand::make_quantity() {
  if (kind == ItemKind::quantity) return true;
  if (!is_number()) return false;
  decimal = as_decimal();
  text = "1";
  is_calendar = false;
  kind = ItemKind::quantity;
  return true;
}

std::optional<Item> to_system(const Item& item) {
  if (item.element() == nullptr) return item;
  Operand operand;
  if (!operand.read(item)) return std::nullopt;
  switch (operand.kind) {
    case ItemKind::boolean:
      return Item::of_boolean(operand.boolean);
    case ItemKind::integer:
      return Item::of_integer(operand.integer);
    case ItemKind::decimal:
      return Item::of_decimal(operand.decimal);
    case ItemKind::string:
      return Item::part_of(item, operand.text);
    case ItemKind::date:
      return Item::of_date(operand.date_time);
    case ItemKind::date_time:
      return Item::of_date_time(operand.date_time);
    case ItemKind::time:
      return Item::of_time(operand.time);
    case ItemKind::quantity:
      return Item::of_quantity({operand.decimal, std::string(operand.text), operand.is_calendar});
    default:
      return item;
  }
}

}  // namespace fhir::fhirpath
