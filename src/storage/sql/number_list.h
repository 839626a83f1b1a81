// A list of numbers as bytes that a database looks a number up in without unpacking them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace server::storage::sql {

/// The numbers in order, 8 bytes each as this machine has them.
std::string number_list(std::vector<std::int64_t> numbers);

/// Whether a number is one of a list's.
bool is_listed(std::string_view list, std::int64_t number);

}  // namespace server::storage::sql
