// The search parameters of a store, by type and code and by url. Immutable.
// https://hl7.org/fhir/R4/searchparameter.html
#pragma once

#include <memory>
#include <span>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "fhir/base/arena.h"
#include "fhir/base/result.h"
#include "fhir/definitions/definition_store.h"
#include "fhir/definitions/string_pool.h"

namespace fhir::definitions {

class ParameterTable {
 public:
  /// store   holds the SearchParameter records; asked for types only while this runs
  /// errors  invalid: a parameter of a type that R4 does not know
  static Result<std::shared_ptr<const ParameterTable>> make(const DefinitionStore& store);

  /// What `base` holds with the parameters over it that were added to `store`. Those that cannot be
  /// read are left out.
  ///
  /// base   from make(); lives as long as this
  static std::shared_ptr<const ParameterTable> over(const ParameterTable& base,
                                                    const DefinitionStore& store,
                                                    std::span<const std::string_view> added_urls);

  std::span<const SearchParameter> all() const { return parameters_; }
  /// In the order of their codes. Where several parameters claim a code, the one loaded first has
  /// it: what is indexed under it stays what it was.
  std::span<const SearchParameter* const> of(std::string_view resource_type) const;
  const SearchParameter* find(std::string_view resource_type, std::string_view code) const;
  const SearchParameter* by_url(std::string_view canonical) const;

 private:
  ParameterTable() : pool_(arena_) {}
  void append(SearchParameter parameter);
  void list(const SearchParameter& parameter, const DefinitionStore& store);
  void unlist(const SearchParameter& parameter);

  Arena arena_{1024};
  StringPool pool_;
  std::vector<SearchParameter> parameters_;
  std::unordered_map<std::string_view, std::uint32_t> by_url_;
  std::unordered_map<std::string_view, std::vector<const SearchParameter*>> of_type_;
};

}  // namespace fhir::definitions
