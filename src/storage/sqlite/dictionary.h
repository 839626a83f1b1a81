// The names that the database knows by small integers, and how many resources each type has.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "fhir/base/result.h"

namespace server::storage::sqlite {

class Connection;

struct TextHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const {
    return std::hash<std::string_view>{}(text);
  }
};
template <class T>
using TextMap = std::unordered_map<std::string, T, TextHash, std::equal_to<>>;

/// What a type's counters are or change by.
struct TypeCounts {
  std::int64_t live = 0;
  std::int64_t versions = 0;
};

/// Names that a transaction added and counters that it changed.
struct Additions {
  TextMap<std::int64_t> types;
  std::unordered_map<std::int64_t, TextMap<std::int64_t>> parameters;  // type → url → param
  TextMap<std::int64_t> systems;
  std::map<std::int64_t, TypeCounts> counts;  // type → change

  bool has_names() const { return !types.empty() || !parameters.empty() || !systems.empty(); }
  /// Takes over what `other` has.
  void merge(Additions&& other);
};

/// Names that are committed, or are about to be. Thread-safe.
class Dictionary {
 public:
  /// Reads the tables; before any other thread has this object.
  fhir::Result<void> load(Connection& connection);

  std::optional<std::int64_t> type(std::string_view name) const;
  std::string type_name(std::int64_t type) const;
  std::vector<std::int64_t> types() const;
  /// Those of contained resources (contained_name.h), which are among the types too.
  std::vector<std::int64_t> contained_types() const;
  std::optional<std::int64_t> parameter(std::int64_t type, std::string_view url) const;
  std::vector<std::int64_t> parameters(std::int64_t type) const;
  /// Absent: perhaps only in the table, when there are more than k_systems_cached_max.
  std::optional<std::int64_t> system(std::string_view uri) const;
  bool has_all_systems() const;

  TypeCounts counts(std::int64_t type) const;
  std::vector<std::pair<std::string, TypeCounts>> counts() const;

  /// Before COMMIT: whoever sees the rows then knows their names.
  void publish_names(const Additions& additions);
  /// After a COMMIT that failed. No row ever has these numbers.
  void retract_names(const Additions& additions);
  /// After COMMIT.
  void publish_counts(const Additions& additions);

  /// The greatest numbers in use, for whoever adds.
  struct Greatest {
    std::int64_t type = 0, parameter = 0, system = 0;
  };
  Greatest greatest() const { return greatest_; }  // as loaded

  static constexpr std::size_t k_systems_cached_max = 100'000;

 private:
  mutable std::shared_mutex mutex_;
  TextMap<std::int64_t> types_;
  std::unordered_map<std::int64_t, std::string> type_names_;
  std::unordered_map<std::int64_t, TextMap<std::int64_t>> parameters_;
  TextMap<std::int64_t> systems_;
  bool has_all_systems_ = true;
  std::map<std::int64_t, TypeCounts> counts_;
  Greatest greatest_;
};

}  // namespace server::storage::sqlite
