// https://hl7.org/fhir/R4/snomedct.html#4.3.1.0.2: versions of SNOMED CT name edition and date.
#include "terminology/releases.h"

#include <algorithm>

#include "terminology/release/folder.h"
#include "terminology/snomed/edition.h"
#include "terminology/snomed/snomed_ids.h"

namespace terminology {
namespace {

using release::MappedFile;
using release::ReleaseCodeSystem;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Numbers in versions are compared as numbers: 2.9 before 2.10.
bool is_older(std::string_view a, std::string_view b) {
  const auto take = [](std::string_view& text) {
    std::size_t end = 1;
    if (is_digit(text.front())) {
      while (end < text.size() && is_digit(text[end])) ++end;
    }
    std::string_view part = text.substr(0, end);
    text.remove_prefix(end);
    while (part.size() > 1 && part.front() == '0') part.remove_prefix(1);
    return part;
  };
  while (!a.empty() && !b.empty()) {
    const std::string_view of_a = take(a), of_b = take(b);
    if (of_a == of_b) continue;
    if (is_digit(of_a.front()) && is_digit(of_b.front()) && of_a.size() != of_b.size())
      return of_a.size() < of_b.size();
    return of_a < of_b;
  }
  return a.empty() && !b.empty();
}

/// The part of a version that tells its age: of SNOMED CT the date, whatever the edition.
std::string_view age_of(std::string_view version) {
  if (!version.starts_with(snomed::k_url)) return version;
  const std::size_t at = version.rfind('/');
  return version.substr(at + 1);
}

bool is_international(std::string_view version) {
  return version.find("/900000000000207008/") != std::string_view::npos;
}

bool comes_first(const Releases::Entry& a, const Releases::Entry& b) {
  const CodeSystemInfo& of_a = a.system->info();
  const CodeSystemInfo& of_b = b.system->info();
  if (of_a.url != of_b.url) return of_a.url < of_b.url;
  if (age_of(of_a.version) != age_of(of_b.version))
    return is_older(age_of(of_b.version), age_of(of_a.version));
  if (is_international(of_a.version) != is_international(of_b.version))
    return is_international(of_a.version);
  return of_a.content == Content::complete && of_b.content != Content::complete;
}

}  // namespace

fhir::Result<std::shared_ptr<const ReleaseCodeSystem>> open_release(const std::string& path) {
  FHIR_TRY(file, MappedFile::open(path));
  const auto info = release::ReleaseInfo::read(file->array<std::uint8_t>(release::Section::info));
  if (!info || info->kind != "snomed") return ReleaseCodeSystem::make(std::move(file));
  FHIR_TRY(edition, snomed::Edition::make(std::move(file)));
  return std::shared_ptr<const ReleaseCodeSystem>(std::move(edition));
}

std::shared_ptr<const Releases> Releases::open(const std::string& folder, const Releases* earlier) {
  auto releases = std::make_shared<Releases>();
  for (const release::FolderFile& file : release::files_in(folder)) {
    const Entry* known = nullptr;
    for (const Entry& entry : earlier != nullptr ? earlier->entries_ : std::vector<Entry>{}) {
      if (entry.path == file.path && entry.stamp == file.stamp) {
        releases->entries_.push_back(entry);
        known = &releases->entries_.back();
        break;
      }
    }
    if (known != nullptr) continue;
    auto system = open_release(file.path);
    if (system) {
      releases->entries_.push_back({file.path, file.stamp, *std::move(system)});
    } else {
      releases->problems_.push_back(system.error().diagnostics);
    }
  }
  std::stable_sort(releases->entries_.begin(), releases->entries_.end(), comes_first);
  return releases;
}

const ReleaseCodeSystem* Releases::find(std::string_view url, std::string_view version) const {
  for (const Entry& entry : entries_) {
    const CodeSystemInfo& info = entry.system->info();
    if (info.url != url) continue;
    if (version.empty() || info.version == version) return entry.system.get();
    // http://snomed.info/sct/<edition>
    if (url == snomed::k_url && info.version.starts_with(version) &&
        info.version.substr(version.size()).starts_with("/version/"))
      return entry.system.get();
  }
  return nullptr;
}

std::unordered_set<std::string> Releases::differences(const Releases* before,
                                                      const Releases* after) {
  std::unordered_set<std::string> urls;
  const auto add_missing = [&](const Releases* from, const Releases* in) {
    for (const Entry& entry : from != nullptr ? from->entries_ : std::vector<Entry>{}) {
      const bool is_there =
          in != nullptr && std::any_of(in->entries_.begin(), in->entries_.end(),
                                       [&](const Entry& e) { return e.system == entry.system; });
      if (!is_there) urls.emplace(entry.system->info().url);
    }
  };
  if (before == after) return urls;
  add_missing(before, after);
  add_missing(after, before);
  return urls;
}

}  // namespace terminology
