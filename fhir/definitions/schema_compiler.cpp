// https://hl7.org/fhir/R4/elementdefinition.html
#include "fhir/definitions/schema_compiler.h"

#include <algorithm>
#include <array>
#include <bit>
#include <optional>
#include <string>
#include <utility>

#include "fhir/definitions/element_facts.h"
#include "fhir/definitions/snapshot_generator.h"
#include "fhir/definitions/snapshot_tree.h"
#include "fhir/formats/json_document.h"
#include "fhir/formats/json_items.h"

namespace fhir::definitions {
namespace {

constexpr std::string_view k_core_prefix = "http://hl7.org/fhir/StructureDefinition/";
constexpr std::string_view k_fhir_type_extension =
    "http://hl7.org/fhir/StructureDefinition/structuredefinition-fhir-type";

constexpr std::array<std::pair<std::string_view, Primitive>, 20> k_primitives = {{
    {"boolean", Primitive::boolean},
    {"integer", Primitive::integer},
    {"unsignedInt", Primitive::unsigned_int},
    {"positiveInt", Primitive::positive_int},
    {"decimal", Primitive::decimal},
    {"string", Primitive::string},
    {"markdown", Primitive::markdown},
    {"code", Primitive::code},
    {"id", Primitive::id},
    {"uri", Primitive::uri},
    {"url", Primitive::url},
    {"canonical", Primitive::canonical},
    {"oid", Primitive::oid},
    {"uuid", Primitive::uuid},
    {"base64Binary", Primitive::base64_binary},
    {"instant", Primitive::instant},
    {"date", Primitive::date},
    {"dateTime", Primitive::date_time},
    {"time", Primitive::time},
    {"xhtml", Primitive::xhtml},
}};

Primitive primitive_named(std::string_view name) {
  for (const auto& [known, primitive] : k_primitives) {
    if (known == name) return primitive;
  }
  return Primitive::string;
}

bool is_true(const json::Value* value) {
  return value != nullptr && value->kind() == json::Kind::true_;
}

/// Whether it defines a type of its own: its url ends in the type's name.
bool is_specialization(const json::Value& structure) {
  const std::string_view derivation = structure.string_at("derivation");
  if (derivation != "specialization" && !derivation.empty()) return false;
  const std::string_view url = structure.string_at("url");
  return url.substr(url.rfind('/') + 1) == structure.string_at("type");
}

bool is_extension(const json::Value& structure) {
  return structure.string_at("type") == "Extension" &&
         structure.string_at("derivation") == "constraint";
}

/// The structure with the snapshot that it has or that its differential makes. One that has neither
/// is as good as unknown.
std::optional<json::Document> with_snapshot(json::Document document, SnapshotGenerator& generator) {
  if (snapshot_elements(document.root()) != nullptr) return document;
  auto made = generator.generate(document.root());
  if (!made) return std::nullopt;
  return *std::move(made);
}

std::string capitalized(std::string_view text) {
  std::string out(text);
  if (!out.empty() && out[0] >= 'a' && out[0] <= 'z') out[0] = static_cast<char>(out[0] - 32);
  return out;
}

}  // namespace

json::Value deep_copy(const json::Value& value, Arena& arena) {
  switch (value.kind()) {
    case json::Kind::number:
    case json::Kind::string:
      return json::Value::text_value(value.kind(), arena.copy(value.text()), value.offset());
    case json::Kind::array: {
      auto items = value.items();
      json::Value* copy = arena.allocate_array<json::Value>(items.size());
      for (std::size_t i = 0; i < items.size(); ++i) copy[i] = deep_copy(items[i], arena);
      return json::Value::array({copy, items.size()}, value.offset());
    }
    case json::Kind::object: {
      auto members = value.members();
      json::Member* copy = arena.allocate_array<json::Member>(members.size());
      for (std::size_t i = 0; i < members.size(); ++i) {
        copy[i] = members[i];
        copy[i].name_data = arena.copy(members[i].name()).data();
        copy[i].value = deep_copy(members[i].value, arena);
      }
      return json::Value::object({copy, members.size()}, value.offset(), value.has_siblings());
    }
    default:
      return value;
  }
}

bool shapes_types(const json::Value& structure) {
  const std::string_view kind = structure.string_at("kind");
  if (is_extension(structure)) return false;
  return (is_specialization(structure) && kind != "logical") || kind == "complex-type";
}

Result<Schemas> SchemaCompiler::compile(std::span<const ConformanceRecord> structures) {
  std::vector<json::Document> documents;
  SnapshotGenerator generator(store_);
  for (const ConformanceRecord& record : structures) {
    // Profiles other than those of extensions and data types are compiled by whoever asks for them.
    FHIR_TRY(document, json::Document::read(std::string(record.json)));
    const json::Value& structure = document.root();
    if (!is_extension(structure) && !shapes_types(structure)) continue;
    if (auto whole = with_snapshot(std::move(document), generator))
      documents.push_back(*std::move(whole));
  }
  for (const json::Document& document : documents) declare(document.root());
  for (const json::Document& document : documents) {
    if (is_specialization(document.root())) compile_type(document.root());
  }
  resolve_content_references();
  drop_inherited_constraints();
  for (TypeSchema* type : all_) fill_slots(*type);
  for (const json::Document& document : documents) {
    if (is_extension(document.root())) compile_extension(document.root());
  }
  return std::move(out_);
}

Result<Schemas> SchemaCompiler::add_extensions(
    const Schemas& present, std::span<const ConformanceRecord* const> structures) {
  out_ = present;
  for (std::uint32_t i = 0; i < out_.bound_value_sets.size(); ++i)
    value_set_index_.emplace(out_.bound_value_sets[i], i);
  SnapshotGenerator generator(store_);
  for (const ConformanceRecord* record : structures) {
    FHIR_TRY(document, json::Document::read(std::string(record->json)));
    if (!is_extension(document.root())) continue;
    if (auto whole = with_snapshot(std::move(document), generator))
      compile_extension(whole->root());
  }
  return std::move(out_);
}

void SchemaCompiler::declare(const json::Value& structure) {
  const std::string_view url = structure.string_at("url");
  if (!is_specialization(structure)) {
    if (!is_extension(structure)) profiles_[url] = &structure;
    return;
  }
  TypeSchema* type = arena_.make<TypeSchema>();
  type->name = pool_.keep(structure.string_at("type"));
  type->url = pool_.keep(url);
  type->store = &store_;
  type->is_abstract = is_true(structure.find("abstract"));
  const std::string_view kind = structure.string_at("kind");
  type->kind = kind == "resource"         ? TypeKind::resource
               : kind == "primitive-type" ? TypeKind::primitive
                                          : TypeKind::complex;
  if (type->kind == TypeKind::primitive) type->primitive = primitive_named(type->name);
  declared_[type->name] = type;
  out_.types[type->name] = type;
}

void SchemaCompiler::compile_type(const json::Value& structure) {
  TypeSchema* type = declared_[structure.string_at("type")];
  std::string_view base = structure.string_at("baseDefinition");
  if (base.starts_with(k_core_prefix)) base.remove_prefix(k_core_prefix.size());
  if (auto found = declared_.find(base); found != declared_.end() && found->second != type)
    type->base = found->second;
  const SnapshotNode root = snapshot_tree(*snapshot_elements(structure));
  type->constraints = constraints_of(*root.element);
  type->binding = binding_of(*root.element);
  fill(*type, root);
}

void SchemaCompiler::fill(TypeSchema& type, const SnapshotNode& root) {
  all_.push_back(&type);
  std::vector<const SnapshotNode*> kept;
  for (const SnapshotNode& node : root.children) {
    if (node.segment.find(':') != std::string_view::npos) continue;  // a slice
    // The value of a primitive is the JSON value itself, no member.
    if (type.kind == TypeKind::primitive && node.segment == "value") continue;
    kept.push_back(&node);
  }
  ElementSchema* elements = arena_.allocate_array<ElementSchema>(kept.size());
  for (std::size_t i = 0; i < kept.size(); ++i) {
    new (&elements[i]) ElementSchema{};
    elements[i].index = static_cast<std::uint32_t>(i);
    fill_element(elements[i], *kept[i], type);
  }
  type.elements = {elements, kept.size()};
}

void SchemaCompiler::fill_element(ElementSchema& element, const SnapshotNode& node,
                                  TypeSchema& owner) {
  const json::Value& source = *node.element;
  std::string_view name = node.segment;
  element.is_choice = name.ends_with("[x]");
  if (element.is_choice) name.remove_suffix(3);
  element.name = pool_.keep(name);
  element.name_hash = name_hash(element.name);
  if (!element.is_choice) {
    element.sibling_name = pool_.keep("_" + std::string(name));
    element.sibling_hash = name_hash(element.sibling_name);
  }
  element.path = pool_.keep(source.string_at("path"));
  element.min = limit_of(source, "min", 0);
  element.max = limit_of(source, "max", 1);
  const json::Value* base = source.find("base");
  const std::uint32_t base_max =
      base != nullptr ? limit_of(*base, "max", element.max) : element.max;
  element.is_array = base_max > 1;
  element.is_modifier = is_true(source.find("isModifier"));
  element.is_summary = is_true(source.find("isSummary"));
  element.max_length = limit_of(source, "maxLength", 0);
  element.constraints = constraints_of(source);
  element.binding = binding_of(source);
  element.fixed = fixed_value(source, "fixed");
  element.pattern = fixed_value(source, "pattern");
  element.min_value = fixed_value(source, "minValue");
  element.max_value = fixed_value(source, "maxValue");
  by_path_[element.path] = &element;

  if (std::string_view reference = source.string_at("contentReference"); !reference.empty()) {
    const std::size_t hash = reference.find('#');
    content_references_.emplace_back(&element, pool_.keep(reference.substr(hash + 1)));
    return;
  }
  if (node.children.empty()) {
    element.types = types_of(source, owner.kind == TypeKind::resource && name == "id");
    return;
  }
  TypeSchema* backbone = arena_.make<TypeSchema>();
  backbone->name = element.path;
  backbone->kind = TypeKind::backbone;
  backbone->store = &store_;
  TypeRef* type = arena_.make<TypeRef>();
  const json::Value* types = source.find("type");
  type->code =
      pool_.keep(types != nullptr && !types->items().empty() ? types->items()[0].string_at("code")
                                                             : std::string_view("BackboneElement"));
  type->type = backbone;
  if (auto found = declared_.find(type->code); found != declared_.end())
    backbone->base = found->second;
  element.types = {type, 1};
  fill(*backbone, node);
}

std::span<const TypeRef> SchemaCompiler::types_of(const json::Value& element, bool is_resource_id) {
  const json::Value* types = element.find("type");
  if (types == nullptr) return {};
  std::vector<TypeRef> out;
  auto canonicals = [this](const json::Value* list) {
    std::vector<std::string_view> urls;
    for (const json::Value& url : json::items_of(list)) urls.push_back(pool_.keep(url.text()));
    return arena_.copy(urls);
  };
  for (const json::Value& type : types->items()) {
    std::string_view code = type.string_at("code");
    if (code.starts_with(k_system_prefix)) {
      const json::Value* real = extension_value(type, k_fhir_type_extension);
      code = real != nullptr ? real->text() : std::string_view("string");
      // deviation: 4.0.1 says `string` of Resource.id, whose definition and regex are those of
      // `id`.
      if (is_resource_id) code = "id";
    }
    TypeRef reference;
    reference.code = pool_.keep(code);
    if (auto found = out_.types.find(code); found != out_.types.end())
      reference.type = found->second;
    reference.profiles = canonicals(type.find("profile"));
    reference.target_profiles = canonicals(type.find("targetProfile"));
    out.push_back(reference);
  }
  return arena_.copy(out);
}

std::span<const Constraint* const> SchemaCompiler::constraints_of(const json::Value& element) {
  std::vector<const Constraint*> out;
  auto add_all = [&](const json::Value* list) {
    for (const json::Value& source : json::items_of(list)) {
      const std::string_view expression = expression_of(source);
      if (expression.empty()) continue;
      Constraint* constraint = arena_.make<Constraint>();
      constraint->key = pool_.keep(source.string_at("key"));
      constraint->human = pool_.keep(source.string_at("human"));
      constraint->expression = pool_.keep(expression);
      constraint->source = pool_.keep(source.string_at("source"));
      constraint->severity = severity_of(source);
      constraint->best_practice = is_best_practice(source);
      auto [at, is_new] = expression_index_.emplace(
          constraint->expression, static_cast<std::uint32_t>(out_.constraint_expressions.size()));
      if (is_new) out_.constraint_expressions.push_back(constraint->expression);
      constraint->index = at->second;
      const bool known = std::any_of(out.begin(), out.end(), [&](const Constraint* other) {
        return other->key == constraint->key;
      });
      if (!known) out.push_back(constraint);
    }
  };
  add_all(element.find("constraint"));
  // A profile on a data type (SimpleQuantity) brings the constraints of its root.
  for (const json::Value& type : json::items_at(element, "type")) {
    for (const json::Value& url : json::items_at(type, "profile")) {
      auto found = profiles_.find(url.text());
      if (found == profiles_.end()) continue;
      add_all(snapshot_elements(*found->second)->items()[0].find("constraint"));
    }
  }
  return arena_.copy(out);
}

Binding SchemaCompiler::binding_of(const json::Value& element) {
  Binding out;
  const json::Value* binding = element.find("binding");
  if (binding == nullptr) return out;
  const std::string_view value_set = binding->string_at("valueSet");
  if (!value_set.empty()) out = binding_to(value_set);
  out.strength = strength_of(binding->string_at("strength"));
  if (const json::Value* maximum = extension_value(*binding, k_max_value_set))
    out.maximum = arena_.copy(std::vector{binding_to(maximum->text())}).data();
  return out;
}

/// Required.
Binding SchemaCompiler::binding_to(std::string_view value_set) {
  Binding out;
  out.strength = BindingStrength::required;
  out.value_set = pool_.keep(value_set);
  auto [at, is_new] = value_set_index_.emplace(
      out.value_set, static_cast<std::uint32_t>(out_.bound_value_sets.size()));
  if (is_new) out_.bound_value_sets.push_back(out.value_set);
  out.index = at->second;
  return out;
}

const json::Value* SchemaCompiler::fixed_value(const json::Value& element,
                                               std::string_view prefix) {
  for (const json::Member& member : element.members()) {
    if (!member.name().starts_with(prefix) || member.name_size <= prefix.size()) continue;
    if (const char c = member.name()[prefix.size()]; c < 'A' || c > 'Z') continue;
    json::Value* copy = arena_.allocate_array<json::Value>(1);
    *copy = deep_copy(member.value, arena_);
    return copy;
  }
  return nullptr;
}

void SchemaCompiler::resolve_content_references() {
  for (auto& [element, path] : content_references_) {
    auto found = by_path_.find(path);
    if (found == by_path_.end()) continue;
    element->types = found->second->types;
    // "ContentReferences bring across all the rules", beside those that the element itself has.
    std::vector<const Constraint*> constraints(element->constraints.begin(),
                                               element->constraints.end());
    for (const Constraint* brought : found->second->constraints) {
      const bool is_known =
          std::any_of(constraints.begin(), constraints.end(),
                      [&](const Constraint* own) { return own->index == brought->index; });
      if (!is_known) constraints.push_back(brought);
    }
    element->constraints = arena_.copy(constraints);
  }
}

/// An element repeats the constraints of its type (ele-1, ext-1 …); they are checked with the type.
void SchemaCompiler::drop_inherited_constraints() {
  for (TypeSchema* type : all_) {
    if (type->kind == TypeKind::backbone && type->base != nullptr)
      type->constraints = type->base->constraints;
  }
  for (TypeSchema* type : all_) {
    for (const ElementSchema& element : type->elements) {
      std::vector<const Constraint*> own;
      for (const Constraint* constraint : element.constraints) {
        const bool of_every_type =
            !element.types.empty() &&
            std::all_of(element.types.begin(), element.types.end(), [&](const TypeRef& reference) {
              return type_has(reference.type, constraint->key);
            });
        if (!of_every_type) own.push_back(constraint);
      }
      if (own.size() != element.constraints.size())
        const_cast<ElementSchema&>(element).constraints = arena_.copy(own);
    }
  }
}

void SchemaCompiler::fill_slots(TypeSchema& type) {
  std::vector<const PropertySchema*> properties;
  auto add = [&](std::string_view name, const ElementSchema& element, const TypeRef* reference) {
    const bool is_primitive = reference != nullptr && reference->type != nullptr &&
                              reference->type->kind == TypeKind::primitive;
    properties.push_back(
        arena_.make<PropertySchema>(name, name_hash(name), &element, reference, false));
    if (!is_primitive) return;
    const std::string_view sibling = pool_.keep("_" + std::string(name));
    properties.push_back(
        arena_.make<PropertySchema>(sibling, name_hash(sibling), &element, reference, true));
  };
  for (const ElementSchema& element : type.elements) {
    if (!element.is_choice) {
      add(element.name, element, element.types.empty() ? nullptr : &element.types[0]);
      continue;
    }
    for (const TypeRef& reference : element.types)
      add(pool_.keep(std::string(element.name) + capitalized(reference.code)), element, &reference);
  }
  const std::size_t size = std::bit_ceil(properties.size() * 2 + 2);
  const PropertySchema** slots = arena_.allocate_array<const PropertySchema*>(size);
  std::fill(slots, slots + size, nullptr);
  for (const PropertySchema* property : properties) {
    std::size_t at = property->name_hash & (size - 1);
    while (slots[at] != nullptr) at = (at + 1) & (size - 1);
    slots[at] = property;
  }
  type.slots = {slots, size};
}

}  // namespace fhir::definitions
