// A small invented terminology: value sets as lists, and one hierarchy that four code systems
// share.
#pragma once

#include <string>
#include <vector>

#include "tests/unit/property/tokens.h"

namespace property_test {

struct ValueSet {
  std::string url;
  std::vector<Token> members;
};
const std::vector<ValueSet>& value_sets();

bool is_member(const Token& token, const std::string& value_set);

/// Whether the terminology has the code system.
bool is_held(const std::string& system);
/// The codes that stand directly above a code: none of one that is a root, or that is not defined.
std::vector<std::string> parents_of(const std::string& code);
/// Of one system: the code itself, or one that stands anywhere below it.
bool is_at_or_below(const std::string& code, const std::string& top);

}  // namespace property_test
