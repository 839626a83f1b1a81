// What jobs of every kind are named and timed by.
#pragma once

#include <cstdint>
#include <string>

namespace server::jobs {

std::int64_t now_utc_ms();

/// 128 random bits in hexadecimal: an id that nobody can guess.
std::string random_id();

}  // namespace server::jobs
