#include "invariant_recipes.h"

#include <doctest/doctest.h>

#include <fstream>

namespace mutants {
namespace {

std::string trimmed(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return std::string(text);
}

}  // namespace

Recipes read_recipes(const std::filesystem::path& path) {
  std::ifstream in(path);
  REQUIRE_MESSAGE(in, path.string());
  Recipes out;
  for (std::string line; std::getline(in, line);) {
    if (line.empty() || line[0] == '#') continue;
    std::vector<std::string> cells;
    std::size_t at = 0;
    for (int i = 0; i < 3; ++i) {
      const std::size_t bar = line.find('|', at);
      REQUIRE_MESSAGE(bar != std::string::npos, "malformed line: " << line);
      cells.push_back(trimmed(std::string_view(line).substr(at, bar - at)));
      at = bar + 1;
    }
    out[cells[1]].push_back({cells[0], cells[2], trimmed(std::string_view(line).substr(at))});
  }
  return out;
}

}  // namespace mutants
