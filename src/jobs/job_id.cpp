#include "src/jobs/job_id.h"

#include <array>
#include <chrono>
#include <cstdio>
#include <random>

namespace server::jobs {

std::int64_t now_utc_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

std::string random_id() {
  std::random_device source;
  std::string id;
  for (int i = 0; i < 4; ++i) {
    std::array<char, 9> digits{};
    std::snprintf(digits.data(), digits.size(), "%08x", source());
    id += digits.data();
  }
  return id;
}

}  // namespace server::jobs
