#include "survivors.h"

#include <doctest/doctest.h>

#include <fstream>

namespace mutants {

Survivors::Survivors(const std::filesystem::path& path) {
  std::ifstream in(path);
  REQUIRE_MESSAGE(in, path.string());
  for (std::string line; std::getline(in, line);) {
    if (line.empty() || line[0] == '#') continue;
    std::size_t end = 0;
    for (int i = 0; i < 3 && end != std::string::npos; ++i) end = line.find(" | ", end + 1);
    REQUIRE_MESSAGE(end != std::string::npos, "malformed line: " << line);
    rows_[line.substr(0, end)] = false;
  }
}

bool Survivors::take(const Mutant& mutant) {
  return take_row(std::string(name_of(mutant.rule)) + " | " + mutant.what + " | " +
                  mutant.expression);
}

bool Survivors::take_invariant(const std::string& key) {
  return take_row("invariant | " + key + " | -");
}

void Survivors::check_all_taken() const {
  for (const auto& [row, was_taken] : rows_)
    CHECK_MESSAGE(was_taken, row << " is listed as a survivor and is no mutant");
}

bool Survivors::take_row(const std::string& row) {
  const auto found = rows_.find(row);
  if (found == rows_.end()) return false;
  found->second = true;
  return true;
}

}  // namespace mutants
