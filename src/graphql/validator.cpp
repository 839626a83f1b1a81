#include "src/graphql/validator.h"

#include <algorithm>
#include <set>

#include "src/graphql/arguments.h"
#include "src/graphql/directives.h"
#include "src/graphql/fragments.h"
#include "src/graphql/limits.h"

namespace server::graphql {
namespace {

using fhir::IssueType;

/// A selection set and the type it is asked of.
struct Scope {
  const std::vector<Selection>* selections;
  Shape shape;
};

struct Candidate {
  const Selection* field;
  Shape parent;
};

/// Fields with one key in the answer.
struct Group {
  std::string_view key;
  std::vector<Candidate> fields;
};

bool has_same_arguments(const Selection& a, const Selection& b) {
  return a.arguments.size() == b.arguments.size() &&
         std::all_of(a.arguments.begin(), a.arguments.end(), [&](const Argument& argument) {
           const Argument* other = b.argument(argument.name);
           return other != nullptr && is_same(argument.value, other->value);
         });
}

class Validator {
 public:
  Validator(const Document& document, const Operation& operation, const Variables& variables,
            const Schema& schema)
      : document_(document), operation_(operation), variables_(variables), schema_(schema) {}

  Errors run(const Shape& root) {
    errors_ = check_fragments(document_, schema_);
    check_operation_names();
    // What follows relies on fragments that exist and end.
    if (!errors_.empty()) return std::move(errors_);
    for (const Directive& directive : operation_.directives)
      report(IssueType::invalid, "No directive applies to an operation", directive.at);
    check_variables(document_, operation_, [&](IssueType type, std::string text, Location at) {
      report(type, std::move(text), at);
    });
    walk({{&operation_.selections, root}});
    return std::move(errors_);
  }

 private:
  void report(IssueType type, std::string text, Location at) {
    if (errors_.size() < k_errors_max) errors_.push_back(document_error(type, std::move(text), at));
  }

  void check_operation_names() {
    std::set<std::string_view> names;
    for (const Operation& operation : document_.operations) {
      if (operation.name.empty() && document_.operations.size() > 1)
        report(IssueType::invalid, "An operation without a name stands alone", operation.at);
      if (!operation.name.empty() && !names.insert(operation.name).second)
        report(IssueType::invalid, "Two operations have one name", operation.at);
    }
  }

  bool is_over() {
    if (is_over_) return true;
    if (++steps_ <= k_validation_steps_max && argument_bytes_ <= k_argument_bytes_max) return false;
    is_over_ = true;
    errors_.clear();
    report(IssueType::too_costly, "The document asks for too much", operation_.at);
    return true;
  }

  void walk(const std::vector<Scope>& scopes) {
    std::vector<Group> groups;
    for (const Scope& scope : scopes) {
      std::set<std::pair<std::string_view, const fhir::TypeSchema*>> visited;
      collect(*scope.selections, scope.shape, groups, visited);
    }
    for (Group& group : groups) {
      if (is_over()) return;
      check_group(group);
    }
  }

  void collect(const std::vector<Selection>& selections, const Shape& shape,
               std::vector<Group>& groups,
               std::set<std::pair<std::string_view, const fhir::TypeSchema*>>& visited) {
    for (const Selection& selection : selections) {
      if (is_over()) return;
      check_directives(selection, variables_, [&](IssueType type, std::string text, Location at) {
        report(type, std::move(text), at);
      });
      if (selection.kind == SelectionKind::field) {
        const std::string_view key = selection.response_key();
        auto group = std::find_if(groups.begin(), groups.end(),
                                  [&](const Group& one) { return one.key == key; });
        if (group == groups.end()) group = groups.insert(group, Group{key, {}});
        group->fields.push_back({&selection, shape});
        continue;
      }
      const Fragment* fragment =
          selection.kind == SelectionKind::spread ? document_.fragment(selection.name) : nullptr;
      if (fragment != nullptr && !visited.emplace(fragment->name, shape.type).second) continue;
      const std::string_view condition = fragment != nullptr ? fragment->type : selection.name;
      const auto inner = narrowed(shape, condition, selection.at);
      if (!inner) continue;
      collect(fragment != nullptr ? fragment->selections : selection.selections, *inner, groups,
              visited);
    }
  }

  std::optional<Shape> narrowed(const Shape& shape, std::string_view condition, Location at) {
    if (condition.empty()) return shape;
    const auto inner = schema_.narrowed(shape, condition);
    if (inner) return inner;
    const std::string name(condition);
    if (schema_.knows_type(condition)) {
      report(IssueType::invalid, "A fragment on " + name + " can never apply to " + name_of(shape),
             at);
    } else {
      report(IssueType::not_supported, "There is no type " + name, at);
    }
    return std::nullopt;
  }

  /// The types that may stand where any resource may: the targets of a reference, or all.
  std::vector<std::string_view> candidates(const Shape& shape) const {
    const auto all = schema_.definitions().resource_types();
    std::vector<std::string_view> out;
    if (shape.reference != nullptr) {
      for (std::string_view profile : shape.reference->target_profiles) {
        const std::string_view name = profile.substr(profile.rfind('/') + 1);
        if (schema_.resource(name) == nullptr) return {all.begin(), all.end()};
        out.push_back(name);
      }
    }
    return out.empty() ? std::vector<std::string_view>{all.begin(), all.end()} : out;
  }

