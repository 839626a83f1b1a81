// The value sets that bindings name, asked of the terminology once each. Safe for many threads.
#pragma once

#include <atomic>
#include <memory>

#include "fhir/definitions/definition_store.h"
#include "fhir/model/terminology_provider.h"

namespace fhir::validation {

class BoundSets {
 public:
  /// terminology   may be null: then no set is known
  BoundSets(const DefinitionStore& definitions, const TerminologyProvider* terminology);

  /// Null when the terminology does not hold the value set.
  const CodeSet* of(const Binding& binding) const;

 private:
  struct Slot {
    std::atomic<bool> is_asked{false};
    std::atomic<const CodeSet*> set{nullptr};
  };

  const TerminologyProvider* terminology_;
  std::size_t count_;
  std::unique_ptr<Slot[]> slots_;
};

}  // namespace fhir::validation
