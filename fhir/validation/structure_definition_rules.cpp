// A StructureDefinition: what it derives from, and its elements.
// https://hl7.org/fhir/R4/structuredefinition.html https://hl7.org/fhir/R4/profiling.html
#include <string>
#include <unordered_map>

#include "fhir/definitions/snapshot_generator.h"
#include "fhir/definitions/snapshot_limits.h"
#include "fhir/validation/element_definition_rules.h"
#include "fhir/validation/known_resource.h"
#include "fhir/validation/rule_context.h"

namespace fhir::validation {
namespace {

class StructureCheck {
 public:
  explicit StructureCheck(const RuleContext& context)
      : context_(context), structure_(context.resource), elements_(context) {}

  void run() {
    const json::Value* differential = structure_.find("differential");
    const json::Value* snapshot = structure_.find("snapshot");
    const json::Value* view = differential != nullptr ? differential : snapshot;
    const std::string_view name = differential != nullptr ? "differential" : "snapshot";
    if (view == nullptr || items_of(*view, "element").size() > definitions::k_snapshot_elements_max)
      return;
    // Types and their elements are those of R4 here.
    if (is_of_this_release()) check_elements(*view, Path{&context_.path, name, -1});
    check_base(differential);
  }

 private:
  bool is_of_this_release() const {
    const std::string_view version = structure_.string_at("fhirVersion");
    return version.empty() || version.starts_with("4.0");
  }

  bool is_constraint() const { return structure_.string_at("derivation") == "constraint"; }

  void check_elements(const json::Value& view, const Path& path) {
    const auto elements = items_of(view, "element");
    for (std::size_t i = 0; i < elements.size(); ++i)
      elements_.check(elements[i], item_path(path, "element", i));
  }

  void check_base(const json::Value* differential) {
    const std::string_view canonical = structure_.string_at("baseDefinition");
    if (canonical.empty()) return;
    const KnownResource base(context_, "StructureDefinition", canonical);
    const Path place{&context_.path, "baseDefinition", -1};
    if (base.value() == nullptr) {
      context_.warning(IssueType::not_found, place, structure_,
                       "No loaded package has the structure that this one derives from, so it was "
                       "not held against it");
      return;
    }
    const std::string_view type = structure_.string_at("type");
    const bool has_its_type = type == base.value()->string_at("type");
    if (is_constraint() && !type.empty() && !has_its_type) {
      context_.error(IssueType::business_rule, Path{&context_.path, "type", -1}, structure_,
                     "A constraint is about the type that its base is about, " +
                         std::string(base.value()->string_at("type")));
      return;
    }
    if (differential == nullptr) return;
    if (is_constraint()) compare_with(*base.value(), *differential);
    generate();
  }

  /// A profile can only restrict: elements that the base has in the same place, slices aside.
  void compare_with(const json::Value& base, const json::Value& differential) {
    const json::Value* snapshot = base.find("snapshot");
    if (snapshot == nullptr) return;
    std::unordered_map<std::string_view, const json::Value*> by_id;
    for (const json::Value& element : items_of(*snapshot, "element"))
      by_id.emplace(element.string_at("id"), &element);
    const Path path{&context_.path, "differential", -1};
    const auto elements = items_of(differential, "element");
    for (std::size_t i = 0; i < elements.size(); ++i) {
      const auto found = by_id.find(elements[i].string_at("id"));
      if (found != by_id.end())
        elements_.compare(elements[i], *found->second, item_path(path, "element", i));
    }
  }

  void generate() {
    const auto made = generate_snapshot(structure_, context_.definitions);
    if (made) return;
    const Issue& issue = made.error();
    // What is not loaded is no mistake of the structure.
    if (issue.type == IssueType::not_found || issue.type == IssueType::too_costly) {
      context_.warning(issue.type, context_.path, structure_,
                       "The snapshot cannot be made: " + issue.diagnostics);
      return;
    }
    constexpr std::string_view k_prefix = "StructureDefinition.";
    Path place = context_.path;
    if (issue.expression.starts_with(k_prefix))
      place = Path{&context_.path, std::string_view(issue.expression).substr(k_prefix.size()), -1};
    context_.error(issue.type, place, structure_,
                   "The snapshot cannot be made: " + issue.diagnostics);
  }

  const RuleContext& context_;
  const json::Value& structure_;
  ElementDefinitionCheck elements_;
};

}  // namespace

void check_structure_definition(const RuleContext& context) { StructureCheck(context).run(); }

}  // namespace fhir::validation
