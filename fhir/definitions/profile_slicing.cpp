// Slices, and what tells their members: each discriminator becomes criteria that a tree can be held
// against. https://hl7.org/fhir/R4/profiling.html#discriminator
#include <algorithm>

#include "fhir/definitions/profile_compiler.h"

namespace fhir::definitions {
namespace {

constexpr int k_criteria_depth_max = 6;  // below the element that a discriminator names

DiscriminatorType type_named(std::string_view code) {
  return code == "exists"     ? DiscriminatorType::exists
         : code == "type"     ? DiscriminatorType::type
         : code == "profile"  ? DiscriminatorType::profile
         : code == "position" ? DiscriminatorType::position
                              : DiscriminatorType::value;  // `pattern` says the same
}

bool is_extension_list(std::string_view name) {
  return name == "extension" || name == "modifierExtension";
}

std::uint32_t limit_of(const json::Value& element, std::string_view name) {
  const json::Value* value = element.find(name);
  if (value == nullptr) return k_no_index;
  if (value->text() == "0") return 0;
  return 1;
}

std::vector<std::string> type_codes(const SourceNode& node) {
  std::vector<std::string> out;
  const json::Value* types = node.element->find("type");
  if (types == nullptr) return out;
  for (const json::Value& type : types->items()) out.emplace_back(type.string_at("code"));
  return out;
}

const json::Value* value_with_prefix(const json::Value& element, std::string_view prefix) {
  for (const json::Member& member : element.members()) {
    if (member.name_size > prefix.size() && member.name().starts_with(prefix) &&
        member.name()[prefix.size()] >= 'A' && member.name()[prefix.size()] <= 'Z')
      return &member.value;
  }
  return nullptr;
}

}  // namespace

void ProfileCompiler::compile_slicing(const SourceNode& source, const Base& base,
                                      ProfileNode& out) {
  std::uint32_t size = 0;
  out.slicing = slicing_of(source, base, size);
  if (out.slicing != nullptr) const_cast<Slicing*>(out.slicing)->size = size;
}

/// size   counts the slices made so far, those of re-slicing included
const Slicing* ProfileCompiler::slicing_of(const SourceNode& source, const Base& base,
                                           std::uint32_t& size) {
  if (source.slices.empty()) return nullptr;
  Slicing slicing;
  const json::Value* head = source.element->find("slicing");
  if (head != nullptr) {
    const std::string_view rules = head->string_at("rules");
    slicing.rules = rules == "closed"      ? SlicingRules::closed
                    : rules == "openAtEnd" ? SlicingRules::open_at_end
                                           : SlicingRules::open;
    const json::Value* ordered = head->find("ordered");
    slicing.is_ordered = ordered != nullptr && ordered->kind() == json::Kind::true_;
  }
  const auto discriminators = discriminators_of(source, base);
  const auto is_default = [](const auto& child) {
    return child->slice_name == "@default" || child->slice_name.ends_with("/@default");
  };
  const bool needs_all = slicing.rules != SlicingRules::open || slicing.is_ordered ||
                         std::any_of(source.slices.begin(), source.slices.end(), is_default);
  std::vector<Slice> slices;
  std::uint32_t position = 0;
  for (const auto& child : source.slices) {
    Slice slice;
    Base slice_base = base;
    slice_base.type = type_of(*child, base.element);
    bool is_needed = compile_node(*child, slice_base, slice.node);
    if (child->children.empty() && slice.node.shared_children == nullptr &&
        !source.children.empty())
      compile_children(source, slice_base.type, slice.node);
    slice.index = size++;
    slice.node.slicing = slicing_of(*child, slice_base, size);
    is_needed = is_needed || slice.node.slicing != nullptr || !slice.node.children.empty();
    if (is_default(child)) {
      slicing.otherwise = out_.arena.make<Slice>(slice);
      continue;
    }
    std::vector<Criterion> criteria;
    for (const auto& [type, path] : discriminators)
      add_criteria(*child, source, type, path, position, criteria);
    ++position;
    slice.criteria = out_.arena.copy(criteria);
    if (criteria.empty()) {  // nothing tells its members, so what is in no slice cannot be told
      slicing.rules = SlicingRules::open;
      continue;
    }
    if (is_needed || needs_all) slices.push_back(slice);
  }
  if (slices.empty() && slicing.otherwise == nullptr) return nullptr;
  slicing.slices = out_.arena.copy(slices);
  return out_.arena.make<Slicing>(slicing);
}

std::vector<std::pair<DiscriminatorType, std::string_view>> ProfileCompiler::discriminators_of(
    const SourceNode& source, const Base& base) const {
  std::vector<std::pair<DiscriminatorType, std::string_view>> out;
  const json::Value* head = source.element->find("slicing");
  const json::Value* list = head != nullptr ? head->find("discriminator") : nullptr;
  if (list != nullptr) {
    for (const json::Value& item : list->items())
      out.emplace_back(type_named(item.string_at("type")), item.string_at("path"));
    return out;
  }
  // Extensions are told by their url, and choices by their type, whether it is said or not.
  if (is_extension_list(source.name)) {
    out.emplace_back(DiscriminatorType::value, "url");
  } else if (base.element != nullptr && base.element->is_choice) {
    out.emplace_back(DiscriminatorType::type, "$this");
  }
  return out;
}

void ProfileCompiler::add_criteria(const SourceNode& slice, const SourceNode& sliced,
                                   DiscriminatorType type, std::string_view path,
                                   std::uint32_t position, std::vector<Criterion>& out) {
  Criterion criterion;
  criterion.type = type;
  criterion.position = position;
  if (type == DiscriminatorType::position) {
    out.push_back(criterion);
    return;
  }
  auto steps = steps_of(path);
  if (!steps) return;
  if (type == DiscriminatorType::value && path == "url" && is_extension_list(sliced.name)) {
    const std::string url = extension_url(slice);
    if (url.empty()) return;
    json::Value* wanted = out_.arena.allocate_array<json::Value>(1);
    *wanted = json::Value::text_value(json::Kind::string, keep(url), 0);
    criterion.wanted = wanted;
    criterion.is_exact = true;
    criterion.steps = out_.arena.copy(*steps);
    out.push_back(criterion);
    return;
  }
  criterion.steps = out_.arena.copy(*steps);
  // What a reference points to is told by the target profiles of the reference itself.
  const bool ends_in_resolve =
      !steps->empty() && steps->back().kind == DiscriminatorStep::Kind::resolve;
  const bool is_of_target = ends_in_resolve && type != DiscriminatorType::value;
  auto search = *steps;
  if (is_of_target) search.pop_back();
  for (const SourceNode* node : nodes_at(slice, sliced, search)) {
    if (type == DiscriminatorType::value) {
      if (limit_of(*node->element, "max") == 0 && node != &slice) {
        criterion.type = DiscriminatorType::exists;  // the absence of a value tells as well
        criterion.must_exist = false;
        out.push_back(criterion);
        return;
      }
      if (add_value_criteria(*node, *steps, 0, out)) return;
      continue;
    }
    if (type == DiscriminatorType::exists) {
      const bool is_there = limit_of(*node->element, "min") == 1;
      if (!is_there && limit_of(*node->element, "max") != 0) continue;
      criterion.must_exist = is_there;
      out.push_back(criterion);
      return;
    }
    std::vector<std::string> names;
    if (type == DiscriminatorType::profile) {
      names = node->canonicals(is_of_target ? "targetProfile" : "profile");
    } else if (is_of_target) {
      for (const std::string& canonical : node->canonicals("targetProfile"))
        names.emplace_back(sources_.type_name(canonical));
    } else {
      names = type_codes(*node);
      if (names.empty()) names.emplace_back(node->name);  // the root of a profile
    }
    if (names.empty()) continue;
    criterion.names = keep(names);
    out.push_back(criterion);
    return;
  }
}

/// Fixed value, pattern or required binding of a node, or of what must stand below it.
bool ProfileCompiler::add_value_criteria(const SourceNode& node,
                                         std::vector<DiscriminatorStep>& steps, int depth,
                                         std::vector<Criterion>& out) {
  Criterion criterion;
  criterion.steps = out_.arena.copy(steps);
  criterion.wanted = keep_value(*node.element, "fixed");
  criterion.is_exact = criterion.wanted != nullptr;
  if (criterion.wanted == nullptr) criterion.wanted = keep_value(*node.element, "pattern");
  const json::Value* binding = node.element->find("binding");
  if (criterion.wanted == nullptr && depth == 0 && binding != nullptr &&
      binding->string_at("strength") == "required" && !binding->string_at("valueSet").empty())
    criterion.binding = binding_to(binding->string_at("valueSet"), BindingStrength::required);
  if (criterion.wanted != nullptr || !criterion.binding.value_set.empty()) {
    out.push_back(criterion);
    return true;
  }
  if (depth >= k_criteria_depth_max) return false;
  bool found = false;
  const auto visit = [&](const SourceNode& child) {
    const std::string_view name = without_choice_mark(child.name);
    steps.push_back({DiscriminatorStep::Kind::child, keep(name), name_hash(name)});
    found = add_value_criteria(child, steps, depth + 1, out) || found;
    steps.pop_back();
  };
  for (const auto& child : node.children) {
    visit(*child);
    for (const auto& slice : child->slices) {
      if (limit_of(*slice->element, "min") == 1) visit(*slice);
    }
  }
  return found;
}

/// `code.coding`, `extension('http://…').value`, `resolve()`, `value.ofType(Reference)`, `$this`;
/// nothing for what is none of these.
std::optional<std::vector<DiscriminatorStep>> ProfileCompiler::steps_of(std::string_view path) {
  using Kind = DiscriminatorStep::Kind;
  std::vector<DiscriminatorStep> out;
  while (!path.empty()) {
    std::size_t end = 0;
    for (int depth = 0; end < path.size() && (path[end] != '.' || depth > 0); ++end)
      depth += path[end] == '(' ? 1 : path[end] == ')' ? -1 : 0;
    const std::string_view part = path.substr(0, end);
    path = end < path.size() ? path.substr(end + 1) : std::string_view{};
    if (part == "$this") continue;
    if (part == "resolve()") {
      out.push_back({Kind::resolve, {}, 0});
    } else if (part.starts_with("extension(") && part.size() > 13) {
      out.push_back({Kind::extension, keep(part.substr(11, part.size() - 13)), 0});
    } else if (part.starts_with("ofType(") && part.ends_with(')')) {
      out.push_back({Kind::of_type, keep(part.substr(7, part.size() - 8)), 0});
    } else if (part.find('(') == std::string_view::npos && !part.empty()) {
      const std::string_view name = without_choice_mark(part);
      out.push_back({Kind::child, keep(name), name_hash(name)});
    } else {
      return std::nullopt;
    }
  }
  return out;
}

std::vector<const SourceNode*> ProfileCompiler::nodes_at(const SourceNode& slice,
                                                         const SourceNode& sliced,
                                                         std::span<const DiscriminatorStep> steps) {
  std::vector<const SourceNode*> here{&slice};
  for (std::size_t i = 0; i < steps.size(); ++i) {
    std::vector<const SourceNode*> next;
    for (const SourceNode* node : here) step_into(*node, steps[i], next);
    if (next.empty() && i == 0) step_into(sliced, steps[i], next);
    here = std::move(next);
  }
  return here;
}

void ProfileCompiler::step_into(const SourceNode& node, const DiscriminatorStep& step,
                                std::vector<const SourceNode*>& out) {
  using Kind = DiscriminatorStep::Kind;
  const auto in_profiles = [&](std::string_view member, auto&& take) {
    for (const std::string& canonical : node.canonicals(member)) {
      if (const SourceNode* found = sources_.node(canonical)) take(*found);
    }
  };
  const auto add_with_slices = [&](const SourceNode& found) {
    out.push_back(&found);
    for (const auto& slice : found.slices) out.push_back(slice.get());
  };
  switch (step.kind) {
    case Kind::resolve:
      in_profiles("targetProfile", [&](const SourceNode& root) { out.push_back(&root); });
      break;
    case Kind::of_type: {
      const auto has_type = [&](const SourceNode& candidate) {
        const auto codes = type_codes(candidate);
        return std::find(codes.begin(), codes.end(), std::string(step.name)) != codes.end();
      };
      if (has_type(node)) out.push_back(&node);
      for (const auto& slice : node.slices) {
        if (has_type(*slice)) out.push_back(slice.get());
      }
      break;
    }
    case Kind::child: {
      if (const SourceNode* found = node.child(step.name)) {
        add_with_slices(*found);
        break;
      }
      in_profiles("profile", [&](const SourceNode& root) {
        if (const SourceNode* found = root.child(step.name)) add_with_slices(*found);
      });
      break;
    }
    case Kind::extension:
      for (const std::string_view list : {"extension", "modifierExtension"}) {
        const SourceNode* extensions = node.child(list);
        if (extensions == nullptr) continue;
        for (const auto& slice : extensions->slices) {
          if (extension_url(*slice) == step.name) out.push_back(slice.get());
        }
      }
      break;
  }
}

std::string ProfileCompiler::extension_url(const SourceNode& slice) {
  if (const SourceNode* url = slice.child("url")) {
    const json::Value* fixed = value_with_prefix(*url->element, "fixed");
    if (fixed == nullptr) fixed = value_with_prefix(*url->element, "pattern");
    if (fixed != nullptr && fixed->is_string()) return std::string(fixed->text());
  }
  const auto profiles = slice.canonicals("profile");
  return profiles.empty() ? std::string{} : profiles.front().substr(0, profiles.front().find('|'));
}

}  // namespace fhir::definitions
