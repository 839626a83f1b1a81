// A resource that another one names by its canonical, read for as long as it is looked at.
#pragma once

#include <optional>

#include "fhir/formats/json_document.h"
#include "fhir/validation/rule_context.h"

namespace fhir::validation {

class KnownResource {
 public:
  /// Looks among the contained resources for `#id`, else among the definitions.
  KnownResource(const RuleContext& context, std::string_view type, std::string_view canonical);

  /// Null when it is not known.
  const json::Value* value() const { return value_; }

 private:
  std::optional<json::Document> document_;
  const json::Value* value_ = nullptr;
};

}  // namespace fhir::validation
