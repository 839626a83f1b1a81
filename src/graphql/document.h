// A GraphQL document as it was written, after parsing and before anything is known of types.
// https://spec.graphql.org/June2018/#sec-Language
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "src/graphql/error.h"

namespace server::graphql {

enum class ValueKind : std::uint8_t {
  null,
  boolean,
  integer,
  real,
  string,
  enumeration,
  variable,
  list,
  object
};

struct Value {
  ValueKind kind = ValueKind::null;
  std::string text;                // of a scalar; name of a variable or an enumeration's value
  std::vector<Value> items;        // of a list or object
  std::vector<std::string> names;  // of an object's members, one for each item
  Location at;

  bool is_scalar() const {
    return kind != ValueKind::null && kind != ValueKind::list && kind != ValueKind::object;
  }
};

/// Whether both say the same, wherever they stand.
bool is_same(const Value& a, const Value& b);

struct Argument {
  std::string name;
  Value value;
  Location at;
};

struct Directive {
  std::string name;
  std::vector<Argument> arguments;
  Location at;
};

enum class SelectionKind : std::uint8_t { field, spread, inline_fragment };

struct Selection {
  SelectionKind kind = SelectionKind::field;
  std::string alias;  // of a field; empty: none
  std::string name;   // of the field or fragment; an inline fragment's type, empty: none
  std::vector<Argument> arguments;
  std::vector<Directive> directives;
  std::vector<Selection> selections;  // empty: a leaf
  Location at;

  std::string_view response_key() const { return alias.empty() ? name : alias; }
  const Argument* argument(std::string_view wanted) const;
  const Directive* directive(std::string_view wanted) const;
};

const Argument* find_argument(const std::vector<Argument>& arguments, std::string_view name);

struct Fragment {
  std::string name;
  std::string type;
  std::vector<Directive> directives;
  std::vector<Selection> selections;
  Location at;
};

struct VariableType {
  std::string name;                // empty: a list
  std::vector<VariableType> item;  // of a list: one
  bool non_null = false;
};

struct VariableDefinition {
  std::string name;
  VariableType type;
  std::optional<Value> default_value;
  Location at;
};

enum class OperationKind : std::uint8_t { query, mutation, subscription };

struct Operation {
  OperationKind kind = OperationKind::query;
  std::string name;  // empty: anonymous
  std::vector<VariableDefinition> variables;
  std::vector<Directive> directives;
  std::vector<Selection> selections;
  Location at;
};

struct Document {
  std::vector<Operation> operations;
  std::vector<Fragment> fragments;

  const Fragment* fragment(std::string_view name) const;
};

}  // namespace server::graphql
