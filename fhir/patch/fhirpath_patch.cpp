// https://hl7.org/fhir/R4/fhirpatch.html
#include "fhir/patch/fhirpath_patch.h"

#include <memory>

#include "fhir/fhirpath/expression.h"
#include "fhir/patch/edit.h"
#include "fhir/patch/issues.h"
#include "fhir/patch/limits.h"
#include "fhir/patch/patch_operation.h"
#include "fhir/patch/patch_value.h"
#include "fhir/patch/place.h"

namespace fhir::patch {
namespace {

using json::Value;

constexpr std::size_t k_steps_max = 1'000'000;  // of one path

/// A list as a path selected it.
struct List {
  Place place;  // of its first item
  const TypeSchema* owner = nullptr;
  std::string_view name;
  Property property;
};

/// `Patient.contact[0]` and `telecom` of `Patient.contact[0].telecom`.
bool split_last(std::string_view path, std::string_view& parent, std::string_view& name) {
  const std::size_t dot = path.rfind('.');
  name = dot == std::string_view::npos ? path : path.substr(dot + 1);
  parent = dot == std::string_view::npos ? std::string_view("$this") : path.substr(0, dot);
  if (name.size() > 2 && name.front() == '`' && name.back() == '`')
    name = name.substr(1, name.size() - 2);
  constexpr std::string_view k_letters =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789";
  return !name.empty() && name.find_first_not_of(k_letters) == std::string_view::npos;
}

class FhirpathPatch {
 public:
  FhirpathPatch(Arena& arena, const Value& resource, const DefinitionStore& definitions,
                const TerminologyProvider* terminology)
      : arena_(arena), definitions_(definitions), terminology_(terminology) {
    set_root(resource);
  }

  Result<void> apply(const Operation& operation) {
    switch (operation.type) {
      case OperationType::add:
        return add(operation.path, operation.name, *operation.value);
      case OperationType::insert:
        return insert(operation);
      case OperationType::remove:
        return remove(operation);
      case OperationType::replace:
        return replace(operation);
      case OperationType::move:
        return move(operation);
    }
    return {};
  }

  const Value& root() const { return *root_; }

 private:
  void set_root(const Value& root) {
    Value* kept = arena_.allocate_array<Value>(1);
    *kept = root;
    root_ = kept;
  }

  Result<void> finish(const Value& root) {
    set_root(root);
    return check_size(arena_);
  }

  Result<std::vector<Element>> select(std::string_view path) const {
    auto compiled = fhirpath::Expression::compile(path, definitions_);
    if (!compiled) return malformed(quoted(path) + ": " + compiled.error().diagnostics);
    fhirpath::Environment environment;
    environment.definitions = &definitions_;
    environment.resource = root_element(*root_, definitions_);
    environment.root_resource = environment.resource;
    environment.terminology = terminology_;
    if (terminology_ != nullptr) environment.units = terminology_->units();
    environment.steps_max = k_steps_max;
    FHIR_TRY(items, compiled->evaluate(environment.resource, environment));
    std::vector<Element> elements;
    for (const fhirpath::Item& item : items) {
      if (item.element() == nullptr)
        return inapplicable(quoted(path) + " computes a value; a patch's path selects elements");
      elements.push_back(*item.element());
    }
    return elements;
  }

  /// "The FHIRPath statement must return a single element."
  Result<Element> single(std::string_view path) const {
    FHIR_TRY(elements, select(path));
    if (elements.size() == 1) return elements.front();
    return inapplicable(quoted(path) + (elements.empty() ? " selects no element"
                                                         : " selects more than one element"));
  }

  Result<Place> place(std::string_view path, const Element& element) const {
    auto found = place_of(*root_, element);
    if (!found) return inapplicable(quoted(path) + " leaves the resource");
    return *std::move(found);
  }

  Result<void> count(const Place& at, const Node& node) {
    // Each step passes an object and, at most, an array.
    FHIR_CHECK(count_added(node.value, 2 * at.size(), nodes_left_));
    return count_added(node.sibling, 2 * at.size(), nodes_left_);
  }

  Result<void> add(std::string_view path, std::string_view name, const Value& parameter) {
    FHIR_TRY(parent, single(path));
    if (parent.type == nullptr) return inapplicable(quoted(path) + " is of no known type");
    FHIR_TRY(at, place(path, parent));
    Target target;
    FHIR_TRY(node, value_for(arena_, *parent.type, name, parameter, target));
    FHIR_CHECK(count(at, node));
    const bool is_primitive = parent.value == nullptr || !parent.value->is_object();
    const Value* held = is_primitive ? parent.sibling : parent.value;
    if (is_primitive && !at.empty()) at.back().in_sibling = true;
    const Value object = held != nullptr ? *held : object_of(arena_, {});
    if (target.element->is_choice) {
      bool has_other = false;
      for_each_child_named(parent, target.element->name, target.element->name_hash,
                           [&](const Element&) { return !(has_other = true); });
      if (has_other) return inapplicable(quoted(name) + " is there already");
    }
    Property property = read_property(object, target.member);
    property.is_array = target.element->is_array;
    // "Add can be used for non-repeating elements as long as they do not already exist"
    if (!property.is_array && !property.nodes.empty())
      return inapplicable(quoted(name) + " is there already");
    property.nodes.push_back(node);
    return finish(
        with_object_at(arena_, at, with_property(arena_, object, target.member, property)));
  }

