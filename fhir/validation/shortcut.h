// The part of an invariant that can be decided by looking at which children are there. Most
// invariants of R4 are decided by it for most resources, and FHIRPath need not run.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "fhir/model/element.h"

namespace fhir::validation {

/// FHIRPath's three values, and `open`: only the expression itself can tell.
enum class Truth : std::uint8_t { no, yes, empty, open };

/// Understands `and`, `or`, `xor`, `implies`, `not()`, `=` and `!=` over `child.exists()`,
/// `child.empty()`, `child.hasValue()` and `child = 'text'`; knows that a path from an absent child
/// is empty; takes everything else as open. Never wrong: it answers as the engine does, or not at
/// all.
class Shortcut {
 public:
  /// expression   outlives the shortcut
  explicit Shortcut(std::string_view expression);

  Truth judge(const Element& element) const { return value_of(root_, element); }
  /// Whether it can ever tell anything.
  bool is_useful() const { return is_useful_; }

 private:
  enum class Op : std::uint8_t {
    open,
    exists,
    empty,
    has_value,
    equals_text,
    path_exists,
    path_empty,
    not_,
    and_,
    or_,
    xor_,
    implies,
    same,
    differs
  };
  struct Step {
    Op op = Op::open;
    std::uint32_t left = 0, right = 0;  // steps
    std::uint32_t hash = 0;             // of the child's name
    std::string_view child;
    std::string_view text;
  };

  std::uint32_t parse(std::string_view text, int depth);
  std::uint32_t parse_operand(std::string_view text, int depth);
  std::uint32_t parse_path(std::string_view text);
  std::uint32_t add(Step step);
  Truth value_of(std::uint32_t step, const Element& element) const;

  std::vector<Step> steps_;
  std::uint32_t root_ = 0;
  bool is_useful_ = false;
};

}  // namespace fhir::validation
