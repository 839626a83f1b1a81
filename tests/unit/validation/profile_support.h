// What the tests of profiles share: the core definitions with a few profiles beside them.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "support.h"

namespace test {

/// A profile on `type` by the url `http://test.example.org/` and the name. Its snapshot has the
/// root and the elements given: members of a JSON array, each with a path.
std::string profile(std::string_view name, std::string_view type, std::string_view elements);

/// The definitions of the core and these structures.
class Guide {
 public:
  explicit Guide(const std::vector<std::string>& structures);

  /// Against a profile by its name; empty: against what the resource claims alone.
  Findings validate(std::string_view json, std::string_view profile_name) const;

 private:
  std::unique_ptr<fhir::validation::Validator> validator_;
};

}  // namespace test
