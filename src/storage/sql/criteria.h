// Compiles criteria into conditions, one file per search parameter type.
// https://hl7.org/fhir/R4/search.html#ptypes
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "fhir/base/result.h"
#include "src/search/query.h"
#include "src/storage/sql/catalog.h"
#include "src/storage/sql/condition.h"
#include "src/storage/sql/dialect.h"
#include "src/storage/sql/schema.h"

namespace server::storage::sql {

inline constexpr std::size_t k_alternatives_max = 500;  // values of one criterion
inline constexpr std::size_t k_expanded_max = 20'000;   // codes that a terminology made of them
inline constexpr std::size_t k_branches_max = 8;        // past it, one branch with IN
inline constexpr int k_chain_depth_max = 8;
inline constexpr int k_combination_depth_max = 40;        // of `and`, `or`, `not` in each other
inline constexpr std::size_t k_driver_branches_max = 64;  // of a combination: past it, a filter

/// For one query; numbers the tables' aliases.
class CriteriaCompiler {
 public:
  CriteriaCompiler(Catalog& catalog, const Dialect& dialect)
      : catalog_(catalog), dialect_(dialect) {}

  /// errors   not-supported: a modifier or a parameter that is not done · too-costly: limits above
  fhir::Result<Condition> compile(std::int64_t type, const search::Criterion& criterion);

 private:
  using Operand = search::Operand;
  using Criterion = search::Criterion;

  fhir::Result<Condition> compile_values(std::int64_t type, const Criterion& criterion);
  fhir::Result<Condition> compile_missing(std::int64_t type, const Criterion& criterion);
  fhir::Result<Condition> compile_tokens(std::int64_t param, const Criterion& criterion);
  fhir::Result<Condition> compile_compared_tokens(std::int64_t param, const Criterion& criterion);
  fhir::Result<Condition> compile_strings(std::int64_t param, const Criterion& criterion);
  fhir::Result<Condition> compile_dates(std::int64_t param, const Criterion& criterion);
  fhir::Result<Condition> compile_numbers(std::int64_t param, const Criterion& criterion);
  fhir::Result<Condition> compile_quantities(std::int64_t param, const Criterion& criterion);
  fhir::Result<Condition> compile_references(std::int64_t param, const Criterion& criterion);
  fhir::Result<Condition> compile_uris(std::int64_t param, const Criterion& criterion);
  fhir::Result<Condition> compile_composites(std::int64_t param, const Criterion& criterion);
  void match_component_id(SqlText& where, const std::string& column, const Operand& part);
  fhir::Result<Condition> compile_near(std::int64_t param, const Criterion& criterion);
  fhir::Result<Condition> compile_ids(std::int64_t type, const Criterion& criterion);
  fhir::Result<Condition> compile_set(std::int64_t type, const Criterion& criterion);
  fhir::Result<std::shared_ptr<const std::string>> names_of(const search::ResourceSet& set,
                                                            std::int64_t type);
  fhir::Result<Condition> compile_last_updated(std::int64_t type, const Criterion& criterion);
  fhir::Result<Condition> compile_texts(std::int64_t param, const Criterion& criterion);
  fhir::Result<Condition> compile_of_type(std::int64_t param, const Criterion& criterion);
  fhir::Result<Condition> compile_code_texts(std::int64_t param, const Criterion& criterion);
  fhir::Result<Condition> compile_media_types(std::int64_t param, const Criterion& criterion);
  Condition compile_nowhere(std::int64_t param);
  Branch versions_of_canonical(std::int64_t param, const std::string& canonical, bool is_below);
  fhir::Result<Condition> compile_hierarchy(std::int64_t param, const Criterion& criterion);
  fhir::Result<Condition> compile_full_text(std::int64_t type, const std::string& match);
  fhir::Result<Condition> compile_combination(std::int64_t type, const Criterion& criterion);
  Condition join_any(std::int64_t type, std::vector<Condition>& parts);
  Condition join_all(std::int64_t type, std::vector<Condition>& parts);
  Branch resource_branch(std::int64_t type);
  fhir::Result<Condition> compile_chain(std::int64_t type, const Criterion& criterion);
  fhir::Result<Condition> compile_reverse_chain(std::int64_t type, const Criterion& criterion);

  fhir::Result<void> add_ranges(Condition& condition, std::int64_t param, IndexKind kind,
                                const Criterion& criterion);
  fhir::Result<std::vector<std::int64_t>> targets(const Criterion& criterion,
                                                  const Operand& operand);

  /// A branch over an index table, its rows those of `param`.
  Branch branch(IndexKind kind, std::int64_t param);
  std::string alias() { return "t" + std::to_string(++aliases_); }

  Catalog& catalog_;
  const Dialect& dialect_;
  int aliases_ = 0;
  int links_ = 0;
  int combinations_ = 0;
};

fhir::Issue not_supported(const search::Criterion& criterion);
std::string alias_of(const Branch& branch);  // the alias of its only table

// The grammar of prefixes as conditions on columns; `ap` counts from `now_ms`.
SqlText date_condition(const std::string& low, const std::string& high,
                       const search::Operand& operand, std::int64_t now_ms);
SqlText number_condition(const std::string& low, const std::string& high,
                         const search::Operand& operand);
/// `folded` begins with the prefix.
SqlText prefix_condition(const std::string& column, const std::string& prefix);

/// A text against one of those that `_filter` compares with.
SqlText compared_text(const Dialect& dialect, const std::string& column, search::Prefix operation,
                      const std::string& text);

/// The span of `ap`.
struct Span {
  std::int64_t low, high;
};
Span approximate(const search::Operand& operand, std::int64_t now_ms);

}  // namespace server::storage::sql
