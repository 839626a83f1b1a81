// Mutants that are rightly let pass, each with its reason: `rule | what | expression | reason`, or
// `invariant | key | - | reason` for one that cannot be broken alone.
#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "mutant.h"

namespace mutants {

class Survivors {
 public:
  Survivors() = default;
  /// Ends the test on a malformed row.
  explicit Survivors(const std::filesystem::path& path);

  /// Whether the mutant is listed.
  bool take(const Mutant& mutant);
  /// Whether the invariant is listed as one that no mutant breaks.
  bool take_invariant(const std::string& key);
  /// Fails the test for each row that was never asked for.
  void check_all_taken() const;

 private:
  bool take_row(const std::string& row);

  std::map<std::string, bool> rows_;  // whether it was taken
};

}  // namespace mutants
