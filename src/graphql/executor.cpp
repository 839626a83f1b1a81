#include "src/graphql/executor.h"

#include <algorithm>
#include <set>
#include <unordered_map>

#include "src/graphql/directives.h"
#include "src/graphql/limits.h"
#include "src/graphql/output.h"
#include "src/graphql/resolution.h"

namespace server::graphql {
namespace {

using fhir::IssueType;
using fhir::Situation;
using Selections = std::vector<const std::vector<Selection>*>;

/// What flattened parents do to the fields below them.
struct Place {
  std::string suffix;     // of keys, by @slice
  bool collates = false;  // several values come to one key: they are lists
};

/// Fields with one key in the answer: the first stands for its arguments and directives.
struct Group {
  const Selection* field;
  Selections below;
};

/// The groups of one object, in the order of their first fields.
class Groups {
 public:
  explicit Groups(const Variables& variables) : variables_(variables) {}

  void add(const Selection& field) {
    Group* same = find(field);
    if (same == nullptr) {
      same = &all_.emplace_back(Group{&field, {}});
      if (all_.size() > k_few) by_key_.emplace(field.response_key(), all_.size() - 1);
    }
    same->below.push_back(&field.selections);
  }

  const std::vector<Group>& all() const { return all_; }

 private:
  // So many are walked through sooner than looked up.
  static constexpr std::size_t k_few = 24;

  Group* find(const Selection& field) {
    for (std::size_t i = 0; i < std::min(all_.size(), k_few); ++i) {
      if (is_same(*all_[i].field, field)) return &all_[i];
    }
    if (by_key_.empty()) return nullptr;
    const auto [first, last] = by_key_.equal_range(field.response_key());
    const auto found = std::find_if(
        first, last, [&](const auto& entry) { return is_same(*all_[entry.second].field, field); });
    return found != last ? &all_[found->second] : nullptr;
  }

  /// `resource(type: …)` may stand several times under one key: one of them has a value.
  bool is_same(const Selection& a, const Selection& b) const {
    return a.response_key() == b.response_key() && a.name == b.name &&
           argument_text(a, "type", variables_) == argument_text(b, "type", variables_);
  }

  const Variables& variables_;
  std::vector<Group> all_;
  std::unordered_multimap<std::string_view, std::size_t> by_key_;  // those behind the first few
};

class Execution {
 public:
  Execution(const Document& document, const Variables& variables, const Services& services)
      : document_(document),
        variables_(variables),
        services_(services),
        schema_(*services.schema),
        resolution_(variables, services) {}

  /// Root of a query of the system.
  fhir::Result<std::string, Errors> run(const Operation& operation) {
    Object root;
    if (operation.kind == OperationKind::mutation) root.shape.kind = ShapeKind::mutation;
    return run(operation, root);
  }

  fhir::Result<std::string, Errors> run(const Operation& operation, ResourceResult focus) {
    if (!focus) return fhir::unexpected(as_errors(std::move(focus).error(), {}));
    const Resource& resource = **focus;
    if (resource.root.type == nullptr)
      return fhir::unexpected(
          as_errors({fhir::make_issue(IssueType::structure, "The query is over no resource")}, {}));
    Object root{shape_of(*resource.root.type), resource.root, &resource, nullptr, {}, nullptr};
    return run(operation, root);
  }

  Pool& pool() { return resolution_.pool(); }

 private:
  fhir::Result<std::string, Errors> run(const Operation& operation, const Object& root) {
    OutputObject out;
    select({&operation.selections}, root, out, {});
    if (!errors_.empty()) return fhir::unexpected(std::move(errors_));
    std::string json;
    out.append_json(json);
    return json;
  }

  Errors as_errors(Issues issues, Location at) const {
    Errors out;
    for (fhir::Issue& issue : issues) {
      issue.line = at.line;
      issue.column = at.column;
      out.push_back({std::move(issue), path_});
    }
    return out;
  }

