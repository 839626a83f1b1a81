// What a load tells while it runs, and what it says when it is done.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace terminology::load {

struct LoadOptions {
  /// One line of what is being done now.
  std::function<void(const std::string&)> say = [](const std::string&) {};
  /// For releases that do not say it themselves: empty asks the release.
  std::string version;
  /// Of SNOMED CT: the identifier of the edition's module.
  std::string edition;
};

struct LoadReport {
  std::string file;  // that was written
  std::uint64_t concepts = 0;
  std::vector<std::string> remarks;  // what was passed over
};

}  // namespace terminology::load
