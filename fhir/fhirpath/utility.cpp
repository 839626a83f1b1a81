// https://hl7.org/fhirpath/N1/#utility-functions
#include "fhir/fhirpath/date_arithmetic.h"
#include "fhir/fhirpath/element_path.h"
#include "fhir/fhirpath/functions.h"

namespace fhir::fhirpath {
namespace {

DateTime local_now(const Environment& environment) {
  const std::int64_t local =
      environment.now_utc_ms + environment.offset_minutes * std::int64_t{60'000};
  DateTime now;
  set_day_and_time(now, local);
  now.fraction_digits = 3;
  now.precision = DatePrecision::millisecond;
  now.has_time = true;
  now.offset_minutes = static_cast<std::int16_t>(environment.offset_minutes);
  return now;
}

bool visit_now(Evaluation& evaluation, const Node&, const Scope&, Sink sink) {
  return sink(Item::of_date_time(local_now(evaluation.environment())));
}

bool visit_today(Evaluation& evaluation, const Node&, const Scope&, Sink sink) {
  const DateTime now = local_now(evaluation.environment());
  DateTime today;
  today.year = now.year;
  today.month = now.month;
  today.day = now.day;
  today.precision = DatePrecision::day;
  return sink(Item::of_date(today));
}

bool visit_time_of_day(Evaluation& evaluation, const Node&, const Scope&, Sink sink) {
  const DateTime now = local_now(evaluation.environment());
  return sink(Item::of_time(
      {now.hour, now.minute, now.second, now.millisecond, 3, DatePrecision::millisecond}));
}

/// Hands the input, or what the projection yields of it, to the tracer.
bool write_trace(Evaluation& evaluation, const Node& node, const Scope& scope,
                 const Collection& input) {
  Item keep;
  std::string_view name;
  if (evaluation.string(*node.arguments[0], scope, keep, name) == Found::failed) return false;
  Tracer& tracer = *evaluation.environment().tracer;
  if (node.arguments.size() == 1) {
    tracer.trace(name, input);
    return true;
  }
  Collection projected;
  std::int64_t index = 0;
  for (const Item& item : input) {
    if (!evaluation.collect(*node.arguments[1], {&item, index++, scope.total}, projected))
      return false;
  }
  tracer.trace(name, projected);
  return true;
}

/// Passes its input on.
bool visit_trace(Evaluation& evaluation, const Node& node, const Scope& scope, Sink sink) {
  if (evaluation.environment().tracer == nullptr) return evaluation.visit_input(node, scope, sink);
  Collection input;
  if (!evaluation.collect_input(node, scope, input)) return false;
  if (!write_trace(evaluation, node, scope, input)) return false;
  for (const Item& item : input) {
    if (!sink(item)) return false;
  }
  return true;
}

/// Binds the input, or what the second argument yields for it, to a name; passes the input on.
bool visit_define_variable(Evaluation& evaluation, const Node& node, const Scope& scope,
                           Sink sink) {
  Collection input;
  if (!evaluation.collect_input(node, scope, input)) return false;
  Collection value;
  if (node.arguments.size() == 2) {
    Scope inner = scope;
    if (input.size() == 1) inner.self = input.begin();
    if (!evaluation.collect(*node.arguments[1], inner, value)) return false;
  } else {
    value = input;
  }
  evaluation.variable(node.slot) = std::move(value);
  for (const Item& item : input) {
    if (!sink(item)) return false;
  }
  return true;
}

/// The way from %rootResource to each item that is an element of it.
bool visit_pathname(Evaluation& evaluation, const Node& node, const Scope& scope, Sink sink) {
  PathStyle style = PathStyle::indexed;
  if (!node.arguments.empty()) {
    const Truth is_short = evaluation.truth(*node.arguments[0], scope);
    if (is_short == Truth::failed) return false;
    if (is_short == Truth::yes) style = PathStyle::brief;
  }
  const Environment& environment = evaluation.environment();
  ElementPaths paths(environment.root_resource.value != nullptr ? environment.root_resource
                                                                : environment.resource);
  return evaluation.visit_input(node, scope, [&](const Item& item) {
    if (item.element() == nullptr) return true;
    std::string path = paths.find(*item.element(), style);
    return evaluation.spend_bytes(path.size()) &&
           (path.empty() || sink(Item::of_string(std::move(path))));
  });
}

constexpr Function k_functions[] = {
    {"now", 0, 0, visit_now},
    {"today", 0, 0, visit_today},
    {"timeOfDay", 0, 0, visit_time_of_day},
    {"trace", 1, 2, visit_trace},
    {"pathname", 0, 1, visit_pathname},
    {"defineVariable", 1, 2, visit_define_variable},
};

}  // namespace

std::span<const Function> utility_functions() { return k_functions; }

}  // namespace fhir::fhirpath
