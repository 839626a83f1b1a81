// What is to be checked for each type, laid out once so that the walk does not search: which
// elements are required, which constraints apply where, which plan governs a child.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "fhir/definitions/definition_store.h"
#include "fhir/validation/rule_context.h"

namespace fhir::validation {

struct TypePlan;

/// Elements of one object, by ElementSchema::index.
class ElementSet {
 public:
  static constexpr std::size_t k_elements_max = 256;
  /// Whether it was new.
  bool insert(std::uint32_t index) {
    if (index >= k_elements_max) return true;
    std::uint64_t& word = words_[index / 64];
    const std::uint64_t bit = std::uint64_t{1} << (index % 64);
    const bool is_new = (word & bit) == 0;
    word |= bit;
    return is_new;
  }
  bool contains(std::uint32_t index) const {
    return index >= k_elements_max || ((words_[index / 64] >> (index % 64)) & 1) != 0;
  }
  bool contains_all(const ElementSet& other) const {
    for (std::size_t i = 0; i < words_.size(); ++i) {
      if ((other.words_[i] & ~words_[i]) != 0) return false;
    }
    return true;
  }

 private:
  std::array<std::uint64_t, k_elements_max / 64> words_{};
};

/// What the walk does beyond the general rules.
enum class Special : std::uint8_t {
  none,
  reference,
  extension,
  coding,
  quantity,
  identifier,
  bundle,
  attachment,
  included_codes
};

struct ElementPlan {
  const ElementSchema* element = nullptr;
  std::vector<const TypePlan*> types;          // parallel to element->types; null: unknown type
  std::vector<const Constraint*> constraints;  // of the element, none that its type has too
  bool is_extension = false;                   // extension
  bool is_modifier_extension = false;          // modifierExtension
  bool is_contained = false;                   // DomainResource.contained
};

struct TypePlan {
  const TypeSchema* type = nullptr;
  Special special = Special::none;
  bool needs_content = false;  // ele-1
  bool is_any_resource = false;
  ResourceRule rule = nullptr;  // of a resource, besides its invariants
  ElementSet required;
  std::vector<ElementPlan> elements;           // by ElementSchema::index
  std::vector<const Constraint*> constraints;  // without those that the walk judges
};

/// Plans of all types of a store. Immutable after it is made.
class Plans {
 public:
  explicit Plans(const DefinitionStore& definitions);

  /// Null for null and for a type of another store.
  const TypePlan* of(const TypeSchema* type) const;

 private:
  TypePlan* add(const TypeSchema* type);
  void fill(TypePlan& plan);

  std::unordered_map<const TypeSchema*, std::unique_ptr<TypePlan>> plans_;
  std::vector<TypePlan*> unfilled_;
};

// Invariants that the walk judges without FHIRPath, known by their text.
inline constexpr std::string_view k_has_content = "hasValue() or (children().count() > id.count())";
inline constexpr std::string_view k_html_checks = "htmlChecks()";
inline constexpr std::string_view k_is_referred_to =
    "contained.where((('#'+id in (%resource.descendants().reference | "
    "%resource.descendants().as(canonical) | "
    "%resource.descendants().as(uri) | %resource.descendants().as(url))) or "
    "descendants().where(reference = "
    "'#').exists() or descendants().where(as(canonical) = '#').exists() or "
    "descendants().where(as(canonical) = "
    "'#').exists()).not()).trace('unmatched', id).empty()";
inline constexpr std::string_view k_is_contained_here =
    "reference.startsWith('#').not() or (reference.substring(1).trace('url') in "
    "%rootResource.contained.id.trace('ids'))";

}  // namespace fhir::validation