  /// Of a field that is asked of any resource: the first type with which all below it is right,
  /// else the first that has the field.
  std::optional<Shape> choose(const Candidate& candidate) {
    const std::string_view name = candidate.field->name;
    if (schema_.field(candidate.parent, name)) return candidate.parent;
    std::optional<Shape> first;
    for (std::string_view type : candidates(candidate.parent)) {
      const Shape parent = shape_of(*schema_.resource(type));
      const auto spec = schema_.field(parent, name);
      if (!spec) continue;
      if (!first) first = parent;
      const std::size_t before = errors_.size();
      check_field(*candidate.field, parent, *spec);
      if (spec->shape) walk({{&candidate.field->selections, *spec->shape}});
      if (errors_.size() == before || is_over_) return parent;
      errors_.resize(before);
    }
    return first;
  }

  void check_group(Group& group) {
    std::vector<Scope> below;
    std::vector<const Candidate*> firsts;  // of each type that is asked
    for (Candidate& candidate : group.fields) {
      if (candidate.parent.kind == ShapeKind::any) {
        auto chosen = choose(candidate);
        if (is_over_) return;
        if (chosen) candidate.parent = *chosen;
      }
      auto spec = schema_.field(candidate.parent, candidate.field->name);
      if (!spec) {
        report(IssueType::not_supported,
               "Type " + name_of(candidate.parent) + " has no field " + candidate.field->name,
               candidate.field->at);
        continue;
      }
      check_field(*candidate.field, candidate.parent, *spec);
      bool is_first = true;
      for (const Candidate* first : firsts) {
        check_merge(*first, candidate);
        is_first = is_first && first->parent.type != candidate.parent.type;
      }
      if (is_first) firsts.push_back(&candidate);
      if (!spec->shape) continue;
      // `resource(type: …)` is as a fragment on that type.
      const auto type = argument_text(*candidate.field, "type", variables_);
      if (spec->kind == FieldKind::resolve && type && schema_.resource(*type) != nullptr)
        spec->shape = shape_of(*schema_.resource(*type));
      below.push_back({&candidate.field->selections, *spec->shape});
    }
    if (!below.empty()) walk(below);
  }

  void check_field(const Selection& field, const Shape& parent, const FieldSpec& spec) {
    if (is_over_) return;
    argument_bytes_ += argument_bytes(field, variables_, k_argument_bytes_max - argument_bytes_);
    if (argument_bytes_ > k_argument_bytes_max) return (void)is_over();
    check_arguments(
        schema_, spec, field, variables_,
        [&](IssueType type, std::string text, Location at) { report(type, std::move(text), at); });
    const std::string of = "Field " + field.name + " of " + name_of(parent);
    if (spec.shape && field.selections.empty())
      report(IssueType::required, of + " needs a selection of fields", field.at);
    if (!spec.shape && !field.selections.empty())
      report(IssueType::invalid, of + " has no fields to select", field.at);
    if (!spec.shape && field.directive("flatten") != nullptr)
      report(IssueType::invalid, of + " has no fields to put in its place", field.at);
  }

  /// https://spec.graphql.org/June2018/#sec-Field-Selection-Merging
  void check_merge(const Candidate& a, const Candidate& b) {
    const bool are_exclusive = a.parent.kind == ShapeKind::object &&
                               b.parent.kind == ShapeKind::object && a.parent.type != b.parent.type;
    if (are_exclusive) return;
    if (a.field->name != b.field->name)
      return report(IssueType::invalid,
                    "Two different fields would be " + std::string(b.field->response_key()) +
                        ": give one an alias",
                    b.field->at);
    const auto type_a = argument_text(*a.field, "type", variables_);
    const auto type_b = argument_text(*b.field, "type", variables_);
    if (a.field->name == "resource" && type_a && type_b && *type_a != *type_b) return;
    if (!has_same_arguments(*a.field, *b.field))
      report(IssueType::invalid,
             "Field " + b.field->name +
                 " is asked for twice with different arguments: give one an alias",
             b.field->at);
  }

  const Document& document_;
  const Operation& operation_;
  const Variables& variables_;
  const Schema& schema_;
  Errors errors_;
  std::size_t steps_ = 0;
  std::size_t argument_bytes_ = 0;
  bool is_over_ = false;
};

}  // namespace

fhir::Result<const Operation*, Errors> choose_operation(const Document& document,
                                                        std::string_view name) {
  const auto refuse = [](IssueType type, std::string text, Location at) {
    return fhir::unexpected(Errors{document_error(type, std::move(text), at)});
  };
  const Operation* found = nullptr;
  for (const Operation& operation : document.operations) {
    if (name.empty() && found != nullptr)
      return refuse(IssueType::required,
                    "The document has several operations: operationName tells which to run", {});
    if (name.empty() || operation.name == name) found = &operation;
  }
  if (found == nullptr)
    return refuse(IssueType::not_found, "The document has no operation of that name", {});
  if (found->kind == OperationKind::subscription)
    return refuse(IssueType::not_supported, "This server answers queries and mutations", found->at);
  return found;
}

Errors validate(const Document& document, const Operation& operation, const Variables& variables,
                const Schema& schema, const Shape& root) {
  return Validator(document, operation, variables, schema).run(root);
}

}  // namespace server::graphql