  /// False, so that whoever calls can return it.
  bool fail(Issues issues, Location at) {
    if (errors_.empty()) errors_ = as_errors(std::move(issues), at);
    return false;
  }

  bool fail(Situation situation, IssueType type, std::string text, Location at) {
    return fail({fhir::make_issue(situation, type, std::move(text))}, at);
  }

  /// Counts what the answer takes.
  bool spend(std::size_t bytes, Location at) {
    bytes_ += bytes;
    if (++values_ > k_output_values_max || bytes_ > k_output_bytes_max)
      return fail(Situation::by_type, IssueType::too_costly, "The answer would be too large", at);
    return true;
  }

  /// Counts the selections that are looked at, whether or not anything comes of them, and looks at
  /// the clock now and then.
  bool step(Location at) {
    if (++steps_ > k_execution_steps_max)
      return fail(Situation::by_type, IssueType::too_costly, "The query asks for too much", at);
    if (steps_ % 64 == 0 && std::chrono::steady_clock::now() > services_.deadline)
      return fail(Situation::timed_out, IssueType::timeout, "The query took too long", at);
    return true;
  }

  bool select(const Selections& sets, const Object& object, OutputObject& out, const Place& place) {
    Groups groups(variables_);
    std::set<std::string_view> visited;
    for (const auto* selections : sets) {
      if (!collect(*selections, object.shape, groups, visited)) return false;
    }
    return std::all_of(groups.all().begin(), groups.all().end(),
                       [&](const Group& group) { return field(group, object, out, place); });
  }

  /// https://spec.graphql.org/June2018/#CollectFields()
  bool collect(const std::vector<Selection>& selections, const Shape& shape, Groups& groups,
               std::set<std::string_view>& visited) {
    for (const Selection& selection : selections) {
      if (!step(selection.at)) return false;
      if (!is_wanted(selection, variables_)) continue;
      if (selection.kind == SelectionKind::field) {
        groups.add(selection);
        continue;
      }
      const Fragment* fragment =
          selection.kind == SelectionKind::spread ? document_.fragment(selection.name) : nullptr;
      if (fragment != nullptr && !visited.insert(fragment->name).second) continue;
      const std::string_view condition = fragment != nullptr ? fragment->type : selection.name;
      if (!condition.empty() && !schema_.narrowed(shape, condition)) continue;
      const auto& inner = fragment != nullptr ? fragment->selections : selection.selections;
      if (!collect(inner, shape, groups, visited)) return false;
    }
    return true;
  }

  bool field(const Group& group, const Object& object, OutputObject& out, const Place& place) {
    const Selection& field = *group.field;
    const auto spec = schema_.field(object.shape, field.name);
    // Asked of any resource, and none of this one's.
    if (!spec || spec->shape.has_value() == field.selections.empty()) return true;
    path_.push_back('"' + std::string(field.response_key()) + '"');
    auto values = resolution_.values(*spec, field, object, group.below);
    const bool done = values ? put(group, object, *values, out, place)
                             : fail(std::move(values).error(), field.at);
    if (done) path_.pop_back();
    return done;
  }

  /// Applies the directives, in this order: @first, @slice, @flatten, @singleton.
  bool put(const Group& group, const Object& parent, Values& values, OutputObject& out,
           const Place& place) {
    const Selection& field = *group.field;
    if (field.directive("first") != nullptr && values.items.size() > 1) values.items.resize(1);
    std::vector<std::string> suffixes(values.items.size(), place.suffix);
    if (const auto path = slice_of(field, variables_)) {
      if (!add_suffixes(*path, parent, values, field, suffixes)) return false;
    }
    const bool is_flattened = field.directive("flatten") != nullptr;
    if (values.is_search && values.items.empty() && !is_flattened &&
        field.directive("singleton") == nullptr) {
      if (auto* slot = out.slot(std::string(field.response_key()) + place.suffix))
        slot->is_list = true, slot->type = values.type;
    }
    for (std::size_t i = 0; i < values.items.size(); ++i) {
      Item& item = values.items[i];
      if (values.repeats) path_.push_back(std::to_string(i));
      const Place below{suffixes[i], place.collates || values.repeats};
      const bool done =
          is_flattened ? item.json.empty() ? select(group.below, item.object, out, below) : true
                       : append(group, values, item, suffixes[i], out, place);
      if (!done) return false;
      if (values.repeats) path_.pop_back();
    }
    return true;
  }

