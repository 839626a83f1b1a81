// How an element gets the children that its type, its profile or its content reference has, and how
// a specialization adds elements of its own.
// https://hl7.org/fhir/R4/elementdefinition.html#ElementDefinition.contentReference
#include <string>

#include "fhir/definitions/snapshot_merge.h"

#include "fhir/formats/json_items.h"

namespace fhir::definitions {
namespace {

std::span<const json::Value> types_of(const DraftNode& node) {
  return json::items_of(node.find("type"));
}

/// What to walk into: the one profile, else the one type, else what all types have in common.
std::string_view content_of(const DraftNode& node) {
  const auto types = types_of(node);
  if (types.empty()) return {};
  const std::string_view code = types[0].string_at("code");
  for (const json::Value& type : types) {
    if (type.string_at("code") != code) return "Element";
  }
  const json::Value* profiles = types.size() == 1 ? types[0].find("profile") : nullptr;
  if (profiles != nullptr && profiles->items().size() == 1) return profiles->items()[0].string();
  return code;
}

/// The element at `Questionnaire.item` below a root.
const DraftNode* element_at(const DraftNode& root, std::string_view path) {
  const DraftNode* at = &root;
  for (std::size_t dot = path.find('.'); dot != std::string_view::npos; dot = path.find('.')) {
    path.remove_prefix(dot + 1);
    const std::string_view part = path.substr(0, path.find('.'));
    const std::size_t colon = part.find(':');
    at = at->child(part.substr(0, colon),
                   colon == std::string_view::npos ? std::string_view{} : part.substr(colon + 1));
    if (at == nullptr) return nullptr;
  }
  return at;
}

}  // namespace

Result<void> SnapshotMerger::copy_children(DraftNode& node, const DraftNode& from) {
  for (const auto& child : from.children) {
    FHIR_TRY(copy, clone(*child, budget_));
    node.children.push_back(std::move(copy));
  }
  return {};
}

Result<void> SnapshotMerger::unfold(DraftNode& node, std::size_t index) {
  if (!node.children.empty() || &node == &root_) return {};
  if (const json::Value* reference = node.find("contentReference"))
    return unfold_reference(node, reference->string(), index);
  const std::string_view content = content_of(node);
  if (content.empty())
    return refuse(index, std::string(node.name) + " has no type to walk into",
                  IssueType::structure);
  auto found = source_.structure(content);
  // A profile that cannot be had, or that is being made right now: its type at least is known.
  if (!found && content != types_of(node)[0].string_at("code"))
    found = source_.structure(types_of(node)[0].string_at("code"));
  if (!found) return refuse(index, found.error().diagnostics, found.error().type);
  return copy_children(node, *(*found)->root);
}

Result<void> SnapshotMerger::unfold_reference(DraftNode& node, std::string_view reference,
                                              std::size_t index) {
  const std::size_t hash = reference.find('#');
  const std::string_view path =
      hash == std::string_view::npos ? reference : reference.substr(hash + 1);
  const std::string_view type = path.substr(0, path.find('.'));
  const DraftNode* from = nullptr;
  if (auto found = source_.structure(type); found) from = element_at(*(*found)->root, path);
  if (from == nullptr && type == root_.name) from = element_at(root_, path);
  if (from == nullptr || from == &node)
    return refuse(index, "There is no element " + std::string(path) + " to refer to",
                  IssueType::structure);
  node.erase("contentReference");
  if (const json::Value* types = from->find("type")) node.set("type", *types);
  return copy_children(node, *from);
}

Result<void> SnapshotMerger::add_element(DraftNode& parent, const DifferentialNode& differential) {
  FHIR_CHECK(budget_.take());
  if (differential.element == nullptr)
    return refuse(differential.index,
                  "The differential defines what stands below " + std::string(differential.name) +
                      " but not the element itself",
                  IssueType::structure);
  auto node = std::make_unique<DraftNode>();
  node->name = differential.name;
  node->slice = differential.slice;
  DraftNode* out = node.get();
  parent.children.push_back(std::move(node));
  std::vector<json::Member> base = {
      make_member("path", make_text(differential.element->string_at("path"), arena_))};
  for (std::string_view limit : {"min", "max"}) {
    if (const json::Value* value = differential.element->find(limit))
      base.push_back(make_member(limit, *value));
  }
  out->set("base", make_object(base, arena_));
  add_general_constraints(*out, *differential.element);
  return merge_node(*out, differential);
}

/// Every element but a resource or a bare value is an Element and keeps the rules of one; an
/// extension keeps those of Extension too.
void SnapshotMerger::add_general_constraints(DraftNode& node, const json::Value& element) {
  std::string_view general = "Element";
  if (const json::Value* types = element.find("type"); types != nullptr) {
    for (const json::Value& type : types->items()) {
      const std::string_view code = type.string_at("code");
      // Bare values and logical models are named by a URL.
      if (code == "Resource" || code.find(':') != std::string_view::npos) return;
      if (code == "Extension") general = code;
    }
  }
  auto found = source_.structure(general);
  if (!found) return;
  if (const json::Value* constraints = (*found)->root->find("constraint"))
    node.set("constraint", *constraints);
}

}  // namespace fhir::definitions
