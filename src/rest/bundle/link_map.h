// Where the links of a transaction lead once its entries have their ids.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "fhir/base/arena.h"
#include "src/rest/context.h"
#include "src/rest/references.h"

namespace server::rest {

class LinkMap {
 public:
  /// The version that `Type/id` has once the transaction is done; nothing when it has none.
  using VersionAfter =
      std::function<std::optional<std::int64_t>(std::string_view type, std::string_view id)>;

  /// call   outlives the map; conditional references are searched with it
  LinkMap(const Call& call, fhir::Arena& arena, VersionAfter version_after)
      : call_(call), arena_(arena), version_after_(std::move(version_after)) {}

  /// A fullUrl leads to `Type/id`.
  ///
  /// sent_version   meta.versionId of the entry's resource: which version references to it name
  void add(std::string_view full_url, std::string_view type, std::string_view id,
           std::string_view sent_version);

  /// What a link in an entry becomes (https://hl7.org/fhir/R4/bundle.html#references).
  /// entry_url   fullUrl of the entry that holds the link: relative links start there
  std::optional<std::string_view> target(std::string_view link, LinkKind kind,
                                         std::string_view entry_url);

  /// The first conditional reference that found not exactly one resource.
  const std::optional<fhir::Issue>& problem() const { return problem_; }

 private:
  struct Entry {
    std::string_view target;        // `Type/id`
    std::string_view sent_version;  // may be empty
  };

  const Entry* entry_of(std::string_view link, LinkKind kind, std::string_view entry_url) const;
  std::optional<std::string_view> with_version(std::string_view target);
  std::optional<std::string_view> conditional(std::string_view link);

  const Call& call_;
  fhir::Arena& arena_;
  const VersionAfter version_after_;
  std::unordered_map<std::string_view, Entry> targets_;
  std::unordered_map<std::string_view, std::string_view> conditional_;
  std::optional<fhir::Issue> problem_;
};

}  // namespace server::rest
