// Finds the entries of one Bundle by fullUrl.
// https://hl7.org/fhir/R4/bundle.html#references
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>

#include "fhir/formats/json_value.h"
#include "fhir/validation/reference.h"

namespace fhir::validation {

/// Views into the bundle's document. Not for several threads.
class BundleIndex {
 public:
  BundleIndex() = default;
  explicit BundleIndex(const json::Value& bundle);

  /// The entry's resource that a reference means, null when there is none.
  /// source_full_url   of the entry that holds the reference: a relative one is resolved against it
  const json::Value* find(const ParsedReference& reference, std::string_view text,
                          std::string_view source_full_url) const;
  /// By fullUrl alone.
  const json::Value* find(std::string_view full_url) const;

 private:
  std::unordered_map<std::string_view, const json::Value*> by_full_url_;
  const json::Value* find_by_id(std::string_view type, std::string_view id) const;

  const json::Value* bundle_ = nullptr;
  mutable std::unordered_map<std::string, const json::Value*> by_type_and_id_;  // when first asked
};

/// `http://host/fhir/` of `http://host/fhir/Patient/1`; empty when the url does not end in type and
/// id.
std::string_view restful_base(std::string_view full_url);

}  // namespace fhir::validation
