// What one resource puts into the search index: values only, no SQL. Made by the extractor before
// the write, stored by the store, matched by queries. https://hl7.org/fhir/R4/search.html
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "fhir/definitions/search_parameter.h"

namespace server::search {

/// The parameter that a row belongs to; lives as long as the definitions snapshot.
using Parameter = const fhir::SearchParameter*;

/// Also the identifier of a reference, under the reference's parameter, for :identifier.
struct TokenRow {
  Parameter parameter;
  std::string system;  // empty: none is known; of a code: that of its required binding
  std::string code;    // as written; the query decides on case; may be empty
};

/// The text that stands beside a token, for :text: CodeableConcept.text, Coding.display or
/// Identifier.type.text.
struct TextRow {
  Parameter parameter;
  std::string folded;  // fold()
};

struct StringRow {
  Parameter parameter;
  std::string folded;  // fold_string(): what default matching compares
  std::string exact;   // as written, for :exact; empty: a part of a family name
};

/// Half-open [low, high) in UTC milliseconds; an open end is the least or greatest int64.
struct DateRow {
  Parameter parameter;
  std::int64_t low;
  std::int64_t high;
};

/// [low, high], equal for a single value: only what is asked has an implicit precision, so that gt5
/// does not find 5.0. A Range has two ends; an open one is infinite.
struct NumberRow {
  Parameter parameter;
  double low;
  double high;
};

/// low, high as in NumberRow; a comparator opens one side. A unit printed otherwise than its code
/// is a second row without a system, for `||unit`; a UCUM unit has a row in base units, under the
/// system k_canonical_units (canonical_unit.h).
struct QuantityRow {
  Parameter parameter;
  std::string system;  // of the unit; empty when absent
  std::string code;    // the unit's code, or its printed unit when it has no code
  double low;
  double high;
};

/// A reference to a resource of this server by type and id, whether it exists or not; or, by an id
/// that begins with `#`, to one that the same resource contains. `#` alone is the container.
struct ReferenceRow {
  Parameter parameter;
  std::string type;
  std::string id;
};

/// A uri, or a reference that is none of ours (absolute, canonical, urn:); matched whole. A
/// canonical with a version is indexed without it too.
struct UriRow {
  Parameter parameter;
  std::string value;
};

/// One row per pairing of component values, each component reduced to what it is matched by. Also,
/// under a token's parameter, an identifier's value and one coding of its type, for :of-type. And,
/// under `near`, a place: the cell (position.h) with latitude and longitude, then x and y, then z,
/// of the point of the sphere.
struct CompositeRow {
  struct Part {
    std::string system;  // token, quantity
    std::string text;    // token code, folded string, uri, `Type/id`, quantity unit
    double low = 0;      // quantity, number; dates in milliseconds
    double high = 0;
  };
  Parameter parameter;
  std::vector<Part> parts;  // two or three, in the order of the definition's components
};

struct ContainedRows;

struct IndexRows {
  std::vector<TokenRow> tokens;
  std::vector<TextRow> texts;
  std::vector<StringRow> strings;
  std::vector<DateRow> dates;
  std::vector<NumberRow> numbers;
  std::vector<QuantityRow> quantities;
  std::vector<ReferenceRow> references;
  std::vector<UriRow> uris;
  std::vector<CompositeRow> composites;
  std::vector<ContainedRows> contained;  // of the resource itself; those contain none
};

/// What a contained resource is found by: https://hl7.org/fhir/R4/search.html#contained
struct ContainedRows {
  std::string type;
  std::string id;  // within its container, without `#`
  IndexRows rows;
};

}  // namespace server::search
