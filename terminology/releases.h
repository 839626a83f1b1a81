// The releases in a folder, mapped: what `medisync terminology load` put there.
#pragma once

#include <functional>
#include <future>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "fhir/base/result.h"
#include "terminology/release/release_code_system.h"

namespace terminology {

/// One release that is mapped. Its bytes are compared with their checksums before anything but what
/// it says of itself is used: who asks for it first waits for that.
class HeldRelease {
 public:
  using System = std::shared_ptr<const release::ReleaseCodeSystem>;
  enum class Wait : std::uint8_t { until_checked, never };

  HeldRelease(release::ReleaseInfo info, std::shared_future<System> checked)
      : info_(std::move(info)), checked_(std::move(checked)) {}

  const release::ReleaseInfo& info() const { return info_; }
  /// Null when it was found damaged, and with Wait::never while nobody knows yet.
  System system(Wait wait = Wait::until_checked) const;

 private:
  release::ReleaseInfo info_;
  std::shared_future<System> checked_;
};

/// Immutable; safe for any number of threads. Code systems live as long as it.
class Releases {
 public:
  struct Entry {
    std::string path;
    std::uint64_t stamp = 0;  // another one: the file was replaced
    std::shared_ptr<const HeldRelease> release;
  };
  using Wait = HeldRelease::Wait;
  /// Told of a file that cannot be used, in one sentence; from any thread.
  using OnDamage = std::function<void(const std::string&)>;

  /// Maps every release below a folder; what they hold is checked by a thread of its own, after
  /// this has returned. One that is damaged is told, and left out or, later, given by nobody.
  ///
  /// earlier   what is mapped there already and has not changed is shared with it; may be null
  static std::shared_ptr<const Releases> open(const std::string& folder,
                                              const Releases* earlier = nullptr,
                                              OnDamage on_damage = {});

  /// Newest first of each code system.
  const std::vector<Entry>& entries() const { return entries_; }

  /// version   empty: the newest. Of SNOMED CT also an edition without a version: its newest.
  /// returns   null when it is not held
  const release::ReleaseCodeSystem* find(std::string_view url, std::string_view version,
                                         Wait wait = Wait::until_checked) const;

  /// Code systems that the two do not have alike.
  static std::unordered_set<std::string> differences(const Releases* before, const Releases* after);

 private:
  std::vector<Entry> entries_;
  std::future<void> checking_;  // its end waits for the thread
};

/// Maps one release, as what its kind is.
///
/// errors   those of MappedFile and of the code system
fhir::Result<std::shared_ptr<const release::ReleaseCodeSystem>> open_release(
    const std::string& path);

}  // namespace terminology
