// Where the official suites lie, and the rows that say which of their cases are left out and why.
#pragma once

#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>

namespace suites {

/// The folder that MEDISYNC_SHARED names, else the one beside the project; it may not be there.
inline std::filesystem::path shared_folder() {
  const char* named = std::getenv("MEDISYNC_SHARED");
  return named != nullptr ? std::filesystem::path(named)
                          : std::filesystem::path(MEDISYNC_SOURCE_DIR) / "../shared";
}

/// Lines `key<TAB>reason`; # begins a comment. A line without a reason fails the test.
inline std::map<std::string, std::string> read_exclusions(const std::filesystem::path& file) {
  std::map<std::string, std::string> exclusions;
  std::ifstream in(file);
  REQUIRE(in);
  for (std::string line; std::getline(in, line);) {
    if (line.empty() || line[0] == '#') continue;
    const std::size_t tab = line.find('\t');
    REQUIRE_MESSAGE(tab != std::string::npos, "no reason given: " << line);
    exclusions[line.substr(0, tab)] = line.substr(tab + 1);
  }
  return exclusions;
}

}  // namespace suites
