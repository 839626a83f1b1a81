// https://hl7.org/fhir/R4/fhirpath.html#functions
#include "fhir/validation/document_judge.h"

#include "fhir/validation/profile_walk.h"
#include "fhir/validation/walk.h"

namespace fhir::validation {
namespace {

/// Calls with the element in its scope: a resource has a scope of its own.
template <class Visit>
auto in_scope(const Element& element, const Scope& around, Visit&& visit) {
  if (!element.is_resource() || element.value == around.resource.value)
    return visit(Node{element, around.path, &around, nullptr});
  Scope scope;
  scope.resource = element;
  scope.path = around.path;
  scope.parent = &around;
  scope.root = &scope;
  scope.bundle = element.type->name == "Bundle" ? &scope : around.bundle;
  scope.full_url = around.full_url;
  return visit(Node{element, around.path, &scope, nullptr});
}

}  // namespace

std::optional<bool> DocumentJudge::conforms_to(const Element& element, std::string_view canonical) {
  return in_scope(element, scope_, [&](const Node& node) {
    const auto answer = walk_.profile_walk().conforms(node, canonical);
    const bool is_of_type = answer.value_or(false);
    if (!is_of_type || walk_.parts_.profiles.find(canonical).type == nullptr) return answer;
    return std::optional(walk_.profile_walk().meets_base(node));
  });
}

std::optional<bool> DocumentJudge::is_in_slice(const Element& element, std::string_view canonical,
                                               std::string_view slice) {
  return in_scope(element, scope_, [&](const Node& node) {
    return walk_.profile_walk().is_in_slice(node, canonical, slice);
  });
}

}  // namespace fhir::validation
