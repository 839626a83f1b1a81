// Where a value set finds the code systems and value sets it names.
#pragma once

#include <string_view>

namespace terminology {

class CodeSystem;
class ValueSet;

class Resolver {
 public:
  virtual ~Resolver() = default;
  /// version   empty: the newest. Null when it is not held, or held without any content.
  virtual const CodeSystem* code_system(std::string_view url, std::string_view version) const = 0;
  /// By canonical, with or without |version. Null when it is not held, or is being read right now
  /// because the one that asks is part of it.
  virtual const ValueSet* value_set(std::string_view canonical) const = 0;
};

}  // namespace terminology
