// "If the value is a BackboneElement or another type that Parameters cannot carry, it is given as
// parts, each named after an element." https://hl7.org/fhir/R4/fhirpatch.html
#include "fhir/patch/patch_value.h"

#include "fhir/patch/edit.h"
#include "fhir/patch/issues.h"
#include "fhir/patch/limits.h"

namespace fhir::patch {
namespace {

using json::Member;
using json::Value;

constexpr std::string_view k_value = "value";

/// What a parameter has under `valueX` and `_valueX`, and X.
struct Typed {
  Node node;
  std::string_view suffix;
};

Typed typed_value(const Value& parameter) {
  Typed out;
  for (const Member& member : parameter.members()) {
    std::string_view name = member.name();
    if (member.is_sibling()) name.remove_prefix(1);
    if (!name.starts_with(k_value) || name.size() == k_value.size()) continue;
    out.suffix = name.substr(k_value.size());
    (member.is_sibling() ? out.node.sibling : out.node.value) = member.value;
  }
  return out;
}

class Reader {
 public:
  explicit Reader(Arena& arena) : arena_(arena) {}

  Result<Node> read(const TypeSchema& owner, std::string_view name, const Value& parameter,
                    std::size_t depth, Target& target) {
    if (depth > k_part_depth_max)
      return unexpected(make_issue(IssueType::too_long, "The patch nests parts too deeply"));
    if (name.ends_with("[x]")) name.remove_suffix(3);
    const PropertySchema* property = owner.property(name, name_hash(name));
    target.element = property != nullptr ? property->element : owner.element(name);
    if (target.element == nullptr)
      return inapplicable(std::string(owner.name) + " has no element " + quoted(name));
    target.member = name;
    Typed typed = typed_value(parameter);
    if (target.element->is_choice) {
      if (typed.suffix.empty())
        return malformed("The value of " + quoted(name) + " needs a type: value[x]");
      target.member = std::string(target.element->name).append(typed.suffix);
      if (owner.property(target.member, name_hash(target.member)) == nullptr)
        return inapplicable(quoted(name) + " cannot be of type " + std::string(typed.suffix));
    }
    if (!typed.suffix.empty()) return typed.node;
    if (const Value* resource = parameter.find("resource")) return Node{*resource, {}};
    const Value* parts = parameter.find("part");
    if (parts == nullptr) return malformed("The operation has no value for " + quoted(name));
    return object(*target.element, *parts, depth);
  }

 private:
  Result<Node> object(const ElementSchema& element, const Value& parts, std::size_t depth) {
    const TypeSchema* type = element.types.size() == 1 ? element.types.front().type : nullptr;
    if (type == nullptr || type->kind == TypeKind::primitive)
      return malformed("The value of " + quoted(element.path) + " cannot be given as parts");
    Value built = object_of(arena_, {});
    for (const Value& part : parts.items()) {
      Target target;
      FHIR_TRY(node, read(*type, part.string_at("name"), part, depth + 1, target));
      Property property = read_property(built, target.member);
      property.is_array = target.element->is_array;
      if (!property.is_array && !property.nodes.empty())
        return malformed("The value has two parts " + quoted(target.member));
      property.nodes.push_back(node);
      built = with_property(arena_, built, target.member, property);
      FHIR_CHECK(check_size(arena_));
    }
    return Node{built, {}};
  }

  Arena& arena_;
};

}  // namespace

Result<Node> value_for(Arena& arena, const TypeSchema& owner, std::string_view name,
                       const Value& parameter, Target& target) {
  FHIR_TRY(node, Reader(arena).read(owner, name, parameter, 0, target));
  if (node.is_empty()) return malformed("The operation has an empty value");
  return std::move(node);
}

}  // namespace fhir::patch
