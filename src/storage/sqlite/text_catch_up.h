// Who brings the full text index up to date when a search needs it: the writer.
#pragma once

#include <chrono>

#include "fhir/base/result.h"

namespace server::storage::sqlite {

/// Thread-safe.
class TextCatchUp {
 public:
  virtual ~TextCatchUp() = default;
  virtual fhir::Result<void> catch_up(std::chrono::steady_clock::time_point deadline) = 0;
};

}  // namespace server::storage::sqlite