  /// The list that the path selects: all of it, so that an index means the same to both sides.
  Result<List> list(std::string_view path, const std::vector<Element>& elements) const {
    List out;
    FHIR_TRY(first, place(path, elements.front()));
    FHIR_TRY(last, place(path, elements.back()));
    const ElementSchema* definition = elements.front().definition;
    if (first.empty() || definition == nullptr || !definition->is_array)
      return inapplicable(quoted(path) + " is no list");
    out.property = read_property(*first.back().object, first.back().name);
    const std::size_t size = out.property.nodes.size();
    if (first.back().object != last.back().object || first.back().name != last.back().name ||
        size != elements.size() || first.back().index != 0 || last.back().index != size - 1)
      return inapplicable(quoted(path) + " does not select one whole list");
    out.name = definition->name;
    out.place = std::move(first);
    return out;
  }

  Result<const TypeSchema*> owner_of(const Place& at) const {
    // The type of the object that holds the element: walk down from the root.
    Element element = root_element(*root_, definitions_);
    for (std::size_t step = 0; step + 1 < at.size(); ++step) {
      Element next;
      for_each_child(element, [&](std::string_view, const Element& child) {
        const Value* held = at[step].in_sibling ? child.sibling : child.value;
        if (held != at[step + 1].object) return true;
        next = child;
        return false;
      });
      element = next;
    }
    if (element.type == nullptr) return inapplicable("The path leads into what is not known");
    return element.type;
  }

  Result<void> insert(const Operation& operation) {
    FHIR_TRY(elements, select(operation.path));
    if (elements.empty()) return insert_first(operation);
    FHIR_TRY(selected, list(operation.path, elements));
    auto& nodes = selected.property.nodes;
    if (operation.index > nodes.size())
      return inapplicable("The index is behind the end of " + quoted(operation.path));
    FHIR_TRY(owner, owner_of(selected.place));
    Target target;
    FHIR_TRY(node, value_for(arena_, *owner, selected.name, *operation.value, target));
    FHIR_CHECK(count(selected.place, node));
    nodes.insert(nodes.begin() + static_cast<std::ptrdiff_t>(operation.index), node);
    return finish(with_items_at(arena_, selected.place, selected.property));
  }

  /// A list that is not there yet has one place: 0.
  Result<void> insert_first(const Operation& operation) {
    std::string_view parent, name;
    if (!split_last(operation.path, parent, name))
      return inapplicable(quoted(operation.path) + " selects no list");
    if (operation.index != 0)
      return inapplicable("The index is behind the end of " + quoted(operation.path));
    return add(parent, name, *operation.value);
  }

  Result<void> remove(const Operation& operation) {
    FHIR_TRY(elements, select(operation.path));
    if (elements.empty()) return {};  // what is not there need not be deleted
    if (elements.size() > 1)
      return inapplicable(quoted(operation.path) + " selects more than one element");
    FHIR_TRY(at, place(operation.path, elements.front()));
    if (at.empty()) return inapplicable("The resource itself cannot be deleted by a patch");
    Property property = read_property(*at.back().object, at.back().name);
    property.nodes.erase(property.nodes.begin() + static_cast<std::ptrdiff_t>(at.back().index));
    return finish(with_items_at(arena_, at, property));
  }

  Result<void> replace(const Operation& operation) {
    FHIR_TRY(element, single(operation.path));
    FHIR_TRY(at, place(operation.path, element));
    if (at.empty()) return inapplicable("The resource itself cannot be replaced by a patch");
    FHIR_TRY(owner, owner_of(at));
    const std::string_view name =
        element.definition != nullptr ? element.definition->name : at.back().name;
    Target target;
    FHIR_TRY(node, value_for(arena_, *owner, name, *operation.value, target));
    FHIR_CHECK(count(at, node));
    if (target.member != at.back().name) {  // a choice of another type
      const Value& object = *at.back().object;
      Property property;
      property.nodes.push_back(node);
      const Value without = with_property(arena_, object, at.back().name, Property{});
      at.pop_back();
      return finish(
          with_object_at(arena_, at, with_property(arena_, without, target.member, property)));
    }
    Property property = read_property(*at.back().object, at.back().name);
    property.nodes[at.back().index] = node;
    return finish(with_items_at(arena_, at, property));
  }

  Result<void> move(const Operation& operation) {
    FHIR_TRY(elements, select(operation.path));
    if (elements.empty()) return inapplicable(quoted(operation.path) + " selects no list");
    FHIR_TRY(selected, list(operation.path, elements));
    auto& nodes = selected.property.nodes;
    if (operation.source >= nodes.size() || operation.destination >= nodes.size())
      return inapplicable("The source or destination is behind the end of " +
                          quoted(operation.path));
    const Node moved = nodes[operation.source];
    nodes.erase(nodes.begin() + static_cast<std::ptrdiff_t>(operation.source));
    nodes.insert(nodes.begin() + static_cast<std::ptrdiff_t>(operation.destination), moved);
    return finish(with_items_at(arena_, selected.place, selected.property));
  }

  Arena& arena_;
  const DefinitionStore& definitions_;
  const TerminologyProvider* terminology_;
  const Value* root_ = nullptr;
  std::size_t nodes_left_ = k_added_nodes_max;
};

}  // namespace

Result<json::Document> apply_fhirpath_patch(const Value& resource, const Value& patch,
                                            const DefinitionStore& definitions,
                                            const TerminologyProvider* terminology) {
  FHIR_TRY(operations, read_operations(patch));
  auto arena = std::make_unique<Arena>();
  FhirpathPatch run(*arena, resource, definitions, terminology);
  for (std::size_t i = 0; i < operations.size(); ++i) {
    if (auto applied = run.apply(operations[i]); !applied) {
      Issue issue = std::move(applied).error();
      issue.expression = "Parameters.parameter[" + std::to_string(i) + "]";
      return unexpected(std::move(issue));
    }
  }
  return json::Document::build(std::move(arena), run.root());
}

}  // namespace fhir::patch
