// Where a value set finds the code systems and value sets it names.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace terminology {

class CodeSystem;
class ValueSet;

/// What an include's system and version come to.
struct ChosenSystem {
  const CodeSystem* system = nullptr;  // null: not held, or held without any content
  std::string_view wanted = {};        // a version or a pattern of versions; empty: any
};

class Resolver {
 public:
  virtual ~Resolver() = default;
  /// version   empty: the newest; `1.x`: the newest that fits. Null when it is not held, or held
  ///           without any content.
  virtual const CodeSystem* code_system(std::string_view url, std::string_view version) const = 0;
  /// By canonical, with or without |version. Null when it is not held, or is being read right now
  /// because the one that asks is part of it.
  virtual const ValueSet* value_set(std::string_view canonical) const = 0;

  /// declared   what the value set says of the version; the resolver may know better
  virtual ChosenSystem choose(std::string_view url, std::string_view declared) const {
    return {code_system(url, declared), declared};
  }
  /// The canonical of a value set with the version that the resolver gives to one without.
  virtual std::string full_canonical(std::string_view canonical) const {
    return std::string(canonical);
  }
  /// Whether a value set is null only because it is part of itself.
  virtual bool is_being_read(std::string_view /*canonical*/) const { return false; }
  /// Whether value sets are null now because too many import one another in a row.
  virtual bool is_too_deep() const { return false; }
  /// The versions of a code system that are held, oldest first.
  virtual std::vector<std::string_view> versions_of(std::string_view /*url*/) const { return {}; }
};

}  // namespace terminology
