// What code systems say of others: which they supplement, and which value set is all their codes.
#pragma once

#include <mutex>
#include <span>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "fhir/definitions/definition_store.h"

namespace terminology {

/// Found by one search through the text of the code systems, at the first question.
class CodeSystemLinks {
 public:
  /// code_systems   outlive this
  explicit CodeSystemLinks(std::span<const fhir::ConformanceRecord> code_systems)
      : code_systems_(code_systems) {}

  /// Those that supplement the code system of a url, whatever the version.
  std::vector<const fhir::ConformanceRecord*> supplements_of(std::string_view url) const;
  /// The code system all whose codes a value set has, by CodeSystem.valueSet; null for none.
  const fhir::ConformanceRecord* owner_of(std::string_view value_set_url) const;

 private:
  void find() const;

  std::span<const fhir::ConformanceRecord> code_systems_;
  mutable std::once_flag once_;
  mutable std::unordered_multimap<std::string_view, const fhir::ConformanceRecord*> supplements_;
  mutable std::unordered_map<std::string_view, const fhir::ConformanceRecord*> value_sets_;
};

}  // namespace terminology
