// Two threads that ask for one set at once both write the same answer.
#include "fhir/validation/bound_sets.h"

namespace fhir::validation {

BoundSets::BoundSets(const DefinitionStore& definitions, const TerminologyProvider* terminology)
    : terminology_(terminology),
      count_(definitions.bound_value_sets().size()),
      slots_(std::make_unique<Slot[]>(count_)) {}

const CodeSet* BoundSets::of(const Binding& binding) const {
  if (terminology_ == nullptr || binding.value_set.empty()) return nullptr;
  if (binding.index >= count_) return terminology_->value_set(binding.value_set);
  Slot& slot = slots_[binding.index];
  if (!slot.is_asked.load(std::memory_order_acquire)) {
    slot.set.store(terminology_->value_set(binding.value_set), std::memory_order_relaxed);
    slot.is_asked.store(true, std::memory_order_release);
  }
  return slot.set.load(std::memory_order_relaxed);
}

}  // namespace fhir::validation
