// The code system that a `code` element leaves unsaid: "the system is defined by the value set" of
// its required binding. https://hl7.org/fhir/R4/search.html#token
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "fhir/definitions/definition_store.h"

namespace server::search {

/// Reads a value set at the first question about it. Safe for any number of threads.
class CodeSystems {
 public:
  explicit CodeSystems(const fhir::DefinitionStore& definitions);

  /// The one system that the value set draws from; empty when there are several or none is known.
  std::string_view of(const fhir::Binding& binding) const;

 private:
  struct Slot {
    std::once_flag once;
    std::string system;
  };
  const fhir::DefinitionStore& definitions_;
  std::size_t count_;
  std::unique_ptr<Slot[]> slots_;  // by Binding::index
};

}  // namespace server::search
