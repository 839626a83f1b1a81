// How each invariant of R4 is broken: the rows of invariants.txt.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace mutants {

struct Recipe {
  std::string key;
  std::string place;  // where the error stands, after the element or resource
  std::string json;
};

/// Recipes by the type that they stand for; `Element` and `DomainResource` mean all of their kind.
using Recipes = std::map<std::string, std::vector<Recipe>, std::less<>>;

/// Ends the test on a malformed row.
Recipes read_recipes(const std::filesystem::path& path);

}  // namespace mutants
