// https://hl7.org/fhir/R4/snomedct.html#4.3.1.0.2: versions of SNOMED CT name edition and date.
#include "terminology/releases.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <utility>

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
  const release::ReleaseInfo& of_a = a.release->info();
  const release::ReleaseInfo& of_b = b.release->info();
  if (of_a.url != of_b.url) return of_a.url < of_b.url;
  if (age_of(of_a.version) != age_of(of_b.version))
    return is_older(age_of(of_b.version), age_of(of_a.version));
  if (is_international(of_a.version) != is_international(of_b.version))
    return is_international(of_a.version);
  return of_a.content == Content::complete && of_b.content != Content::complete;
}

/// As what its kind is.
fhir::Result<std::shared_ptr<const ReleaseCodeSystem>> system_of(
    std::shared_ptr<const MappedFile> file) {
  FHIR_CHECK(file->check());
  const auto info = release::ReleaseInfo::read(file->array<std::uint8_t>(release::Section::info));
  if (!info || info->kind != "snomed") return ReleaseCodeSystem::make(std::move(file));
  FHIR_TRY(edition, snomed::Edition::make(std::move(file)));
  return std::shared_ptr<const ReleaseCodeSystem>(std::move(edition));
}

/// A file that is mapped, and whom to tell what came of its check.
struct Unchecked {
  std::shared_ptr<const MappedFile> file;
  std::promise<HeldRelease::System> checked;
};

void check_all(std::vector<Unchecked>& files, const Releases::OnDamage& on_damage) {
  for (Unchecked& item : files) {
    auto system = system_of(std::move(item.file));
    if (!system && on_damage) on_damage(system.error().diagnostics);
    item.checked.set_value(system ? *std::move(system) : nullptr);
  }
}

}  // namespace

HeldRelease::System HeldRelease::system(Wait wait) const {
  const std::shared_future<System> checked = checked_;  // one object is for one thread
  const bool is_known = wait == Wait::until_checked ||
                        checked.wait_for(std::chrono::seconds(0)) == std::future_status::ready;
  return is_known ? checked.get() : nullptr;
}

fhir::Result<std::shared_ptr<const ReleaseCodeSystem>> open_release(const std::string& path) {
  FHIR_TRY(file, MappedFile::open_unchecked(path));
  return system_of(std::move(file));
}

std::shared_ptr<const Releases> Releases::open(const std::string& folder, const Releases* earlier,
                                               OnDamage on_damage) {
  auto releases = std::make_shared<Releases>();
  std::vector<Unchecked> unchecked;
  const auto add = [&](const release::FolderFile& file) {
    for (const Entry& entry : earlier != nullptr ? earlier->entries_ : std::vector<Entry>{}) {
      if (entry.path != file.path || entry.stamp != file.stamp) continue;
      releases->entries_.push_back(entry);
      return;
    }
    auto mapped = MappedFile::open_unchecked(file.path);
    auto info =
        mapped ? release::ReleaseInfo::read((*mapped)->array<std::uint8_t>(release::Section::info))
               : std::nullopt;
    if (!info) {
      const fhir::Issue issue =
          mapped ? (*mapped)->damaged("what it says of itself") : mapped.error();
      if (on_damage) on_damage(issue.diagnostics);
      return;
    }
    Unchecked& item = unchecked.emplace_back(Unchecked{*std::move(mapped), {}});
    releases->entries_.push_back(
        {file.path, file.stamp,
         std::make_shared<const HeldRelease>(*std::move(info), item.checked.get_future().share())});
  };
  for (const release::FolderFile& file : release::files_in(folder)) add(file);
  std::stable_sort(releases->entries_.begin(), releases->entries_.end(), comes_first);
  if (!unchecked.empty())
    releases->checking_ =
        std::async(std::launch::async,
                   [files = std::move(unchecked), on_damage = std::move(on_damage)]() mutable {
                     check_all(files, on_damage);
                   });
  return releases;
}

const ReleaseCodeSystem* Releases::find(std::string_view url, std::string_view version,
                                        Wait wait) const {
  for (const Entry& entry : entries_) {
    const release::ReleaseInfo& info = entry.release->info();
    if (info.url != url) continue;
    // http://snomed.info/sct/<edition>
    const bool is_edition =
        url == snomed::k_url && info.version.starts_with(version) &&
        std::string_view(info.version).substr(version.size()).starts_with("/version/");
    if (!version.empty() && info.version != version && !is_edition) continue;
    const HeldRelease::System system = entry.release->system(wait);
    // Until it is known to be damaged, no older one stands in for it.
    if (system != nullptr || wait == Wait::never) return system.get();
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
                                       [&](const Entry& e) { return e.release == entry.release; });
      if (!is_there) urls.emplace(entry.release->info().url);
    }
  };
  if (before == after) return urls;
  add_missing(before, after);
  add_missing(after, before);
  return urls;
}

}  // namespace terminology
