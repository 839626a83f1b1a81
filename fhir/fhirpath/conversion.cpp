// https://hl7.org/fhirpath/N1/#conversion
#include <algorithm>
#include <charconv>

#include "fhir/fhirpath/date_format.h"
#include "fhir/fhirpath/functions.h"

namespace fhir::fhirpath {
namespace {

using Answer = std::optional<Item>;

Answer to_boolean(const Operand& value) {
  switch (value.kind) {
    case ItemKind::boolean:
      return Item::of_boolean(value.boolean);
    case ItemKind::integer:
      if (value.integer == 0 || value.integer == 1) return Item::of_boolean(value.integer == 1);
      break;
    case ItemKind::decimal:
      if (value.decimal == Decimal(0)) return Item::of_boolean(false);
      if (value.decimal == Decimal(1)) return Item::of_boolean(true);
      break;
    case ItemKind::string: {
      std::string lower(value.text.substr(0, 6));
      std::transform(lower.begin(), lower.end(), lower.begin(),
                     [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
      for (std::string_view yes : {"true", "t", "yes", "y", "1", "1.0"}) {
        if (lower == yes) return Item::of_boolean(true);
      }
      for (std::string_view no : {"false", "f", "no", "n", "0", "0.0"}) {
        if (lower == no) return Item::of_boolean(false);
      }
      break;
    }
    default:
      break;
  }
  return std::nullopt;
}

Answer to_integer(const Operand& value) {
  if (value.kind == ItemKind::integer) return Item::of_integer(value.integer);
  if (value.kind == ItemKind::boolean) return Item::of_integer(value.boolean ? 1 : 0);
  if (value.kind != ItemKind::string) return std::nullopt;
  std::string_view text = value.text;
  if (text.starts_with('+')) text.remove_prefix(1);
  if (text.starts_with('-') && value.text.starts_with('+')) return std::nullopt;
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return Item::of_integer(number);
}

Answer to_decimal(const Operand& value) {
  if (value.is_number()) return Item::of_decimal(value.as_decimal());
  if (value.kind == ItemKind::boolean)
    return Item::of_decimal(Decimal::from_parts(value.boolean ? 10 : 0, 1));
  if (value.kind != ItemKind::string || value.text.find_first_of("eE") != std::string_view::npos)
    return std::nullopt;
  auto parsed = Decimal::parse(value.text);
  return parsed ? Answer(Item::of_decimal(*std::move(parsed))) : Answer();
}

Answer to_date(const Operand& value) {
  std::optional<DateTime> date;
  if (value.kind == ItemKind::string) date = DateTime::parse(value.text);
  if (value.kind == ItemKind::date || value.kind == ItemKind::date_time) date = value.date_time;
  if (!date) return std::nullopt;
  DateTime day;
  day.year = date->year;
  day.month = date->month;
  day.day = date->day;
  day.precision = std::min(date->precision, DatePrecision::day);
  return Item::of_date(day);
}

Answer to_date_time(const Operand& value) {
  std::optional<DateTime> date;
  if (value.kind == ItemKind::string) {
    date = DateTime::parse(value.text.ends_with('T') ? value.text.substr(0, value.text.size() - 1)
                                                     : value.text);
  }
  if (value.kind == ItemKind::date || value.kind == ItemKind::date_time) date = value.date_time;
  if (!date) return std::nullopt;
  date->has_time = true;
  return Item::of_date_time(*date);
}

Answer to_time(const Operand& value) {
  if (value.kind == ItemKind::time) return Item::of_time(value.time);
  if (value.kind != ItemKind::string) return std::nullopt;
  const auto time =
      TimeOfDay::parse(value.text.starts_with('T') ? value.text.substr(1) : value.text);
  return time ? Answer(Item::of_time(*time)) : Answer();
}

/// A number, then nothing, 'unit' or a calendar word.
Answer parse_quantity(std::string_view text) {
  const std::size_t end = std::min(text.find_first_not_of("+-0123456789."), text.size());
  auto number = Decimal::parse(text.substr(0, end));
  if (!number) return std::nullopt;
  std::string_view unit = text.substr(end);
  if (unit.empty()) return Item::of_quantity({*number, "1", false});
  const std::size_t start = unit.find_first_not_of(" \t\r\n");
  if (start == std::string_view::npos) return std::nullopt;
  unit.remove_prefix(start);
  if (unit.size() > 2 && unit.front() == '\'' && unit.back() == '\'') {
    unit = unit.substr(1, unit.size() - 2);
    if (unit.find('\'') != std::string_view::npos) return std::nullopt;
    return Item::of_quantity({*number, std::string(unit), false});
  }
  if (const std::string_view word = calendar_word(unit); start != 0 && !word.empty())
    return Item::of_quantity({*number, std::string(word), true});
  return std::nullopt;
}

Answer to_quantity(const Operand& value) {
  if (value.kind == ItemKind::string) return parse_quantity(value.text);
  if (value.kind == ItemKind::boolean)
    return Item::of_quantity({Decimal::from_parts(value.boolean ? 10 : 0, 1), "1", false});
  Operand quantity = value;
  if (!quantity.make_quantity()) return std::nullopt;
  return Item::of_quantity({quantity.decimal, std::string(quantity.text), quantity.is_calendar});
}

Answer to_string(const Operand&) { return std::nullopt; }  // needs the item: convert() does it

using Conversion = Answer (*)(const Operand&);

/// The single input as an operand, converted; toString() of elements keeps their characters.
template <Conversion conversion>
Found convert(Evaluation& evaluation, const Node& node, const Scope& scope, Answer& answer) {
  Item item;
  const Found found = evaluation.single_input(node, scope, item);
  if (found != Found::one) return found;
  if (conversion == to_string) {
    const Element* element = item.element();
    if (item.kind() == ItemKind::string) {
      answer = item;
    } else if (element == nullptr) {
      if (item.kind() != ItemKind::type) answer = Item::of_string(item.text());
    } else if (element->has_value() && !element->value->is_object()) {
      answer = Item::part_of(item, element->text());
    } else if (const auto value = to_system(item); value && value->kind() == ItemKind::quantity) {
      answer = Item::of_string(value->text());
    }
    return Found::one;
  }
  Operand operand;
  if (operand.read(item)) answer = conversion(operand);
  return Found::one;
}

template <Conversion conversion>
bool visit_to(Evaluation& evaluation, const Node& node, const Scope& scope, Sink sink) {
  Answer answer;
  if (convert<conversion>(evaluation, node, scope, answer) == Found::failed) return false;
  return !answer || sink(*answer);
}

template <Conversion conversion>
Truth truth_converts(Evaluation& evaluation, const Node& node, const Scope& scope) {
  Answer answer;
  const Found found = convert<conversion>(evaluation, node, scope, answer);
  if (found != Found::one) return found == Found::none ? Truth::empty : Truth::failed;
  return truth_of(answer.has_value());
}

/// toDate(format), toDateTime(format): a string by the template; what is no string as without one.
template <Conversion conversion>
Found convert_by(Evaluation& evaluation, const Node& node, const Scope& scope, Answer& answer) {
  if (node.arguments.empty()) return convert<conversion>(evaluation, node, scope, answer);
  Item item;
  Item keep;
  std::string_view format;
  const Found found = evaluation.single_input(node, scope, item);
  if (found != Found::one) return found;
  const Found has_format = evaluation.string(*node.arguments[0], scope, keep, format);
  if (has_format != Found::one) return has_format;
  Operand operand;
  if (!operand.read(item)) return Found::one;
  if (operand.kind == ItemKind::string) {
    const auto date = parse_date_by(format, operand.text);
    if (!date) return Found::one;
    operand.kind = ItemKind::date_time;
    operand.date_time = *date;
  }
  answer = conversion(operand);
  return Found::one;
}

template <Conversion conversion>
bool visit_to_by(Evaluation& evaluation, const Node& node, const Scope& scope, Sink sink) {
  Answer answer;
  if (convert_by<conversion>(evaluation, node, scope, answer) == Found::failed) return false;
  return !answer || sink(*answer);
}

template <Conversion conversion>
Truth truth_converts_by(Evaluation& evaluation, const Node& node, const Scope& scope) {
  Answer answer;
  const Found found = convert_by<conversion>(evaluation, node, scope, answer);
  if (found != Found::one) return found == Found::none ? Truth::empty : Truth::failed;
  return truth_of(answer.has_value());
}

/// toQuantity(unit): empty when the quantity cannot be had in that unit.
bool visit_to_quantity(Evaluation& evaluation, const Node& node, const Scope& scope, Sink sink) {
  Answer answer;
  if (convert<to_quantity>(evaluation, node, scope, answer) == Found::failed) return false;
  if (!answer || node.arguments.empty()) return !answer || sink(*answer);
  Item keep;
  std::string_view unit;
  const Found found = evaluation.string(*node.arguments[0], scope, keep, unit);
  if (found != Found::one) return found == Found::none;
  const Quantity& from = answer->quantity();
  if (from.unit == "1" && !from.is_calendar) {  // a number becomes one of that unit
    const std::string_view calendar = calendar_word(unit);
    return sink(Item::of_quantity(
        {from.value, std::string(calendar.empty() ? unit : calendar), !calendar.empty()}));
  }
  Operand amount;
  amount.kind = ItemKind::quantity;
  amount.decimal = from.value;
  amount.text = from.unit;
  amount.is_calendar = from.is_calendar;
  Operand target;
  const std::string_view word = calendar_word(unit);
  target.is_calendar = !word.empty();
  target.text = target.is_calendar ? word : unit;
  auto value = value_in_unit(evaluation.environment().units, amount, target);
  return !value ||
         sink(Item::of_quantity({*std::move(value), std::string(target.text), target.is_calendar}));
}

Truth truth_converts_to_quantity(Evaluation& evaluation, const Node& node, const Scope& scope) {
  if (node.arguments.empty()) return truth_converts<to_quantity>(evaluation, node, scope);
  bool converts = false;
  visit_to_quantity(evaluation, node, scope, [&](const Item&) {
    converts = true;
    return true;
  });
  return evaluation.failed() ? Truth::failed : truth_of(converts);
}

/// Evaluates the branch that the criterion picks, and no other. $this is the input where it is one
/// item.
bool visit_iif(Evaluation& evaluation, const Node& node, const Scope& scope, Sink sink) {
  Scope inner = scope;
  Item item;
  if (node.input != nullptr) {
    const Found found = evaluation.single_input(node, scope, item);
    if (found == Found::failed) return false;
    if (found == Found::one) inner.self = &item;
  }
  const Truth truth = evaluation.truth(*node.arguments[0], inner);
  if (truth == Truth::failed) return false;
  if (truth == Truth::yes) return evaluation.visit(*node.arguments[1], inner, sink);
  return node.arguments.size() < 3 || evaluation.visit(*node.arguments[2], inner, sink);
}

constexpr Function k_functions[] = {
    {"iif", 2, 3, visit_iif},
    {"toBoolean", 0, 0, visit_to<to_boolean>},
    {"convertsToBoolean", 0, 0, visit_truth, truth_converts<to_boolean>},
    {"toInteger", 0, 0, visit_to<to_integer>},
    {"convertsToInteger", 0, 0, visit_truth, truth_converts<to_integer>},
    {"toLong", 0, 0, visit_to<to_integer>},
    {"convertsToLong", 0, 0, visit_truth, truth_converts<to_integer>},
    {"toDecimal", 0, 0, visit_to<to_decimal>},
    {"convertsToDecimal", 0, 0, visit_truth, truth_converts<to_decimal>},
    {"toDate", 0, 1, visit_to_by<to_date>},
    {"convertsToDate", 0, 1, visit_truth, truth_converts_by<to_date>},
    {"toDateTime", 0, 1, visit_to_by<to_date_time>},
    {"convertsToDateTime", 0, 1, visit_truth, truth_converts_by<to_date_time>},
    {"toTime", 0, 0, visit_to<to_time>},
    {"convertsToTime", 0, 0, visit_truth, truth_converts<to_time>},
    {"toString", 0, 0, visit_to<to_string>},
    {"convertsToString", 0, 0, visit_truth, truth_converts<to_string>},
    {"toQuantity", 0, 1, visit_to_quantity},
    {"convertsToQuantity", 0, 1, visit_truth, truth_converts_to_quantity},
};

}  // namespace

std::span<const Function> conversion_functions() { return k_functions; }

}  // namespace fhir::fhirpath
