#include "fhir/validation/known_resource.h"

#include <string>
#include <utility>

namespace fhir::validation {

KnownResource::KnownResource(const RuleContext& context, std::string_view type,
                             std::string_view canonical) {
  if (canonical.starts_with('#')) {
    for (const json::Value& contained : items_of(context.resource, "contained")) {
      if (contained.string_at("id") == canonical.substr(1) &&
          contained.string_at("resourceType") == type)
        value_ = &contained;
    }
    return;
  }
  const ConformanceRecord* record = context.definitions.record(type, canonical);
  if (record == nullptr) return;
  auto read = json::Document::read(std::string(record->json));
  if (!read) return;
  document_.emplace(std::move(*read));
  value_ = &document_->root();
}

}  // namespace fhir::validation
