// The releases in a folder, mapped: what `medisync terminology load` put there.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "fhir/base/result.h"
#include "terminology/release/release_code_system.h"

namespace terminology {

/// Immutable; safe for any number of threads. Code systems live as long as it.
class Releases {
 public:
  struct Entry {
    std::string path;
    std::uint64_t stamp = 0;  // another one: the file was replaced
    std::shared_ptr<const release::ReleaseCodeSystem> system;
  };

  /// Maps every release below a folder; one that is damaged is left out, and told by problems().
  ///
  /// earlier   what is mapped there already and has not changed is shared with it; may be null
  static std::shared_ptr<const Releases> open(const std::string& folder,
                                              const Releases* earlier = nullptr);

  /// Newest first of each code system.
  const std::vector<Entry>& entries() const { return entries_; }
  const std::vector<std::string>& problems() const { return problems_; }

  /// version   empty: the newest. Of SNOMED CT also an edition without a version: its newest.
  /// returns   null when it is not held
  const release::ReleaseCodeSystem* find(std::string_view url, std::string_view version) const;

  /// Code systems that the two do not have alike.
  static std::unordered_set<std::string> differences(const Releases* before, const Releases* after);

 private:
  std::vector<Entry> entries_;
  std::vector<std::string> problems_;
};

/// Maps one release, as what its kind is.
///
/// errors   those of MappedFile and of the code system
fhir::Result<std::shared_ptr<const release::ReleaseCodeSystem>> open_release(
    const std::string& path);

}  // namespace terminology
