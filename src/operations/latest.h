// The newest few of each kind of observation, kept while they pass by.
// https://hl7.org/fhir/R4/observation-operation-lastn.html
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace server::operations {

/// Observations that share a code, directly or through others, are of one group. A group keeps its
/// newest `max` and those that tie with the last of them; one without a time is older than any, and
/// ties with none.
class LatestByCode {
 public:
  explicit LatestByCode(std::size_t max) : max_(max) {}

  struct Kept {
    std::size_t number = 0;  // as given to add()
    std::optional<std::int64_t> time_ms;
  };

  /// codes    `system|code` of each coding, or the text; none: a group of its own for those
  void add(std::size_t number, const std::vector<std::string>& codes,
           std::optional<std::int64_t> time_ms);

  /// Groups in the order of their newest, each newest first.
  std::vector<std::vector<Kept>> groups() const;

 private:
  std::size_t root(std::size_t group);
  void trim(std::vector<Kept>& group) const;

  std::size_t max_;
  std::map<std::string, std::size_t> group_of_;  // by code
  std::vector<std::size_t> parents_;             // of groups that were joined
  std::vector<std::vector<Kept>> groups_;        // each newest first
};

}  // namespace server::operations
