// The patch between two resources. https://hl7.org/fhir/R4/fhirpatch.html
#include <string>

#include "fhir/model/element.h"
#include "fhir/patch/fhirpath_patch.h"
#include "fhir/patch/issues.h"
#include "fhir/patch/json_equality.h"
#include "fhir/patch/list_matching.h"
#include "fhir/patch/patch_writer.h"

namespace fhir::patch {
namespace {

using json::Member;
using json::Value;

constexpr std::size_t k_list_items_max = 5'000;  // matching compares each item with each

/// An element of an object, whichever of a choice's members holds it.
struct Found {
  std::string_view member;
  Property property;
  const TypeSchema* type = nullptr;
};

class Difference {
 public:
  explicit Difference(const DefinitionStore& definitions)
      : definitions_(definitions), out_(definitions) {}

  Result<void> objects(const std::string& path, const TypeSchema& type, const Value& from,
                       const Value& to) {
    // Deletions last: an object that they empty would be gone before the additions come.
    std::vector<const ElementSchema*> gone;
    for (const ElementSchema& element : type.elements) {
      const Found old = find(from, type, element);
      const Found next = find(to, type, element);
      if (next.property.nodes.empty()) {
        if (!old.property.nodes.empty()) gone.push_back(&element);
      } else if (element.is_array) {
        FHIR_CHECK(lists(path, element, old, next));
      } else {
        FHIR_CHECK(singles(path, element, old, next));
      }
    }
    for (const ElementSchema* element : gone) {
      const std::string at = path + "." + std::string(element->name);
      const std::size_t count = find(from, type, *element).property.nodes.size();
      if (!element->is_array) out_.remove(at);
      for (std::size_t i = element->is_array ? count : 0; i-- > 0;)
        out_.remove(at + "[" + std::to_string(i) + "]");
    }
    return {};
  }

  std::string finish() { return out_.finish(); }

 private:
  static Found find(const Value& object, const TypeSchema& type, const ElementSchema& element) {
    Found out;
    for (const Member& member : object.members()) {
      std::string_view name = member.name();
      if (member.is_sibling()) name.remove_prefix(1);
      const PropertySchema* property = type.property(name, name_hash(name));
      if (property == nullptr || property->element != &element) continue;
      out.member = name;
      out.property = read_property(object, name);
      out.type = property->type != nullptr ? property->type->type : nullptr;
      return out;
    }
    return out;
  }

  const TypeSchema* type_of(const Found& found, const Node& node) const {
    return found.type != nullptr && found.type->kind == TypeKind::resource
               ? resource_type_of(node.value, definitions_)
               : found.type;
  }

  Result<void> singles(const std::string& path, const ElementSchema& element, const Found& old,
                       const Found& next) {
    const std::string at = path + "." + std::string(element.name);
    const Node& node = next.property.nodes.front();
    if (old.property.nodes.empty()) {
      out_.add(path, element.name, node, type_of(next, node));
      return {};
    }
    if (old.member != next.member) {
      out_.replace(at, node, type_of(next, node));
      return {};
    }
    return items(at, old, old.property.nodes.front(), next, node);
  }

  /// Two states of one item, which stands at `path` by now.
  Result<void> items(const std::string& path, const Found& old, const Node& from, const Found& next,
                     const Node& to) {
    if (is_identical(from.value, to.value) && is_identical(from.sibling, to.sibling)) return {};
    const TypeSchema* type = type_of(next, to);
    const bool has_parts = type != nullptr && type->kind != TypeKind::primitive &&
                           type == type_of(old, from) && from.value.is_object() &&
                           to.value.is_object() &&
                           from.value.string_at("id") == to.value.string_at("id");
    if (has_parts) return objects(path, *type, from.value, to.value);
    out_.replace(path, to, type);
    return {};
  }

  Result<void> lists(const std::string& path, const ElementSchema& element, const Found& old,
                     const Found& next) {
    const auto& from = old.property.nodes;
    const auto& to = next.property.nodes;
    if (from.size() > k_list_items_max || to.size() > k_list_items_max)
      return unexpected(make_issue(IssueType::too_costly, "A list is too long to be compared"));
    const std::string list = path + "." + std::string(element.name);
    auto item = [&](std::size_t index) { return list + "[" + std::to_string(index) + "]"; };
    std::size_t size = from.size();  // of the list at this step
    for (const ListStep& step : steps_between(from, to)) {
      switch (step.kind) {
        case ListStep::Kind::remove:
          out_.remove(item(step.from));
          --size;
          break;
        case ListStep::Kind::move:
          out_.move(list, step.from, step.to);
          break;
        case ListStep::Kind::insert:
          if (step.to == size) {
            out_.add(path, element.name, to[step.to], type_of(next, to[step.to]));
          } else {
            out_.insert(list, step.to, to[step.to], type_of(next, to[step.to]));
          }
          ++size;
          break;
        case ListStep::Kind::keep:
          FHIR_CHECK(items(item(step.to), old, from[step.from], next, to[step.to]));
          break;
      }
    }
    return {};
  }

  const DefinitionStore& definitions_;
  PatchWriter out_;
};

}  // namespace

Result<std::string> fhirpath_patch_between(const Value& from, const Value& to,
                                           const DefinitionStore& definitions) {
  const TypeSchema* type = resource_type_of(from, definitions);
  if (type == nullptr || type != resource_type_of(to, definitions))
    return malformed("Only two resources of one type have a patch between them");
  Difference difference(definitions);
  FHIR_CHECK(difference.objects(std::string(type->name), *type, from, to));
  return difference.finish();
}

}  // namespace fhir::patch
