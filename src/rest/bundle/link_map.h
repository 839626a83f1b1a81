// Where the links of a transaction lead once its entries have their ids.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "fhir/base/arena.h"
#include "src/rest/context.h"

namespace server::rest {

class LinkMap {
 public:
  /// call   outlives the map; conditional references are searched with it
  LinkMap(const Call& call, fhir::Arena& arena) : call_(call), arena_(arena) {}

  /// A fullUrl leads to `Type/id`.
  void add(std::string_view full_url, std::string_view type, std::string_view id);

  /// What a link in an entry becomes (https://hl7.org/fhir/R4/bundle.html#references).
  /// entry_url   fullUrl of the entry that holds the link: relative links start there
  std::optional<std::string_view> target(std::string_view link, bool is_reference,
                                         std::string_view entry_url);

  /// The first conditional reference that found not exactly one resource.
  const std::optional<fhir::Issue>& problem() const { return problem_; }

 private:
  std::optional<std::string_view> conditional(std::string_view link);

  const Call& call_;
  fhir::Arena& arena_;
  std::unordered_map<std::string_view, std::string_view> targets_;
  std::unordered_map<std::string_view, std::string_view> conditional_;
  std::optional<fhir::Issue> problem_;
};

}  // namespace server::rest
