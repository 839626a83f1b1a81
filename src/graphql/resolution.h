// From a field to its values: elements of resources, what references lead to, searches.
#pragma once

#include <memory>
#include <vector>

#include "src/graphql/arguments.h"
#include "src/graphql/executor.h"
#include "src/graphql/introspection.h"
#include "src/graphql/list_expressions.h"
#include "src/graphql/paging.h"
#include "src/graphql/pool.h"

namespace server::graphql {

struct Edge {
  const Resource* resource;
  std::optional<double> score;
};

/// A page of a search.
struct Connection {
  PageStart start;
  std::vector<Edge> matches;
  std::optional<std::uint64_t> total;
  std::string next;  // of the source
};

/// A value with fields.
struct Object {
  Shape shape;
  fhir::Element element;               // of an object
  const Resource* resource = nullptr;  // that holds the element; an edge's match
  std::shared_ptr<const Connection> connection;
  std::optional<double> score;             // of an edge
  std::shared_ptr<const MetaNode> meta;    // of introspection
  std::shared_ptr<const Written> written;  // of what came of a mutation
};

struct Item {
  Object object;
  std::string json;  // of a leaf
};

/// The values of a field before its directives.
struct Values {
  std::vector<Item> items;
  bool is_leaf = false;
  bool repeats = false;
  bool is_search = false;  // an empty list is an answer, and no element that is not there
  std::string_view type;   // of the values; views into the definitions or constants
};

/// A leaf of that JSON; none when it is empty.
Values leaf(std::string json, std::string_view type);

/// As a JSON string.
std::string quoted(std::string_view text);

class Resolution {
 public:
  Resolution(const Variables& variables, const Services& services)
      : variables_(variables),
        services_(services),
        schema_(*services.schema),
        pool_(*services.source, services.schema->definitions()),
        expressions_(services) {}

  Pool& pool() { return pool_; }
  ListExpressions& expressions() { return expressions_; }

  /// below   the selections of the field, of all that are merged with it
  fhir::Result<Values, Issues> values(const FieldSpec& spec, const Selection& field,
                                      const Object& parent,
                                      const std::vector<const std::vector<Selection>*>& below);

 private:
  using Result = fhir::Result<Values, Issues>;

  Result elements(const FieldSpec& spec, const Selection& field, const Object& parent);
  Result siblings(const FieldSpec& spec, const Object& parent);
  Result target(const Selection& field, const Object& parent);
  ResourceResult target_of(std::string_view reference);
  Result one(const FieldSpec& spec, const Selection& field);
  Result list(const FieldSpec& spec, const Selection& field, std::string_view focus);
  Result connection(const FieldSpec& spec, const Selection& field, std::string_view focus,
                    bool wants_total);
  fhir::Result<PageStart, Issues> start_of(const FieldSpec& spec, const Selection& field,
                                           std::string_view focus);
  Result meta(const FieldSpec& spec, const Selection& field, const Object& parent);
  Result change(const FieldSpec& spec, const Selection& field);
  Result written_member(std::string_view name, const Object& parent);
  Result connection_member(std::string_view name, const Object& parent);
  fhir::Result<void, Issues> pick(const Selection& field, Values& values, const Object& parent);
  fhir::Result<bool, Issues> fits(std::string_view condition, const Resource& resource);
  Item item_of(const Resource& resource) const;

  const Variables& variables_;
  const Services& services_;
  const Schema& schema_;
  Pool pool_;
  ListExpressions expressions_;
  std::optional<Introspection> introspection_;  // made when it is first asked for
};

}  // namespace server::graphql
