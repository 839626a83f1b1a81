// What the tests of packages share: a folder that goes away, packages made on the spot, and a
// registry that is a map.
#pragma once

#include <doctest/doctest.h>

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "src/packages/installed.h"
#include "src/packages/installer.h"
#include "src/packages/registry.h"

namespace packages_test {

/// A new folder, empty, removed with this.
class Folder {
 public:
  Folder();
  ~Folder();
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  std::string operator/(std::string_view name) const { return path_ + "/" + std::string(name); }

 private:
  std::string path_;
};

enum class Entry { file, symbolic_link, hard_link };

struct File {
  std::string name;
  std::string text;  // of a link: what it points to
  Entry entry = Entry::file;
};

using Dependencies = std::vector<std::pair<std::string, std::string>>;

/// package/package.json of a package for R4.
File manifest(std::string_view name, std::string_view version,
              const Dependencies& dependencies = {}, std::string_view fhir_version = "4.0.1");

/// The bytes of a .tgz.
std::string tgz(const std::vector<File>& files);

void write(const std::string& path, std::string_view bytes);
std::string read(const std::string& path);

/// sha512-…, of these bytes.
std::string integrity_of(const std::string& bytes);

/// Answers from memory; whatever it does not hold is not-found.
class MapFetcher final : public server::packages::Fetcher {
 public:
  static constexpr std::string_view k_address = "http://packages.example.org";

  /// Publishes a package with its digest, and lists it.
  void publish(const std::string& name, const std::string& version,
               const Dependencies& dependencies = {});
  void set_latest(const std::string& name, const std::string& version) { latest_[name] = version; }
  /// Serves other bytes than those that the list has the digest of.
  void replace(const std::string& name, const std::string& version, std::string bytes);

  fhir::Result<void> to_file(const std::string& url, const std::string& file,
                             std::uint64_t bytes_max) override;
  fhir::Result<std::string> text(const std::string& url, std::uint64_t bytes_max) override;

  std::vector<std::string> fetched;  // urls of files

 private:
  std::map<std::string, std::map<std::string, std::string>> versions_;  // name, version, integrity
  std::map<std::string, std::string> latest_;
  std::map<std::string, std::string> files_;  // by url
};

}  // namespace packages_test