  bool add_suffixes(std::string_view path, const Object& parent, const Values& values,
                    const Selection& field, std::vector<std::string>& suffixes) {
    std::vector<fhir::Element> elements;
    for (const Item& item : values.items) elements.push_back(item.object.element);
    const bool are_elements =
        std::all_of(elements.begin(), elements.end(),
                    [](const auto& element) { return element.value != nullptr; });
    if (!are_elements)
      return fail(Situation::malformed, IssueType::invalid, "@slice applies to elements only",
                  field.at);
    if (elements.empty()) return true;
    const Resource* holder =
        parent.resource != nullptr ? parent.resource : values.items.front().object.resource;
    auto names = resolution_.expressions().select(path, elements, holder->root);
    if (!names) return fail({std::move(names).error()}, field.at);
    for (std::size_t i = 0; i < names->size(); ++i) {
      if (!(*names)[i].empty()) suffixes[i].append(".").append((*names)[i]);
    }
    return true;
  }

  bool append(const Group& group, const Values& values, Item& item, const std::string& suffix,
              OutputObject& out, const Place& place) {
    const Selection& field = *group.field;
    const bool is_single = field.directive("singleton") != nullptr;
    OutputObject::Slot* slot = out.slot(std::string(field.response_key()) + suffix);
    if (slot == nullptr)
      return fail(Situation::by_type, IssueType::too_costly, "The answer would be too large",
                  field.at);
    const std::string key = slot->key;
    if (!slot->values.empty()) {
      // "all the collated children must have the same FHIR type. The server SHALL return an error
      // if they don't"
      if (slot->type != values.type)
        return fail(Situation::unprocessable, IssueType::processing,
                    "Values of different types come together under " + key, field.at);
      // "The server SHALL return an error if there is more than one value when flattening"
      if (!slot->is_list)
        return fail(Situation::unprocessable, IssueType::processing,
                    "There is more than one value for " + key, field.at);
    }
    slot->type = values.type;
    slot->is_list = !is_single && (values.repeats || place.collates);
    OutputValue value;
    if (!spend(key.size() + item.json.size() + 8, field.at)) return false;
    if (values.is_leaf || !item.json.empty()) {
      value.json = std::move(item.json);
    } else {
      value.object = std::make_unique<OutputObject>();
      if (!select(group.below, item.object, *value.object, {})) return false;
    }
    // Whatever was selected below went into an object of its own: the slot is where it was.
    slot->values.push_back(std::move(value));
    return true;
  }

  const Document& document_;
  const Variables& variables_;
  const Services& services_;
  const Schema& schema_;
  Resolution resolution_;
  Errors errors_;
  std::vector<std::string> path_;
  std::size_t values_ = 0;
  std::size_t bytes_ = 0;
  std::size_t steps_ = 0;
};

}  // namespace

fhir::Result<std::string, Errors> execute(const Document& document, const Operation& operation,
                                          const Variables& variables, const Services& services,
                                          const Address& focus) {
  Execution execution(document, variables, services);
  if (focus.type.empty()) return execution.run(operation);
  return execution.run(operation, execution.pool().read(focus));
}

fhir::Result<std::string, Errors> execute_over(const Document& document, const Operation& operation,
                                               const Variables& variables, const Services& services,
                                               std::string resource) {
  Execution execution(document, variables, services);
  return execution.run(operation, execution.pool().add(std::move(resource)));
}

}  // namespace server::graphql
