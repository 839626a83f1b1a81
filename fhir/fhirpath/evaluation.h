// The state of one evaluation, and the two ways in which a node is evaluated: its items are given
// one by one to a sink that may stop them (`exists()` stops at the first), or it is asked for its
// truth alone. Nothing is collected that is not needed. One thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "fhir/base/result.h"
#include "fhir/fhirpath/collection.h"
#include "fhir/fhirpath/expression.h"

namespace fhir::fhirpath {

struct Node;

/// A boolean of three values (https://hl7.org/fhirpath/N1/#boolean-logic), or the failure that the
/// evaluation holds.
enum class Truth : std::uint8_t { no, yes, empty, failed };

inline Truth truth_of(bool value) { return value ? Truth::yes : Truth::no; }
inline Truth negation(Truth truth) {
  return truth == Truth::yes ? Truth::no : truth == Truth::no ? Truth::yes : truth;
}

/// Takes items until it returns false. A view of a callable that outlives it.
class Sink {
 public:
  template <class F>
  requires(!std::is_same_v<std::remove_cvref_t<F>, Sink>) Sink(F&& callable)
      : object_(const_cast<void*>(static_cast<const void*>(&callable))),
        call_([](void* object, const Item& item) -> bool {
          return (*static_cast<std::remove_reference_t<F>*>(object))(item);
        }) {}
  bool operator()(const Item& item) const { return call_(object_, item); }

 private:
  void* object_;
  bool (*call_)(void*, const Item&);
};

/// $this, $index, $total where a node stands.
struct Scope {
  const Item* self = nullptr;
  std::int64_t index = -1;
  const Collection* total = nullptr;
};

enum class Found : std::uint8_t { none, one, failed };

class Evaluation {
 public:
  Evaluation(const Item& context, const Environment& environment, std::size_t variable_count);

  const Item& context() const { return context_; }
  const Environment& environment() const { return environment_; }

  /// Gives the node's items to the sink. False: the sink stopped, or the evaluation failed.
  bool visit(const Node& node, const Scope& scope, Sink sink);
  /// The items of the node's input; of $this where it has none.
  bool visit_input(const Node& node, const Scope& scope, Sink sink);
  /// As visit(), where duplicates do no harm: a union need not remove them.
  bool visit_loosely(const Node& node, const Scope& scope, Sink sink);

  /// The node as a condition: a single boolean; any other single item counts as true.
  Truth truth(const Node& node, const Scope& scope);
  Truth truth_of_input(const Node& node, const Scope& scope);
  /// Whether the input has an item.
  Truth any_of_input(const Node& node, const Scope& scope);

  /// False when the evaluation failed.
  bool collect(const Node& node, const Scope& scope, Collection& out);
  bool collect_input(const Node& node, const Scope& scope, Collection& out);

  /// The only item; more than one is a failure.
  Found single(const Node& node, const Scope& scope, Item& out);
  Found single_input(const Node& node, const Scope& scope, Item& out);
  /// The only item as a string: of type string, or a FHIR primitive. `keep` holds the characters.
  Found string(const Node& node, const Scope& scope, Item& keep, std::string_view& out);
  Found string_input(const Node& node, const Scope& scope, Item& keep, std::string_view& out);
  Found integer(const Node& node, const Scope& scope, std::int64_t& out);

  /// Counts work that no node visit counts; false past the limit.
  bool spend(std::size_t steps = 1) {
    steps_ += steps;
    return steps_ <= environment_.steps_max || refuse_cost();
  }

  /// Whether the evaluation may recurse further; nested functions over deep trees could otherwise
  /// use up the thread's stack.
  bool has_stack();

  /// Counts the characters of computed strings as work, so that none can grow without bounds.
  bool spend_bytes(std::size_t bytes) { return spend(bytes / 16); }

  bool fail(std::string diagnostics);  // always false
  bool fail(IssueType type, std::string diagnostics);
  bool failed() const { return failure_.has_value(); }
  Issue take_failure() { return std::move(*failure_); }

  /// Slots of defineVariable(), numbered by the parser.
  Collection& variable(std::size_t slot) { return variables_[slot]; }

 private:
  bool refuse_cost();
  template <class Visit>
  Found single_of(Visit&& visit_items, Item& out);
  Found as_string(Found found, Item& keep, std::string_view& out);

  static constexpr std::ptrdiff_t k_stack_bytes_max = 2 << 20;

  Item context_;
  const Environment& environment_;
  const char* stack_start_;
  std::size_t steps_ = 0;
  std::optional<Issue> failure_;
  std::unique_ptr<Collection[]> variables_;
};

}  // namespace fhir::fhirpath
