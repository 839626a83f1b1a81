// Walking a compiled expression: https://hl7.org/fhirpath/N1/#singleton-evaluation-of-collections
#include "fhir/fhirpath/evaluation.h"

#include "fhir/fhirpath/node.h"
#include "fhir/fhirpath/operators.h"

namespace fhir::fhirpath {
namespace {

/// What a single item says as a condition.
Truth truth_of_item(const Item& item) {
  if (item.is_boolean()) return truth_of(item.boolean());
  const Element* element = item.element();
  if (element != nullptr && element->type != nullptr &&
      element->type->primitive == Primitive::boolean)
    return Truth::empty;  // a boolean without a value
  return Truth::yes;
}

/// Counts items and judges the first.
struct Judge {
  Truth truth = Truth::empty;
  bool is_single = true;
  bool has_item = false;
  bool operator()(const Item& item) {
    is_single = !has_item;
    if (has_item) return false;
    has_item = true;
    truth = truth_of_item(item);
    return true;
  }
};

}  // namespace

Evaluation::Evaluation(const Item& context, const Environment& environment,
                       std::size_t variable_count)
    : context_(context),
      environment_(environment),
      stack_start_(static_cast<const char*>(__builtin_frame_address(0))) {
  if (variable_count != 0) variables_ = std::make_unique<Collection[]>(variable_count);
}

bool Evaluation::visit(const Node& node, const Scope& scope, Sink sink) {
  return spend() && has_stack() && node.visit(*this, node, scope, sink);
}

bool Evaluation::has_stack() {
  // Stacks grow downwards on every machine that we know.
  const auto* here = static_cast<const char*>(__builtin_frame_address(0));
  return stack_start_ - here <= k_stack_bytes_max ||
         fail(IssueType::too_costly, "The expression is nested too deeply for this resource");
}

bool Evaluation::visit_input(const Node& node, const Scope& scope, Sink sink) {
  return node.input == nullptr ? sink(*scope.self) : visit(*node.input, scope, sink);
}

bool Evaluation::visit_loosely(const Node& node, const Scope& scope, Sink sink) {
  if (node.visit != operators::visit_union) return visit(node, scope, sink);
  for (const Node* part : node.arguments) {
    if (!visit_loosely(*part, scope, sink)) return false;
  }
  return true;
}

Truth Evaluation::truth(const Node& node, const Scope& scope) {
  if (node.truth != nullptr)
    return spend() && has_stack() ? node.truth(*this, node, scope) : Truth::failed;
  Judge judge;
  visit(node, scope, judge);
  if (failed()) return Truth::failed;
  if (!judge.is_single) {
    fail("A condition has several items where one boolean is expected");
    return Truth::failed;
  }
  return judge.truth;
}

Truth Evaluation::truth_of_input(const Node& node, const Scope& scope) {
  return node.input == nullptr ? truth_of_item(*scope.self) : truth(*node.input, scope);
}

Truth Evaluation::any_of_input(const Node& node, const Scope& scope) {
  if (node.input == nullptr) return Truth::yes;
  bool found = false;
  visit_loosely(*node.input, scope, [&](const Item&) {
    found = true;
    return false;
  });
  return failed() ? Truth::failed : truth_of(found);
}

bool Evaluation::collect(const Node& node, const Scope& scope, Collection& out) {
  visit(node, scope, [&](const Item& item) {
    if (out.size() >= k_collection_items_max) return refuse_cost();
    out.push(item);
    return true;
  });
  return !failed();
}

bool Evaluation::collect_input(const Node& node, const Scope& scope, Collection& out) {
  if (node.input != nullptr) return collect(*node.input, scope, out);
  out.push(*scope.self);
  return true;
}

template <class Visit>
Found Evaluation::single_of(Visit&& visit_items, Item& out) {
  int count = 0;
  visit_items([&](const Item& item) {
    if (count++ != 0) return false;
    out = item;
    return true;
  });
  if (failed()) return Found::failed;
  if (count > 1) {
    fail("Several items where a single one is expected");
    return Found::failed;
  }
  return count == 0 ? Found::none : Found::one;
}

Found Evaluation::single(const Node& node, const Scope& scope, Item& out) {
  return single_of([&](auto&& sink) { visit(node, scope, sink); }, out);
}

Found Evaluation::single_input(const Node& node, const Scope& scope, Item& out) {
  return single_of([&](auto&& sink) { visit_input(node, scope, sink); }, out);
}

Found Evaluation::as_string(Found found, Item& keep, std::string_view& out) {
  if (found != Found::one) return found;
  if (keep.kind() == ItemKind::string) {
    out = keep.string();
    return Found::one;
  }
  if (const Element* element = keep.element();
      element != nullptr && (element->value == nullptr || !element->value->is_object())) {
    out = element->text();
    return element->has_value() ? Found::one : Found::none;
  }
  fail("A string is expected");
  return Found::failed;
}

Found Evaluation::string(const Node& node, const Scope& scope, Item& keep, std::string_view& out) {
  return as_string(single(node, scope, keep), keep, out);
}

Found Evaluation::string_input(const Node& node, const Scope& scope, Item& keep,
                               std::string_view& out) {
  return as_string(single_input(node, scope, keep), keep, out);
}

Found Evaluation::integer(const Node& node, const Scope& scope, std::int64_t& out) {
  Item item;
  const Found found = single(node, scope, item);
  if (found != Found::one) return found;
  Operand operand;
  if (!operand.read(item)) return Found::none;
  if (operand.kind != ItemKind::integer) {
    fail("An integer is expected");
    return Found::failed;
  }
  out = operand.integer;
  return Found::one;
}

bool Evaluation::fail(IssueType type, std::string diagnostics) {
  if (!failure_) failure_ = make_issue(type, std::move(diagnostics));
  return false;
}

bool Evaluation::fail(std::string diagnostics) {
  return fail(IssueType::processing, std::move(diagnostics));
}

bool Evaluation::refuse_cost() {
  return fail(IssueType::too_costly, "The expression takes more work than is allowed");
}

}  // namespace fhir::fhirpath
