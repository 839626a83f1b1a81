#include "src/operations/binding_context.h"

#include "fhir/formats/json_document.h"

namespace server::operations {
namespace {

using fhir::IssueType;
using fhir::make_issue;
using fhir::unexpected;
using fhir::json::Value;

bool is_named(const Value& element, std::string_view name) {
  return element.string_at("path") == name || element.string_at("id") == name ||
         element.string_at("sliceName") == name;
}

/// The snapshot says what the differential leaves to the base.
const Value* element_of(const Value& profile, std::string_view name) {
  for (std::string_view list : {"snapshot", "differential"}) {
    const Value* elements = profile.find(list);
    elements = elements != nullptr ? elements->find("element") : nullptr;
    if (elements == nullptr) continue;
    for (const Value& element : elements->items()) {
      if (is_named(element, name)) return &element;
    }
  }
  return nullptr;
}

}  // namespace

fhir::Result<std::string> canonical_in_context(const Services& services,
                                               const Parameters& parameters) {
  const std::string_view direction = parameters.text("contextDirection");
  const std::string_view context = parameters.text("context");
  if (!direction.empty() && direction != "incoming" && direction != "outgoing")
    return unexpected(make_issue(IssueType::value, "contextDirection is incoming or outgoing"));
  if (context.empty()) {
    if (direction.empty()) return std::string();
    return unexpected(make_issue(IssueType::invalid, "A contextDirection needs its context"));
  }
  const std::size_t hash = context.find('#');
  if (hash == std::string_view::npos || hash + 1 == context.size())
    return unexpected(make_issue(
        IssueType::value, "A context is the url of a StructureDefinition, # and an element of it"));
  const std::string url(context.substr(0, hash)), name(context.substr(hash + 1));
  const auto* record = services.definitions->record("StructureDefinition", url);
  if (record == nullptr)
    return unexpected(
        make_issue(IssueType::not_found, "No StructureDefinition " + url + " is held"));
  FHIR_TRY(document, fhir::json::Document::read(std::string(record->json)));
  const Value* element = element_of(document.root(), name);
  if (element == nullptr)
    return unexpected(
        make_issue(IssueType::not_found, "The StructureDefinition " + url + " has no " + name));
  const Value* binding = element->find("binding");
  if (binding == nullptr || binding->string_at("valueSet").empty())
    return unexpected(make_issue(IssueType::not_found, "No value set is bound to " + name));
  return std::string(binding->string_at("valueSet"));
}

}  // namespace server::operations
