#include "src/storage/sql/number_list.h"

#include <algorithm>
#include <cstring>

namespace server::storage::sql {

std::string number_list(std::vector<std::int64_t> numbers) {
  std::sort(numbers.begin(), numbers.end());
  return {reinterpret_cast<const char*>(numbers.data()), numbers.size() * sizeof(std::int64_t)};
}

bool is_listed(std::string_view list, std::int64_t number) {
  std::size_t from = 0, to = list.size() / sizeof number;
  while (from < to) {
    const std::size_t middle = from + (to - from) / 2;
    std::int64_t there = 0;
    std::memcpy(&there, list.data() + middle * sizeof there, sizeof there);
    if (there == number) return true;
    if (there < number) {
      from = middle + 1;
    } else {
      to = middle;
    }
  }
  return false;
}

}  // namespace server::storage::sql
