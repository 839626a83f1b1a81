#include "fhir/validation/anchors.h"

#include "fhir/validation/narrative.h"

namespace fhir::validation {

void Anchors::collect(const json::Value& value) {
  for (const json::Value& item : value.items()) collect(item);
  for (const json::Member& member : value.members()) {
    if (member.name() == "id") {
      ids_.insert(member.value.string());
    } else if (member.name() == "div" && member.value.is_string()) {
      NarrativeLinks links;
      check_narrative(member.value.string(), &links);
      ids_.insert(links.anchors.begin(), links.anchors.end());
    } else {
      collect(member.value);
    }
  }
}

}  // namespace fhir::validation
