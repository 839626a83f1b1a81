// Files written by hand with invented content, and what was made of them.
#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "terminology/load/draft.h"
#include "terminology/release/release_code_system.h"
#include "unit/terminology/release/scratch_folder.h"

namespace load_test {

using terminology::ConceptId;
using terminology::k_no_concept;

/// A draft, written and mapped.
struct Loaded {
  std::shared_ptr<const terminology::release::MappedFile> file;
  std::shared_ptr<const terminology::release::ReleaseCodeSystem> system;
  std::vector<std::string> remarks;

  Loaded(fhir::Result<terminology::load::Draft> draft, const std::string& path) {
    if (!draft) FAIL(draft.error().diagnostics);
    remarks = draft->remarks;
    if (const auto written = draft->write(path); !written) FAIL(written.error().diagnostics);
    auto opened = terminology::release::MappedFile::open(path);
    if (!opened) FAIL(opened.error().diagnostics);
    file = *opened;
    auto made = terminology::release::ReleaseCodeSystem::make(file);
    if (!made) FAIL(made.error().diagnostics);
    system = *made;
  }

  ConceptId id(std::string_view code) const {
    const ConceptId found = system->find(code);
    if (found == k_no_concept) FAIL("no concept " << code);
    return found;
  }
  std::string display(std::string_view code) const {
    return std::string(system->at(id(code)).display);
  }
  /// The values of a property, in order.
  std::vector<std::string> values(std::string_view code, std::string_view property) const {
    std::vector<std::string> found;
    for (const auto& item : system->properties(id(code))) {
      if (item.code == property) found.emplace_back(item.value);
    }
    return found;
  }
  /// language, use and text of each designation.
  std::vector<std::string> designations(std::string_view code) const {
    std::vector<std::string> found;
    for (const auto& item : system->designations(id(code)))
      found.push_back(std::string(item.language) + " " + std::string(item.use_code) + " " +
                      std::string(item.value));
    std::sort(found.begin(), found.end());
    return found;
  }
  bool is_a(std::string_view code, std::string_view ancestor) const {
    return system->is_a(id(code), id(ancestor));
  }
};

inline terminology::load::LoadOptions with_version(std::string version) {
  terminology::load::LoadOptions options;
  options.version = std::move(version);
  return options;
}

/// A folder of the shared samples; empty, and said so, when they are absent.
inline std::string sample(const std::string& name) {
  const char* shared = std::getenv("MEDISYNC_SHARED");
  const std::string path =
      std::string(shared != nullptr ? shared : "../shared") + "/data/terminology/" + name;
  if (std::filesystem::exists(path)) return path;
  std::cout << "skipped: " << path << " is absent\n";
  return {};
}

using Texts = std::vector<std::string>;

}  // namespace load_test
