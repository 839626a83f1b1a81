// The paths that search parameters are made of, walked without the FHIRPath engine: members, `as`,
// `where(resolve() is Type)`, `where(name = 'text')`, `extension('url')`. What goes beyond is
// FHIRPath's. On this subset both give the same, which a test holds over all official examples.
// https://hl7.org/fhir/R4/searchparameter.html
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/definitions/definition_store.h"
#include "fhir/model/element.h"

namespace server::search {

/// Tells the type of what a Reference points to; empty when it cannot be known.
class TargetTypes {
 public:
  virtual ~TargetTypes() = default;
  virtual std::string_view type_of(const fhir::Element& reference) const = 0;
};

class Path {
 public:
  /// expression   one operand of a union, without the name of the root type or with it
  /// returns      nothing when it is not of the forms above
  static std::optional<Path> compile(std::string_view expression,
                                     const fhir::DefinitionStore& definitions);

  /// Calls `visit(element)` for everything that the path leads to, in order.
  ///
  /// context    where the path starts, unless it starts at %resource
  template <class Visit>
  void for_each(const fhir::Element& context, const fhir::Element& resource,
                const TargetTypes& targets, Visit&& visit) const {
    walk(0, from_resource_ ? resource : context, targets, visit);
  }

 private:
  friend class PathParser;

  enum class Kind : std::uint8_t { member, extension, is_type, resolves_to, has_text };
  static constexpr std::uint32_t k_all = 0xffffffff;

  struct Step {
    Kind kind = Kind::member;
    std::string name;                        // member; has_text: the member compared
    std::uint32_t hash = 0;                  // of name
    std::uint32_t item = k_all;              // member: the only item taken, from 0
    std::string text;                        // has_text, extension: url, resolves_to: type
    const fhir::TypeSchema* type = nullptr;  // is_type
  };

  template <class Visit>
  void walk(std::size_t at, const fhir::Element& element, const TargetTypes& targets,
            Visit& visit) const {
    if (at == steps_.size()) {
      visit(element);
      return;
    }
    const Step& step = steps_[at];
    switch (step.kind) {
      case Kind::member: {
        std::uint32_t item = 0;
        fhir::for_each_child_named(element, step.name, step.hash, [&](const fhir::Element& child) {
          if (step.item == k_all || step.item == item) walk(at + 1, child, targets, visit);
          return item++ != step.item;
        });
        return;
      }
      case Kind::extension:
        fhir::for_each_child_named(element, step.name, step.hash, [&](const fhir::Element& child) {
          if (child.value != nullptr && child.value->string_at("url") == step.text) {
            walk(at + 1, child, targets, visit);
          }
          return true;
        });
        return;
      default:
        if (holds(step, element, targets)) walk(at + 1, element, targets, visit);
    }
  }

  static bool holds(const Step& step, const fhir::Element& element, const TargetTypes& targets);

  std::vector<Step> steps_;
  bool from_resource_ = false;
};

/// The operands of the union that an expression is at its top; one when it is no union.
std::vector<std::string_view> split_union(std::string_view expression);

/// The name that an expression begins with, brackets passed over: `Patient` of `(Patient.name)`.
std::string_view root_name(std::string_view expression);

}  // namespace server::search
