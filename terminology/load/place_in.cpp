#include "terminology/load/place_in.h"

#include <algorithm>
#include <array>
#include <fstream>

namespace terminology::load {

std::string place_in(const std::string& path, std::ptrdiff_t byte) {
  std::ifstream file(path, std::ios::binary);
  std::array<char, 1 << 16> part;
  std::ptrdiff_t line = 1;
  for (std::ptrdiff_t left = byte; left > 0;) {
    file.read(part.data(), std::min<std::ptrdiff_t>(left, part.size()));
    const std::ptrdiff_t count = file.gcount();
    if (count == 0) return path;
    line += std::count(part.begin(), part.begin() + count, '\n');
    left -= count;
  }
  return byte < 0 || !file ? path : path + ":" + std::to_string(line);
}

}  // namespace terminology::load
