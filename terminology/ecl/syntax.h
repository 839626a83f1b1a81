// An expression constraint as it was read: brief and long syntax give the same.
// https://docs.snomed.org/snomed-ct-specifications/snomed-ct-expression-constraint-language
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "terminology/ecl/substrate.h"

namespace terminology::ecl {

struct Expression;
struct SubExpression;

enum class Operator : std::uint8_t {
  none,
  descendant_of,
  descendant_or_self_of,
  child_of,
  child_or_self_of,
  ancestor_of,
  ancestor_or_self_of,
  parent_of,
  parent_or_self_of,
  top,
  bottom
};

enum class Comparison : std::uint8_t {
  equal,
  not_equal,
  less,
  less_or_equal,
  greater,
  greater_or_equal
};

enum class Junction : std::uint8_t { conjunction, disjunction };

/// A quoted text to search for: words by their beginnings in any order, or a whole term with `*`
/// for any characters.
struct SearchTerm {
  enum class Kind : std::uint8_t {
    unsaid,
    match,
    wild
  };  // unsaid: match, where terms are searched

  Kind kind = Kind::unsaid;
  std::string text;                // without quotes and escapes
  std::vector<std::string> parts;  // match: the words; wild: what stands between the asterisks
};

/// A language reference set by alias, or by concept; with the acceptabilities that count.
struct Dialect {
  std::string alias;                   // empty: by id
  SctId id = 0;                        // 0: the criterion's expression says which
  std::vector<SctId> acceptabilities;  // empty: any
  std::size_t at = 0;
};

/// One condition of a filter.
struct Criterion {
  enum class Kind : std::uint8_t {
    term,               // terms
    language,           // words
    type,               // ids, or expression
    dialect,            // dialects; expression when their id is 0
    module,             // ids, or expression
    effective_time,     // times
    active,             // flag; none: any
    description_id,     // ids
    definition_status,  // ids, or expression
    field               // field, and one of: expression, number, terms, flag
  };

  Kind kind = Kind::term;
  Comparison comparison = Comparison::equal;
  std::size_t at = 0;  // position in the text, in bytes
  std::vector<SearchTerm> terms;
  std::vector<std::string> words;
  std::vector<SctId> ids;
  std::vector<Dialect> dialects;
  std::vector<EffectiveTime> times;
  std::unique_ptr<SubExpression> expression;
  std::optional<bool> flag;
  std::string field;
  std::string number;
};

struct Filter {
  enum class Kind : std::uint8_t { description, of_concept, member };

  Kind kind = Kind::description;
  std::vector<Criterion> criteria;  // all hold for one and the same description, or member
};

struct HistorySupplement {
  enum class Profile : std::uint8_t { minimum, moderate, maximum, subset };

  Profile profile = Profile::maximum;
  std::unique_ptr<Expression> subset;  // the association reference sets
};

/// Operator, memberOf and focus, then filters and supplement: applied from the inside out.
struct SubExpression {
  enum class Focus : std::uint8_t { id, any, alternate, nested };

  Operator op = Operator::none;
  bool is_member_of = false;
  bool all_fields = false;          // ^ [*]
  std::vector<std::string> fields;  // ^ [a, b]; empty: referencedComponentId
  Focus focus = Focus::id;
  SctId id = 0;
  std::string scheme, code;  // of an alternate identifier
  std::unique_ptr<Expression> nested;
  std::vector<Filter> filters;  // in the order they are applied
  std::optional<HistorySupplement> history;
  std::size_t at = 0;
};

struct Cardinality {
  static constexpr std::uint32_t k_many = std::numeric_limits<std::uint32_t>::max();

  std::uint32_t min = 1;
  std::uint32_t max = k_many;

  bool allows(std::uint32_t count) const { return count >= min && (max == k_many || count <= max); }
};

struct Attribute {
  enum class Value : std::uint8_t { expression, number, terms, boolean };

  bool is_reversed = false;
  SubExpression name;
  Comparison comparison = Comparison::equal;
  Value kind = Value::expression;
  std::unique_ptr<SubExpression> expression;
  std::string number;
  std::vector<SearchTerm> terms;
  bool flag = false;
};

struct Refinement {
  enum class Kind : std::uint8_t { attribute, group, conjunction, disjunction };

  Kind kind = Kind::attribute;
  Cardinality cardinality;               // of an attribute or group
  std::unique_ptr<Attribute> attribute;  // of kind attribute
  std::vector<Refinement> parts;         // a group has one
};

struct Expression {
  enum class Kind : std::uint8_t { single, conjunction, disjunction, exclusion, refined, dotted };

  Kind kind = Kind::single;
  std::vector<SubExpression> operands;  // dotted: the first, then attribute names
  std::unique_ptr<Refinement> refinement;
};

}  // namespace terminology::ecl
