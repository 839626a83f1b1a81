// Under which names a Consent may mean somebody, found by following who belongs to whom.
#pragma once

#include <cstdint>
#include <limits>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "src/consent/membership.h"

namespace server::consent {

/// Names in order, each once.
struct Names {
  std::vector<std::string> certain;
  std::vector<std::string> possible;                                   // further ones
  std::int64_t changes_at = std::numeric_limits<std::int64_t>::max();  // UTC ms
};

/// The links of many resources. Not thread-safe.
class Members {
 public:
  /// In place of what the resource said before.
  void put(const std::string& source, Membership membership);
  bool has(const std::string& source) const { return known_.contains(source); }

  /// Of who has these names: those too, and all that follow. Who acts in a role of theirs has not
  /// the names of their other roles.
  Names names_of(const std::vector<std::string>& names, std::int64_t now_ms) const;

 private:
  struct Known {
    std::vector<std::string> from;  // what its links begin at
    bool is_unclear = false;
  };
  struct Onward {
    std::string source, to;
    fhir::Instants period;
    bool is_doubtful = false;
  };
  void forget(const std::string& source);

  std::unordered_map<std::string, Known> known_;  // by resource
  std::unordered_map<std::string, std::vector<Onward>> onward_;
  std::set<std::string> unclear_;
};

}  // namespace server::consent
