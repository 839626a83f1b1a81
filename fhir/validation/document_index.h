// Finds the entries that references within a document mean.
// https://hl7.org/fhir/R4/bundle.html#references
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "fhir/definitions/definition_store.h"
#include "fhir/formats/json_value.h"

namespace fhir::validation {

class DocumentIndex {
 public:
  /// entries   of the bundle; outlive the index, as the definitions do
  DocumentIndex(std::span<const json::Value> entries, const DefinitionStore& definitions);

  /// Positions of all entries that a reference means, in order: more than one where a fullUrl
  /// repeats and the reference names no version.
  /// source   position of the entry that holds the reference
  std::vector<std::uint32_t> find(std::string_view text, std::uint32_t source) const;

 private:
  using Positions = std::unordered_map<std::string, std::vector<std::uint32_t>>;

  std::span<const json::Value> entries_;
  const DefinitionStore& definitions_;
  Positions by_full_url_;
  Positions by_type_and_id_;
};

}  // namespace fhir::validation
