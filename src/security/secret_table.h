// Secrets as keys of a table in memory: found without telling by the time it takes how near a guess
// was, and cheaper than by their digests.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>

#include "src/security/secrets.h"

namespace server::security {

/// Under a seed that this process drew: nobody else can tell which secrets meet in a bucket. Of 64
/// bits.
struct SecretHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view secret) const;
};

struct SecretEqual {
  using is_transparent = void;
  bool operator()(std::string_view a, std::string_view b) const {
    return equal_in_constant_time(a, b);
  }
};

template <class T>
using SecretTable = std::unordered_map<std::string, T, SecretHash, SecretEqual>;

}  // namespace server::security
