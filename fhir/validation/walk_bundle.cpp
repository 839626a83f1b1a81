// The rules of Bundle.entry that are no invariants. https://hl7.org/fhir/R4/bundle.html
#include <string>

#include "fhir/validation/primitives.h"
#include "fhir/validation/walk.h"

namespace fhir::validation {

void Walk::check_bundle(const Node& node) {
  const json::Value& bundle = *node.element.value;
  const json::Value* entries = bundle.find("entry");
  if (entries == nullptr) return;
  const std::string_view type = bundle.string_at("type");
  if (type == "document") check_document(node);
  for (std::size_t i = 0; i < entries->items().size(); ++i) {
    const json::Value& entry = entries->items()[i];
    if (entry.is_object())
      check_entry(entry, type, Path{node.path, "entry", static_cast<std::int64_t>(i)});
  }
}

void Walk::check_entry(const json::Value& entry, std::string_view bundle_type, const Path& path) {
  const auto refuse = [&](IssueType type, std::string_view text) {
    report(Severity::error, type, path, entry.offset(), {text});
  };
  const json::Value* resource = entry.find("resource");
  const json::Value* full_url = entry.find("fullUrl");
  if (full_url == nullptr) {
    // "fullUrl … SHALL NOT be absent", except where the server is yet to choose the identity.
    const bool needs_one =
        bundle_type == "document" || bundle_type == "message" || bundle_type == "collection";
    if (needs_one && resource != nullptr)
      refuse(IssueType::required,
             "An entry of a document, message or collection must have a fullUrl");
    return;
  }
  const std::string_view url = full_url->string();
  if (url.empty()) return;
  if (!is_absolute_uri(url))
    return refuse(IssueType::value, "Bundle.entry.fullUrl must be an absolute URI");
  if (url.starts_with("urn:uuid:") && !is_uuid_urn(url))
    return refuse(IssueType::value,
                  "Bundle.entry.fullUrl is not a well-formed urn:uuid: in lower case");
  if (resource == nullptr || !resource->is_object()) return;
  const ParsedReference parsed = parse_reference(url, parts_.definitions);
  if (parsed.type.empty() || !parsed.version.empty()) return;  // bdl-8 speaks of versions
  const std::string_view id = resource->string_at("id");
  if (id.empty() && bundle_type != "transaction" && bundle_type != "batch")
    return refuse(IssueType::invalid,
                  "Bundle.entry.fullUrl is a RESTful URL, but the resource has no id");
  // "fullUrl SHALL NOT disagree with the id in the resource": a warning, since published examples
  // of R4 and of US Core do, and no reference becomes wrong by it.
  if (!id.empty() && (parsed.id != id || parsed.type != resource->string_at("resourceType")))
    report(Severity::warning, IssueType::invalid, path, entry.offset(),
           {"Bundle.entry.fullUrl disagrees with the type and id of the resource"});
}

}  // namespace fhir::validation
