// Finds the entries that references within a document mean.
// https://hl7.org/fhir/R4/bundle.html#references
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>

#include "fhir/definitions/definition_store.h"
#include "fhir/formats/json_value.h"

namespace fhir::validation {

class DocumentIndex {
 public:
  /// entries   of the bundle; outlive the index, as the definitions do
  DocumentIndex(std::span<const json::Value> entries, const DefinitionStore& definitions);

  struct Match {
    std::uint32_t first = 0;
    std::uint32_t count = 0;
  };

  /// The entries that a reference means: several where a fullUrl repeats and the reference names no
  /// version.
  /// source   position of the entry that holds the reference
  Match find(std::string_view text, std::uint32_t source) const;

  /// The first entry with the fullUrl of this one, or itself.
  std::uint32_t first_with_url_of(std::uint32_t position) const;
  /// The first entry with the type and id of this one, or itself.
  std::uint32_t first_with_name_of(std::uint32_t position) const;

 private:
  using Matches = std::unordered_map<std::string, Match>;

  std::span<const json::Value> entries_;
  const DefinitionStore& definitions_;
  // By the text, and by the text, a bar and the version.
  Matches by_full_url_;
  Matches by_type_and_id_;
};

}  // namespace fhir::validation
