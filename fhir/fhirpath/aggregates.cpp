// sum, min, max and avg: what an aggregate() of +, <, > would say.
// https://build.fhir.org/ig/HL7/FHIRPath/#aggregates
#include "fhir/fhirpath/date_arithmetic.h"
#include "fhir/fhirpath/functions.h"

namespace fhir::fhirpath {
namespace {

/// Adds numbers, or quantities of one dimension in the most granular unit.
struct Sum {
  std::optional<Operand> total;
  std::string unit;  // keeps the characters of total's unit
  std::int64_t count = 0;
  bool is_known = true;  // false: units that cannot be brought to one

  bool add(Evaluation& evaluation, const Node& node, const Item& item) {
    Operand value;
    if (!value.read(item)) return true;
    if (!value.is_number() && value.kind != ItemKind::quantity)
      return evaluation.fail(std::string(node.name) + "() takes numbers or quantities");
    ++count;
    if (!total) {
      total = value;
    } else if (total->is_number() && value.is_number()) {
      add_number(value);
    } else if (!total->make_quantity() || !value.make_quantity() ||
               !same_unit(evaluation.environment().units, *total, value)) {
      is_known = false;
    } else {
      total->decimal = total->decimal + value.decimal;
    }
    unit = std::string(total->text);
    total->text = unit;
    if (total->decimal.digit_count() > k_decimal_digits_max)
      return evaluation.fail(IssueType::too_costly, "A number has too many digits");
    return true;
  }

 private:
  void add_number(const Operand& value) {
    std::int64_t sum = 0;
    if (total->kind == value.kind && total->kind == ItemKind::integer &&
        !__builtin_add_overflow(total->integer, value.integer, &sum)) {
      total->integer = sum;
      return;
    }
    total->decimal = total->as_decimal() + value.as_decimal();
    total->kind = ItemKind::decimal;
  }
};

bool add_all(Evaluation& evaluation, const Node& node, const Scope& scope, Sum& sum) {
  return evaluation.visit_input(node, scope,
                                [&](const Item& item) { return sum.add(evaluation, node, item); });
}

Item item_of(const Operand& value) {
  if (value.kind == ItemKind::integer) return Item::of_integer(value.integer);
  if (value.kind == ItemKind::decimal) return Item::of_decimal(value.decimal);
  return Item::of_quantity({value.decimal, std::string(value.text), value.is_calendar});
}

bool visit_sum(Evaluation& evaluation, const Node& node, const Scope& scope, Sink sink) {
  Sum sum;
  if (!add_all(evaluation, node, scope, sum)) return false;
  return !sum.total || !sum.is_known || sink(item_of(*sum.total));
}

bool visit_avg(Evaluation& evaluation, const Node& node, const Scope& scope, Sink sink) {
  Sum sum;
  if (!add_all(evaluation, node, scope, sum)) return false;
  if (!sum.total || !sum.is_known) return true;
  Operand& total = *sum.total;
  if (total.is_number()) {
    total.decimal = total.as_decimal();
    total.kind = ItemKind::decimal;
  }
  const auto mean = Decimal::divide(total.decimal, Decimal(sum.count));
  if (!mean) return true;
  total.decimal = *mean;
  return sink(item_of(total));
}

template <bool is_max>
bool visit_extreme(Evaluation& evaluation, const Node& node, const Scope& scope, Sink sink) {
  std::optional<Item> best;
  bool is_known = true;
  const bool is_read = evaluation.visit_input(node, scope, [&](const Item& item) {
    if (!best) {
      best = item;
      return true;
    }
    const auto order = compare_items(evaluation, item, *best);
    if (evaluation.failed()) return false;
    if (!order) {
      is_known = false;
    } else if (is_max ? *order > 0 : *order < 0) {
      best = item;
    }
    return true;
  });
  if (!is_read) return false;
  if (!best || !is_known) return true;
  const auto value = to_system(*best);
  return !value || sink(*value);
}

constexpr Function k_functions[] = {
    {"sum", 0, 0, visit_sum},
    {"avg", 0, 0, visit_avg},
    {"min", 0, 0, visit_extreme<false>},
    {"max", 0, 0, visit_extreme<true>},
};

}  // namespace

std::span<const Function> aggregate_functions() { return k_functions; }

}  // namespace fhir::fhirpath
