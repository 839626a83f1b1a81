// Reads top-down: a profile, its elements, and which of them demand nothing new.
#include "fhir/definitions/profile_compiler.h"

#include <algorithm>

#include "fhir/definitions/element_facts.h"
#include "fhir/definitions/schema_compiler.h"

namespace fhir::definitions {
namespace {

bool demands_something(const ProfileNode& node) {
  return node.min > 0 || node.max != k_unbounded || node.min_length != 0 || node.max_length != 0 ||
         !node.types.empty() || node.binding.is_judged() || !node.further_bindings.empty() ||
         node.needs_value || node.fixed != nullptr || node.pattern != nullptr ||
         node.min_value != nullptr || node.max_value != nullptr || !node.constraints.empty() ||
         !node.narrative_languages.empty() || node.narrative_source || node.slicing != nullptr ||
         !node.children.empty() || node.shared_children != nullptr;
}

}  // namespace

std::unique_ptr<const ProfileSchema> compile_profile(const DefinitionStore& store,
                                                     const ConformanceRecord& record) {
  const auto source = read_profile_source(store, record);
  if (source == nullptr) return nullptr;
  const TypeSchema* type = store.type(source->structure->string_at("type"));
  if (type == nullptr || type->url == record.url) return nullptr;
  auto out = std::make_unique<ProfileSchema>();
  out->url = out->arena.copy(record.url);
  out->version = out->arena.copy(record.version);
  out->type = type;
  out->is_extension = type->name == "Extension";
  ProfileCompiler(store, *out).compile(*source);
  return out;
}

void ProfileCompiler::compile(const ProfileSource& source) {
  Base base;
  base.type = out_.type;
  compile_node(source.root, base, out_.root);
  out_.root.min = 0;
  out_.root.max = k_unbounded;
  if (out_.is_extension) read_context(*source.structure);
  out_.constraint_count = static_cast<std::uint32_t>(expressions_.size());
  out_.binding_count = static_cast<std::uint32_t>(value_sets_.size());
}

bool ProfileCompiler::compile_node(const SourceNode& source, const Base& base, ProfileNode& out) {
  const json::Value& element = *source.element;
  out.path = keep(element.string_at("path"));
  out.name = keep(base.element != nullptr ? base.element->name : without_choice_mark(source.name));
  out.name_hash = name_hash(out.name);
  out.slice_name = keep(source.slice_name);
  read_limits(element, base, out);
  if (out.max == 0) return true;
  read_values(element, base, out);
  read_types(element, base, out);
  read_binding(element, base, out);
  read_constraints(element, base, out);
  read_narrative_control(element, out);
  if (std::string_view reference = element.string_at("contentReference"); !reference.empty()) {
    reference = reference.substr(reference.find('#') + 1);
    out.shared_children = shared_children(reference);
  }
  compile_children(source, base.type, out);
  if (source.slice_name.empty()) {
    if (!out.children.empty()) *shared_children(out.path) = out.children;
    compile_slicing(source, base, out);
  }
  return demands_something(out);
}

/// "A set of rules … about when the extension can be used", and contexts that are FHIRPath.
void ProfileCompiler::read_context(const json::Value& structure) {
  std::vector<Constraint> invariants;
  if (const json::Value* list = structure.find("contextInvariant")) {
    for (const json::Value& text : list->items()) {
      Constraint constraint;
      constraint.key = out_.url;
      constraint.expression = keep(text.string());
      constraint.index = index_of(constraint.expression);
      invariants.push_back(constraint);
    }
  }
  out_.context_invariants = out_.arena.copy(invariants);
  std::vector<std::string_view> expressions;
  if (const json::Value* list = structure.find("context")) {
    for (const json::Value& context : list->items()) {
      if (context.string_at("type") == "fhirpath")
        expressions.push_back(keep(context.string_at("expression")));
    }
  }
  out_.context_expressions = out_.arena.copy(expressions);
}

std::uint32_t ProfileCompiler::index_of(std::string_view expression) {
  return expressions_
      .try_emplace(std::string(expression), static_cast<std::uint32_t>(expressions_.size()))
      .first->second;
}

void ProfileCompiler::compile_children(const SourceNode& source, const TypeSchema* owner,
                                       ProfileNode& out) {
  std::vector<ProfileNode> children;
  for (const auto& child : source.children) {
    if (owner != nullptr && owner->kind == TypeKind::primitive && child->name == "value") continue;
    const Base base = base_of(*child, owner);
    if (owner != nullptr && base.element == nullptr) continue;  // no element of this type
    ProfileNode node;
    if (compile_node(*child, base, node)) children.push_back(node);
  }
  out.children = out_.arena.copy(children);
}

ProfileCompiler::Base ProfileCompiler::base_of(const SourceNode& source,
                                               const TypeSchema* owner) const {
  Base base;
  const std::string_view name = without_choice_mark(source.name);
  if (owner != nullptr) {
    base.element = owner->element(name);
    if (base.element == nullptr) {  // valueQuantity
      const PropertySchema* property = owner->property(name, name_hash(name));
      if (property != nullptr) base.element = property->element;
    }
  }
  base.type = type_of(source, base.element);
  return base;
}

const TypeSchema* ProfileCompiler::type_of(const SourceNode& source,
                                           const ElementSchema* element) const {
  const json::Value* types = source.element->find("type");
  const TypeSchema* declared =
      element != nullptr && element->types.size() == 1 ? element->types[0].type : nullptr;
  if (types == nullptr || types->items().size() != 1) return declared;
  const std::string_view code = types->items()[0].string_at("code");
  if (code.starts_with(k_system_prefix)) return declared;
  if (declared != nullptr && (declared->kind == TypeKind::backbone || declared->name == code))
    return declared;
  return store_.type(code);
}

std::span<const ProfileNode>* ProfileCompiler::shared_children(std::string_view path) {
  const auto found = shared_children_.find(path);
  if (found != shared_children_.end()) return found->second;
  auto* slot = out_.arena.make<std::span<const ProfileNode>>();
  shared_children_.emplace(keep(path), slot);
  return slot;
}

/// The value of fixed[x], pattern[x], minValue[x] or maxValue[x]; null when there is none.
const json::Value* ProfileCompiler::keep_value(const json::Value& element,
                                               std::string_view prefix) {
  for (const json::Member& member : element.members()) {
    if (!member.name().starts_with(prefix) || member.name_size <= prefix.size()) continue;
    if (const char c = member.name()[prefix.size()]; c < 'A' || c > 'Z') continue;
    json::Value* copy = out_.arena.allocate_array<json::Value>(1);
    *copy = deep_copy(member.value, out_.arena);
    return copy;
  }
  return nullptr;
}

}  // namespace fhir::definitions
