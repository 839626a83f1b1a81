// https://hl7.org/fhir/R4/elementdefinition.html
#include "fhir/definitions/snapshot_draft.h"

#include <algorithm>
#include <array>

#include "fhir/definitions/element_order.h"
#include "fhir/definitions/schema_compiler.h"
#include "fhir/definitions/snapshot_limits.h"

namespace fhir::definitions {
namespace {

std::string_view last_part(std::string_view path) {
  const std::size_t dot = path.rfind('.');
  return dot == std::string_view::npos ? path : path.substr(dot + 1);
}

bool is_identity(std::string_view name) {
  return name == "id" || name == "path" || name == "sliceName";
}

json::Value base_of(const DraftNode& node, std::string_view path, Arena& arena) {
  std::vector<json::Member> members = {make_member("path", make_text(path, arena))};
  for (std::string_view limit : {"min", "max"}) {
    if (const json::Value* value = node.find(limit)) members.push_back(make_member(limit, *value));
  }
  return make_object(members, arena);
}

/// Constraints without a source come from the structure that lists them.
json::Value sourced(const json::Value& constraints, std::string_view url, Arena& arena) {
  std::vector<json::Value> out;
  for (const json::Value& constraint : constraints.items()) {
    if (!constraint.string_at("source").empty() || url.empty()) {
      out.push_back(constraint);
      continue;
    }
    auto members = constraint.members();
    std::vector<json::Member> copy(members.begin(), members.end());
    copy.push_back(make_member("source", make_text(url, arena)));
    out.push_back(make_object(copy, arena));
  }
  return make_array(out, arena);
}

std::unique_ptr<DraftNode> node_of(const json::Value& element, std::string_view url, Arena& arena) {
  auto node = std::make_unique<DraftNode>();
  const std::string_view path = element.string_at("path");
  const std::string_view id = element.string_at("id");
  // The id tells `value[x]:valueQuantity` where an older path says `valueQuantity`.
  std::string_view segment = last_part(id.empty() ? path : id);
  node->slice = element.string_at("sliceName");
  if (const std::size_t colon = segment.find(':'); colon != std::string_view::npos) {
    if (node->slice.empty()) node->slice = segment.substr(colon + 1);
    segment = segment.substr(0, colon);
  }
  node->name = segment;
  node->members.reserve(element.members().size() + 1);
  for (const json::Member& member : element.members()) {
    if (!is_identity(member.name())) node->members.push_back(member);
  }
  if (node->find("base") == nullptr) node->set("base", base_of(*node, path, arena));
  if (const json::Value* constraints = node->find("constraint"))
    node->set("constraint", sourced(*constraints, url, arena));
  return node;
}

struct Flattener {
  Arena& arena;
  std::vector<json::Value> out = {};

  void add(const DraftNode& node, const std::string& id, const std::string& path) {
    std::vector<json::Member> members;
    members.reserve(node.members.size() + 3);
    members.push_back(make_member("id", make_text(id, arena)));
    members.push_back(make_member("path", make_text(path, arena)));
    if (!node.slice.empty())
      members.push_back(make_member("sliceName", make_text(node.slice, arena)));
    for (const json::Member& member : node.members) {
      members.push_back(make_member(arena.copy(member.name()), deep_copy(member.value, arena)));
    }
    order_members(members);
    out.push_back(make_object(members, arena));
    for (const auto& child : node.children) {
      std::string child_id = id + "." + std::string(child->name);
      if (!child->slice.empty()) child_id.append(":").append(child->slice);
      add(*child, child_id, path + "." + std::string(child->name));
    }
  }
};

}  // namespace

const json::Value* DraftNode::find(std::string_view member) const {
  const std::uint32_t hash = name_hash(member);
  for (const json::Member& candidate : members) {
    if (candidate.name_hash == hash && candidate.name() == member) return &candidate.value;
  }
  return nullptr;
}

void DraftNode::set(std::string_view member, const json::Value& value) {
  const std::uint32_t hash = name_hash(member);
  for (json::Member& candidate : members) {
    if (candidate.name_hash == hash && candidate.name() == member) {
      candidate.value = value;
      return;
    }
  }
  members.push_back(make_member(member, value));
}

void DraftNode::erase(std::string_view member) {
  std::erase_if(members, [&](const json::Member& candidate) {
    std::string_view candidate_name = candidate.name();
    if (candidate.is_sibling()) candidate_name.remove_prefix(1);
    return candidate_name == member;
  });
}

DraftNode* DraftNode::child(std::string_view child_name, std::string_view child_slice) const {
  for (const auto& candidate : children) {
    if (candidate->name == child_name && candidate->slice == child_slice) return candidate.get();
  }
  return nullptr;
}

Result<void> DraftBudget::take(std::size_t nodes) {
  if (nodes > left_)
    return unexpected(make_issue(IssueType::too_costly, "The snapshot has too many elements"));
  left_ -= nodes;
  return {};
}

Result<std::unique_ptr<DraftNode>> draft_of(const json::Value& elements, std::string_view url,
                                            Arena& arena, DraftBudget& budget) {
  FHIR_CHECK(budget.take(elements.items().size()));
  std::vector<DraftNode*> open;  // the last element of each depth
  std::unique_ptr<DraftNode> root;
  for (const json::Value& element : elements.items()) {
    const std::string_view path = element.string_at("path");
    const auto depth = static_cast<std::size_t>(std::count(path.begin(), path.end(), '.'));
    if (depth > open.size() || (depth == 0) != (root == nullptr) || depth > k_element_depth_max)
      return unexpected(make_issue(IssueType::structure,
                                   "The snapshot of " + std::string(url) +
                                       " has an element without its parent: " + std::string(path)));
    auto node = node_of(element, url, arena);
    open.resize(depth);
    open.push_back(node.get());
    if (depth == 0) {
      root = std::move(node);
    } else {
      open[depth - 1]->children.push_back(std::move(node));
    }
  }
  if (root == nullptr)
    return unexpected(make_issue(IssueType::structure,
                                 "The snapshot of " + std::string(url) + " has no elements"));
  return root;
}

Result<std::unique_ptr<DraftNode>> clone(const DraftNode& node, DraftBudget& budget) {
  FHIR_CHECK(budget.take());
  auto copy = std::make_unique<DraftNode>();
  copy->name = node.name;
  copy->slice = node.slice;
  copy->members = node.members;
  copy->children.reserve(node.children.size());
  for (const auto& child : node.children) {
    FHIR_TRY(child_copy, clone(*child, budget));
    copy->children.push_back(std::move(child_copy));
  }
  return copy;
}

json::Value flatten(const DraftNode& root, Arena& arena) {
  Flattener flattener{arena};
  flattener.add(root, std::string(root.name), std::string(root.name));
  return make_array(flattener.out, arena);
}

json::Member make_member(std::string_view name, const json::Value& value) {
  return {name.data(), static_cast<std::uint32_t>(name.size()), name_hash(name), value};
}

json::Value make_text(std::string_view text, Arena& arena) {
  return json::Value::text_value(json::Kind::string, arena.copy(text), 0);
}

json::Value make_object(const std::vector<json::Member>& members, Arena& arena) {
  const bool has_siblings = std::any_of(members.begin(), members.end(),
                                        [](const json::Member& m) { return m.is_sibling(); });
  return json::Value::object(arena.copy(members), 0, has_siblings);
}

json::Value make_array(const std::vector<json::Value>& items, Arena& arena) {
  return json::Value::array(arena.copy(items), 0);
}

}  // namespace fhir::definitions
