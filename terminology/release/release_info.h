// What a release says of itself: of which code system it is, in which version, and what its licence
// asks to be shown.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "terminology/code_system.h"

namespace terminology::release {

struct ReleaseInfo {
  std::string kind;     // snomed, rxnorm, loinc, …: which loader made it
  std::string url;      // of the code system
  std::string version;  // as CodeSystem.version and Coding.version have it
  std::string name;     // for a computer
  std::string title;    // for people
  std::string language;
  std::string notice;    // of the licence
  std::string obtained;  // how such a release is obtained
  Content content = Content::complete;
  bool is_case_sensitive = true;
  bool hierarchy_is_subsumption = true;

  std::vector<std::uint8_t> bytes() const;
  /// Nothing when the bytes are none of bytes().
  static std::optional<ReleaseInfo> read(std::span<const std::uint8_t> bytes);
};

}  // namespace terminology::release
