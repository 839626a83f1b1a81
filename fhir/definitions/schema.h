// StructureDefinitions compiled for walking a tree: what a node may contain, looked up by the hash
// that the reader made of its name. Immutable, owned by the DefinitionStore.
// https://hl7.org/fhir/R4/structuredefinition.html https://hl7.org/fhir/R4/elementdefinition.html
#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <string_view>

#include "fhir/base/issue.h"
#include "fhir/base/name_hash.h"
#include "fhir/formats/json_value.h"

namespace fhir {

class DefinitionStore;
struct TypeSchema;
struct ElementSchema;

enum class TypeKind : std::uint8_t {
  resource,
  complex,    // a data type with children: HumanName, Extension, Quantity
  primitive,  // string, date, code …: a value, perhaps with a `_name` sibling
  backbone,   // elements defined inside a resource or type: Patient.contact
};

enum class Primitive : std::uint8_t {
  none,
  boolean,
  integer,
  unsigned_int,
  positive_int,
  decimal,
  string,
  markdown,
  code,
  id,
  uri,
  url,
  canonical,
  oid,
  uuid,
  base64_binary,
  instant,
  date,
  date_time,
  time,
  xhtml
};

enum class BindingStrength : std::uint8_t { required, extensible, preferred, example };

inline constexpr std::uint32_t k_unbounded = std::numeric_limits<std::uint32_t>::max();
inline constexpr std::uint32_t k_no_index = std::numeric_limits<std::uint32_t>::max();

struct Constraint {
  std::string_view key;  // ele-1
  std::string_view human;
  std::string_view expression;  // FHIRPath
  std::string_view source;      // canonical of the structure that introduced it
  Severity severity = Severity::error;
  bool best_practice = false;
  std::uint32_t index = 0;  // dense over the store: equal expressions share one
};

struct Binding {
  BindingStrength strength = BindingStrength::example;
  std::string_view value_set;        // canonical, perhaps with |version
  std::uint32_t index = k_no_index;  // dense over the store: equal value sets share one
  /// elementdefinition-maxValueSet: no code may be outside of this set, whatever the strength.
  const Binding* maximum = nullptr;

  /// Whether codes are judged by it: one that is preferred or an example is advice.
  bool is_judged() const {
    return maximum != nullptr || (strength <= BindingStrength::extensible && !value_set.empty());
  }
};

/// One allowed type of an element.
struct TypeRef {
  std::string_view code;                       // Quantity, Reference, BackboneElement
  const TypeSchema* type = nullptr;            // backbone: the anonymous schema of its children
  std::span<const std::string_view> profiles;  // canonicals
  std::span<const std::string_view> target_profiles;  // of Reference and canonical
};

struct ElementSchema {
  std::string_view name;  // as FHIRPath says it: `value` for value[x]
  std::string_view path;  // Observation.value[x]
  std::uint32_t name_hash = 0;
  std::string_view sibling_name;  // `_value`; empty for a choice
  std::uint32_t sibling_hash = 0;
  std::uint32_t index = 0;  // position in the owner's `elements`
  std::uint32_t min = 0;
  std::uint32_t max = 1;  // k_unbounded for *
  bool is_array = false;  // repeats in the base definition, hence a JSON array
  bool is_choice = false;
  bool is_modifier = false;
  bool is_summary = false;
  std::uint32_t max_length = 0;  // characters; 0: no limit
  std::span<const TypeRef> types;
  std::span<const Constraint* const> constraints;  // of this element, without its type's own
  Binding binding;
  const json::Value* fixed = nullptr;
  const json::Value* pattern = nullptr;
  const json::Value* min_value = nullptr;
  const json::Value* max_value = nullptr;
};

/// What a JSON member name means inside a type: `valueQuantity`, `_birthDate`.
struct PropertySchema {
  std::string_view name;
  std::uint32_t name_hash = 0;
  const ElementSchema* element = nullptr;
  const TypeRef* type = nullptr;  // the one type of the element, or the chosen one
  bool is_sibling = false;        // begins with `_`
};

struct TypeSchema {
  std::string_view name;  // Patient, HumanName, string; Patient.contact for a backbone
  std::string_view url;   // canonical; empty for a backbone
  TypeKind kind = TypeKind::complex;
  Primitive primitive = Primitive::none;
  bool is_abstract = false;
  const TypeSchema* base = nullptr;  // Patient → DomainResource → Resource; null at the top
  const DefinitionStore* store = nullptr;
  std::span<const ElementSchema> elements;         // inherited ones included, in definition order
  std::span<const Constraint* const> constraints;  // of the root element: dom-2, ele-1, ext-1
  Binding binding;                                 // of the root element: the units of an Age
  std::span<const PropertySchema* const> slots;    // hash table, a power of two, null where empty

  /// Null when the type has no such JSON member.
  const PropertySchema* property(std::string_view member_name, std::uint32_t hash) const {
    const std::size_t mask = slots.size() - 1;
    for (std::size_t at = hash & mask; slots[at] != nullptr; at = (at + 1) & mask) {
      if (slots[at]->name_hash == hash && slots[at]->name == member_name) return slots[at];
    }
    return nullptr;
  }

  /// By the name that FHIRPath uses; null when there is none.
  const ElementSchema* element(std::string_view element_name) const {
    for (const ElementSchema& candidate : elements) {
      if (candidate.name == element_name) return &candidate;
    }
    return nullptr;
  }

  /// Whether this type is `other` or specializes it.
  bool is_a(const TypeSchema* other) const {
    for (const TypeSchema* at = this; at != nullptr; at = at->base) {
      if (at == other) return true;
    }
    return false;
  }
};

/// An extension's definition, compiled for checking its uses.
struct ExtensionSchema {
  struct Context {
    std::string_view type;  // element, extension, fhirpath
    std::string_view expression;
  };
  std::string_view url;
  bool is_modifier = false;
  std::span<const TypeRef> value_types;  // empty: a complex extension
  Binding binding;                       // of the value
  std::span<const Context> contexts;
  std::span<const ExtensionSchema* const> nested;  // by relative url, for a complex one
  std::uint32_t min = 0, max = k_unbounded;        // of a nested one in its parent
};

}  // namespace fhir
