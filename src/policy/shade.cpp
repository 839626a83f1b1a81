#include "src/policy/shade.h"

#include <algorithm>
#include <utility>

#include "src/policy/parameter_paths.h"
#include "src/policy/reference_display.h"

namespace server::policy {
namespace {

using fhir::PropertySchema;
using fhir::TypeKind;
using fhir::TypeSchema;
using Fate = ShadeNode::Fate;

/// What says what a resource is, and which.
constexpr std::string_view k_shown[] = {"id", "meta", "implicitRules"};

std::vector<std::string> split_path(std::string_view path) {
  std::vector<std::string> names;
  while (true) {
    const std::size_t dot = path.find('.');
    names.emplace_back(path.substr(0, dot));
    if (dot == std::string_view::npos) return names;
    path.remove_prefix(dot + 1);
  }
}

/// The members that an element may be in JSON: one, or one for each type of a choice.
std::vector<const PropertySchema*> properties_of(const TypeSchema& type, std::string_view name) {
  std::vector<const PropertySchema*> found;
  for (const PropertySchema* property : type.slots) {
    if (property != nullptr && !property->is_sibling && property->element->name == name)
      found.push_back(property);
  }
  return found;
}

bool is_primitive(const PropertySchema& property) {
  return property.type != nullptr && property.type->type != nullptr &&
         property.type->type->kind == TypeKind::primitive;
}

void put(ShadeNode& node, ShadeNode::Member member) {
  for (ShadeNode::Member& present : node.members) {
    if (present.name != member.name) continue;
    // What is not shown at all is stronger than what is masked, and both than a part of it.
    if (member.fate == Fate::hidden || present.fate == Fate::deeper) present = std::move(member);
    return;
  }
  node.members.push_back(std::move(member));
}

void put_end(ShadeNode& node, const PropertySchema& property, Fate fate) {
  const std::string name(property.name);
  if (!is_primitive(property)) return put(node, {name, fate, name, nullptr});
  put(node, {name, fate, "_" + name, nullptr});
  put(node, {"_" + name, fate, "_" + name, nullptr});
}

fhir::Unexpected<fhir::Issue> wrong(std::string text) {
  return fhir::unexpected(fhir::make_issue(fhir::IssueType::value, std::move(text)));
}

}  // namespace

/// A backbone's node is one for all places where it stands: items have items.
ShadeNode* Shades::node_of(const TypeSchema* type, const std::string& place) {
  const bool is_one = type != nullptr && type->kind == TypeKind::backbone;
  auto& node = nodes_[is_one ? std::string(type->name) : place];
  if (node == nullptr) node = std::make_unique<ShadeNode>();
  return node.get();
}

fhir::Result<void> Shades::add(std::string_view path, Fate fate,
                               const fhir::DefinitionStore& definitions) {
  const std::vector<std::string> names = split_path(path);
  const auto types = definitions.resource_types();
  if (std::find(types.begin(), types.end(), names.front()) == types.end())
    return wrong("`" + std::string(path) + "` does not begin with a resource type");
  if (names.size() < 2) return wrong("`" + std::string(path) + "` names no element");
  if (std::find(std::begin(k_shown), std::end(k_shown), names[1]) != std::end(k_shown))
    return wrong("`" + std::string(path) + "` is always shown");
  const TypeSchema* root = definitions.type(names.front());
  struct Step {
    const TypeSchema* type;
    ShadeNode* node;
  };
  std::string place = names.front();
  std::vector<Step> at = {{root, node_of(root, place)}};
  for (std::size_t i = 1; i < names.size(); ++i) {
    std::vector<Step> next;
    bool is_known = false;
    for (const Step& step : at) {
      for (const PropertySchema* property : properties_of(*step.type, names[i])) {
        is_known = true;
        if (i + 1 == names.size()) {
          put_end(*step.node, *property, fate);
          continue;
        }
        const TypeSchema* below = property->type != nullptr ? property->type->type : nullptr;
        if (below == nullptr || below->kind == TypeKind::primitive ||
            below->kind == TypeKind::resource)
          continue;
        ShadeNode* node = node_of(below, place + "." + std::string(property->name));
        put(*step.node, {std::string(property->name), Fate::deeper, {}, node});
        next.push_back({below, node});
      }
    }
    if (!is_known || (next.empty() && i + 1 != names.size()))
      return wrong("`" + std::string(path) + "` is no element: there is no " + names[i]);
    place += "." + names[i];
    at = std::move(next);
  }
  roots_[names.front()] = node_of(root, names.front());
  if (is_displayed(names[1])) undisplayed_.insert(names.front());
  paths_[names.front()].push_back({{names.begin() + 1, names.end()}});
  return {};
}

/// Leads to the backbones that have something to hide from wherever they stand.
void Shades::connect(const TypeSchema& root) {
  std::vector<const TypeSchema*> reachable = {&root};
  for (std::size_t i = 0; i < reachable.size(); ++i) {
    for (const PropertySchema* property : reachable[i]->slots) {
      const TypeSchema* below =
          property != nullptr && property->type != nullptr ? property->type->type : nullptr;
      if (below != nullptr && below->kind == TypeKind::backbone &&
          std::find(reachable.begin(), reachable.end(), below) == reachable.end())
        reachable.push_back(below);
    }
  }
  for (bool is_changed = true; is_changed;) {
    is_changed = false;
    for (const TypeSchema* type : reachable) {
      for (const PropertySchema* property : type->slots) {
        const TypeSchema* below =
            property != nullptr && property->type != nullptr ? property->type->type : nullptr;
        if (below == nullptr || property->is_sibling || below->kind != TypeKind::backbone) continue;
        const auto found = nodes_.find(std::string(below->name));
        if (found == nodes_.end()) continue;
        ShadeNode* node = node_of(type, std::string(type->name));
        if (node->find(property->name) != nullptr) continue;
        put(*node, {std::string(property->name), Fate::deeper, {}, found->second.get()});
        is_changed = true;
      }
    }
  }
}

void Shades::bar_parameters(std::string_view type, const fhir::DefinitionStore& definitions) {
  auto& barred = barred_[std::string(type)];
  const auto& hidden = paths_.find(type)->second;
  for (const fhir::SearchParameter* parameter : definitions.search_parameters_of(type)) {
    const auto reads = reads_of(*parameter, type, definitions);
    const bool is_barred = std::any_of(hidden.begin(), hidden.end(), [&](const Path& path) {
      return std::any_of(reads.paths.begin(), reads.paths.end(), [&](const auto& names) {
        const std::size_t common = std::min(names.size(), path.names.size());
        return std::equal(names.begin(), names.begin() + static_cast<std::ptrdiff_t>(common),
                          path.names.begin());
      });
    });
    if (is_barred) barred.insert(parameter);
  }
}

/// What reads resources within others reads those of any type, and so do displays of references.
void Shades::bar_inner(const fhir::DefinitionStore& definitions) {
  std::set<const fhir::SearchParameter*> seen;
  for (const std::string_view type : definitions.resource_types()) {
    for (const fhir::SearchParameter* parameter : definitions.search_parameters_of(type)) {
      const bool is_of_several = parameter->bases.size() > 1;
      if (!seen.insert(parameter).second && !is_of_several) continue;
      const bool tells_displays =
          !undisplayed_.empty() && parameter->expression.find("display") != std::string_view::npos;
      if (!tells_displays && surely_reads_no_inner(*parameter)) continue;
      if (tells_displays || reads_of(*parameter, type, definitions).is_of_inner)
        barred_everywhere_.insert(parameter);
    }
  }
}

void Shades::finish(const fhir::DefinitionStore& definitions) {
  for (const auto& [name, node] : roots_) {
    connect(*definitions.type(name));
    bar_parameters(name, definitions);
  }
  if (!is_empty()) bar_inner(definitions);
}

const ShadeNode* Shades::of(std::string_view type) const {
  const auto found = roots_.find(type);
  return found != roots_.end() ? found->second : nullptr;
}

bool Shades::bars(std::string_view type, const fhir::SearchParameter* parameter) const {
  if (barred_everywhere_.contains(parameter)) return true;
  const auto found = barred_.find(type);
  return found != barred_.end() && found->second.contains(parameter);
}

bool Shades::bars_references(std::string_view type) const {
  return std::any_of(barred_.begin(), barred_.end(), [&](const auto& of_type) {
    return (type.empty() || of_type.first == type) &&
           std::any_of(of_type.second.begin(), of_type.second.end(), [](const auto* parameter) {
             return parameter->type == fhir::SearchParameterType::reference;
           });
  });
}

}  // namespace server::policy
