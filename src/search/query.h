// A search as a value: what was asked, resolved against the definitions, before any SQL.
// https://hl7.org/fhir/R4/search.html
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "fhir/base/issue.h"
#include "fhir/base/result.h"
#include "fhir/definitions/search_parameter.h"
#include "src/search/index_rows.h"

namespace server::search {

enum class Modifier : std::uint8_t {
  none,
  missing,
  exact,
  contains,
  text,
  not_,
  in,
  not_in,
  above,
  below,
  of_type,
  identifier,
  type,
  code_text,      // R5's: the code itself as a string
  text_advanced,  // R5's: words of the text
  /// No client's: what `_filter` asks of strings, tokens and uris, whose operands' prefix then
  /// counts.
  compared,
  /// No client's: a reference to what is not there, or not any more.
  nowhere
};

/// Those after ap are no prefixes but operators of `_filter`: contains, starts with, ends with,
/// overlaps the period.
enum class Prefix : std::uint8_t { eq, ne, gt, lt, ge, le, sa, eb, ap, co, sw, ew, po };

/// One alternative of a parameter's value, parsed by the parameter's type. Ranges are those of the
/// value as written; what `ap` adds to dates is for the store, which has the clock. A quantity with
/// a UCUM unit is asked for in base units, under the system k_canonical_units (canonical_unit.h).
struct Operand {
  Prefix prefix = Prefix::eq;
  // token: `code`, `system|code`, `|code`, `system|`
  bool has_system = false;  // a `|` was given
  std::string system;
  std::string code;                        // token code, quantity unit
  std::string text;                        // string: as written; uri; absolute reference
  std::string folded;                      // string: fold_string(text)
  std::int64_t low = 0, high = 0;          // date: [low, high) of the value as written
  double number_low = 0, number_high = 0;  // number, quantity: by implicit precision
  double number = 0;                       // number, quantity: the value itself
  double tolerance = 0;                    // number, quantity: what `ap` allows on either side
  // near: number_low and number_high are latitude and longitude, tolerance the distance in km
  std::string type, id;        // reference to one of ours; type empty when only an id was given
  bool missing = false;        // :missing=true
  std::vector<Operand> parts;  // composite
};

/// What the parts of a criterion are to each other.
enum class Combination : std::uint8_t { none, all, any, negation };

/// A parameter by which resources of a type stand below others of the same type: Location.partOf.
struct HierarchyLink {
  std::string type;
  const fhir::SearchParameter* parameter = nullptr;
};

class ResourceSet;

/// One search parameter of the URL: its alternatives are ORed, criteria are ANDed. Or a combination
/// of criteria: `_filter`, a compartment, a chain that may lead to several types.
struct Criterion {
  const fhir::SearchParameter* parameter = nullptr;
  Modifier modifier = Modifier::none;
  std::string target_type;  // Modifier::type, or the type named in a chain
  std::vector<Operand> alternatives;
  std::unique_ptr<Criterion> chained;          // subject.name=…: matched on the target
  std::unique_ptr<Criterion> reverse_chained;  // _has: matched on the resource that points here
  std::vector<HierarchyLink> hierarchy;        // of Modifier::above and below on a reference
  bool is_expanded = false;  // the alternatives are what a terminology made of a value
  /// No client's: what is asked for, by _id or a reference (resource_set.h), but for the
  /// alternatives.
  std::shared_ptr<const ResourceSet> set;
  Combination combination = Combination::none;
  std::vector<Criterion> parts;  // of a combination; parameter is null then
};

struct SortKey {
  const fhir::SearchParameter* parameter = nullptr;
  bool descending = false;
};

struct Include {
  std::string source_type;
  const fhir::SearchParameter* parameter = nullptr;  // null: every reference parameter (`*`)
  std::string target_type;                           // empty: any
  bool iterate = false;
  bool reverse = false;
};

/// Which resources a search finds: those that stand by themselves, those within others, or both.
enum class Contained : std::uint8_t { no, only, both };
/// What stands for a contained resource in the answer.
enum class ContainedType : std::uint8_t { container, contained };

/// Of `_elements`: at the top of a resource.
struct ElementName {
  std::string type;  // empty: of every match
  std::string name;
};

enum class Total : std::uint8_t { none, estimate, accurate };
enum class Summary : std::uint8_t { none, true_, text, data, count };

/// Makes the index rows of a stored body.
using IndexOf = std::function<fhir::Result<IndexRows>(std::string_view)>;

struct Query {
  std::string resource_type;
  std::vector<Criterion> criteria;
  std::vector<SortKey> sort;
  std::vector<Include> includes;
  std::uint32_t count = 50;  // matches on a page
  Total total = Total::none;
  Summary summary = Summary::none;
  std::vector<ElementName> elements;
  std::optional<std::uint32_t> results_max;  // _maxresults: of all pages
  /// A search of several types, each with the criteria as they apply to it; `criteria` and
  /// `resource_type` of this query are empty then, the rest is common to all.
  std::vector<Query> types;
  Contained contained = Contained::no;  // of one type: never both, which is two of `types`
  ContainedType contained_type = ContainedType::container;
  bool is_full_text = false;  // whether a criterion asks for _text or _content
  bool explain = false;       // how it is answered is part of the answer
  /// Further pages are those of the moment of the first one if this is set: what changed since is
  /// indexed again as it was. Else what changes meanwhile is found as it is.
  IndexOf index_of;
  /// What Reader::moment() gave: the first page, too, is that of then. Needs `index_of`, and takes
  /// no sort. A page of it may have fewer matches than asked for, or none, though others follow.
  std::string moment;
  /// Where the page begins: what the store gave with the page before; empty at the first.
  std::string cursor;
  /// name=value pairs that were used, in order, percent-encoded: the self link.
  std::string self;
  /// What lenient handling passed over, as warnings.
  std::vector<fhir::Issue> warnings;
};

}  // namespace server::search
