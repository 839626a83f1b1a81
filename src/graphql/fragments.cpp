#include "src/graphql/fragments.h"

#include <map>
#include <set>

#include "src/graphql/limits.h"

namespace server::graphql {
namespace {

using fhir::IssueType;

/// Calls visit(selection) for each selection in the text of a set.
template <class Visit>
void for_each_selection(const std::vector<Selection>& selections, const Visit& visit) {
  for (const Selection& selection : selections) {
    visit(selection);
    for_each_selection(selection.selections, visit);
  }
}

/// How deep the selections of a fragment go, with those it spreads.
class Depths {
 public:
  Depths(const Document& document, Errors& errors) : document_(document), errors_(errors) {}

  std::size_t of(const std::vector<Selection>& selections) {
    std::size_t depth = 0;
    for (const Selection& selection : selections) {
      std::size_t below = 0;
      if (selection.kind == SelectionKind::spread) {
        if (const Fragment* fragment = document_.fragment(selection.name))
          below = of(*fragment, selection.at);
      } else {
        below = of(selection.selections);
      }
      depth = std::max(depth, below + 1);
    }
    return depth;
  }

 private:
  std::size_t of(const Fragment& fragment, Location at) {
    // Too deep already, whatever comes below: a document of many fragments fills no stack.
    if (open_ > k_selection_depth_max) return 1;
    const auto [found, is_new] = known_.emplace(&fragment, k_open);
    if (is_new) {
      ++open_;
      const std::size_t depth = of(fragment.selections);
      --open_;
      known_[&fragment] = depth;
      return depth;
    }
    if (found->second != k_open) return found->second;
    errors_.push_back(document_error(IssueType::invalid,
                                     "Fragment " + fragment.name + " is spread within itself", at));
    return 0;
  }

  static constexpr std::size_t k_open = static_cast<std::size_t>(-1);
  const Document& document_;
  Errors& errors_;
  std::map<const Fragment*, std::size_t> known_;
  std::size_t open_ = 0;  // fragments in each other
};

void check_names(const Document& document, const Schema& schema, Errors& errors) {
  std::set<std::string_view> names;
  for (const Fragment& fragment : document.fragments) {
    if (!names.insert(fragment.name).second)
      errors.push_back(document_error(IssueType::invalid,
                                      "Two fragments have the name " + fragment.name, fragment.at));
    if (!schema.knows_type(fragment.type))
      errors.push_back(document_error(IssueType::not_supported, "There is no type " + fragment.type,
                                      fragment.at));
    for (const Directive& directive : fragment.directives)
      errors.push_back(document_error(IssueType::invalid,
                                      "No directive applies to the definition of a fragment",
                                      directive.at));
  }
}

/// Calls visit(value) for each value of the arguments, those inside lists and objects too.
template <class Visit>
void for_each_value(const Value& value, const Visit& visit) {
  visit(value);
  for (const Value& item : value.items) for_each_value(item, visit);
}

}  // namespace

Errors check_fragments(const Document& document, const Schema& schema) {
  Errors errors;
  check_names(document, schema, errors);
  std::set<std::string_view> used;
  const auto note = [&](const Selection& selection) {
    if (selection.kind != SelectionKind::spread) return;
    used.insert(selection.name);
    if (document.fragment(selection.name) == nullptr)
      errors.push_back(document_error(IssueType::not_found,
                                      "There is no fragment " + selection.name, selection.at));
  };
  Depths depths(document, errors);
  std::size_t depth = 0;
  for (const Operation& operation : document.operations) {
    for_each_selection(operation.selections, note);
    depth = std::max(depth, depths.of(operation.selections));
  }
  for (const Fragment& fragment : document.fragments) {
    for_each_selection(fragment.selections, note);
    depth = std::max(depth, depths.of(fragment.selections));
  }
  for (const Fragment& fragment : document.fragments) {
    if (!used.contains(fragment.name))
      errors.push_back(document_error(IssueType::invalid,
                                      "Nothing uses the fragment " + fragment.name, fragment.at));
  }
  if (depth > k_selection_depth_max)
    errors.push_back(
        document_error(IssueType::too_costly, "The selections go too deep", Location{1, 1}));
  if (errors.size() > k_errors_max) errors.resize(k_errors_max);
  return errors;
}

void check_variables(const Document& document, const Operation& operation, const Report& report) {
  std::set<std::string_view> declared, used;
  for (const VariableDefinition& variable : operation.variables) declared.insert(variable.name);
  std::set<const Fragment*> fragments;
  const auto note_arguments = [&](const std::vector<Argument>& arguments) {
    for (const Argument& argument : arguments) {
      for_each_value(argument.value, [&](const Value& value) {
        if (value.kind != ValueKind::variable) return;
        used.insert(value.text);
        if (!declared.contains(value.text))
          report(IssueType::invalid, "The operation declares no variable $" + value.text, value.at);
      });
    }
  };
  std::vector<const std::vector<Selection>*> open{&operation.selections};
  while (!open.empty()) {
    const auto& selections = *open.back();
    open.pop_back();
    for_each_selection(selections, [&](const Selection& selection) {
      note_arguments(selection.arguments);
      for (const Directive& directive : selection.directives) note_arguments(directive.arguments);
      if (selection.kind != SelectionKind::spread) return;
      const Fragment* fragment = document.fragment(selection.name);
      if (fragment != nullptr && fragments.insert(fragment).second)
        open.push_back(&fragment->selections);
    });
  }
  for (const VariableDefinition& variable : operation.variables) {
    if (!used.contains(variable.name))
      report(IssueType::invalid, "Nothing uses the variable $" + variable.name, variable.at);
  }
}

}  // namespace server::graphql
