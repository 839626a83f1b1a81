// What a reader may be able to tell beside resources: the codes that index rows hold. A search by a
// value set of a million codes asks which of them anybody has used.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/base/result.h"

namespace server::storage {

inline constexpr std::size_t k_codes_in_use_max = 200'000;  // of one search parameter

/// Implemented by readers.
class CodesInUse {
 public:
  virtual ~CodesInUse() = default;
  /// The codes that tokens have under a search parameter, of whatever type and system, each once.
  ///
  /// parameter   url of the SearchParameter
  /// errors      too-costly: there are more than k_codes_in_use_max · timeout
  virtual fhir::Result<std::vector<std::string>> codes_in_use(std::string_view parameter) = 0;
};

}  // namespace server::storage
