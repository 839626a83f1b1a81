// The folder of packages: those that were installed, each a .tgz beside a list of them, and what an
// operator laid there by hand.
//
//   FOLDER/…                          packages and conformance resources laid there by hand
//   FOLDER/installed/NAME@VERSION.tgz  as published
//   FOLDER/installed/packages.json     what is installed: the list alone decides
//   FOLDER/installed/.lock             held while the list is changed
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "fhir/base/result.h"

namespace server::packages {

struct Package {
  std::string name;
  std::string version;
  std::string integrity;  // sha512-…, of the file as it was installed
  std::string source;     // where it came from: a file's name or a URL
  std::vector<std::pair<std::string, std::string>> dependencies;  // name, version or range

  std::string label() const { return name + "@" + version; }
};

/// A package that is about to be installed: its file lies in staging_folder().
struct Staged {
  Package package;
  std::string file;
};

/// Safe between processes: a change is made under a lock and seen as a whole or not at all.
class Installed {
 public:
  explicit Installed(std::string folder) : folder_(std::move(folder)) {}

  /// In the order of their labels. None where the folder does not exist.
  ///
  /// errors   invalid: the list is damaged
  fhir::Result<std::vector<Package>> list() const;

  /// The newest that a range asks for: `NAME`, `NAME@1.2.x`, `NAME@1.2.3`; null when there is none.
  static const Package* find(std::span<const Package> packages, std::string_view name,
                             std::string_view range);

  std::string file_of(const Package& package) const;

  /// errors   invalid: the file is not what was installed · not-found
  fhir::Result<void> verify(const Package& package) const;

  /// A new folder of its own for what is being fetched; on the same disk.
  fhir::Result<std::string> staging_folder() const;

  /// Moves the files into their places and lists them: all or none. One that is installed already
  /// is replaced.
  fhir::Result<void> add(const std::vector<Staged>& staged) const;

  /// errors   not-found: it is not installed · conflict: others depend on it, and not `forced`
  fhir::Result<void> remove(const Package& package, bool forced) const;

  /// What was laid into the folder by hand, in order: .tgz, .json and .xml files, and folders of
  /// unpacked packages.
  fhir::Result<std::vector<std::string>> laid_by_hand() const;

  /// The files of packages and of all that they depend on, dependencies first; each verified.
  fhir::Result<std::vector<std::string>> files_with_dependencies(
      std::span<const Package> all, std::span<const Package* const> wanted) const;

 private:
  std::string path(std::string_view name) const;
  fhir::Result<void> write_list(const std::vector<Package>& packages) const;

  std::string folder_;
};

/// `NAME@RANGE` or `NAME`, taken apart; nothing when it could be no package's.
struct Wanted {
  std::string name;
  std::string range;  // empty: the newest
};
fhir::Result<Wanted> parse_wanted(std::string_view text);

}  // namespace server::packages
