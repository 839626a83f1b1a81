// <type>_<content>_<country><namespace>_<date>.txt, where the content of a reference set is
// <pattern>Refset_<name><view>-<language>.
#include "terminology/load/rf2_files.h"

#include <algorithm>
#include <filesystem>
#include <map>

namespace terminology::load {
namespace {

namespace fs = std::filesystem;
using fhir::IssueType;
using fhir::make_issue;
using fhir::unexpected;

constexpr int k_depth_max = 8;
constexpr std::size_t k_files_max = 4096;

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  while (true) {
    const std::size_t end = std::min(text.find(separator), text.size());
    parts.push_back(text.substr(0, end));
    if (end == text.size()) return parts;
    text.remove_prefix(end + 1);
  }
}

bool is_date(std::string_view text) {
  return text.size() == 8 &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

/// Snapshot of RelationshipSnapshot-en; empty for none.
std::string_view view_in(std::string_view part) {
  for (std::string_view view : {"Snapshot", "Full", "Delta"}) {
    if (part.substr(0, part.find('-')).ends_with(view)) return view;
  }
  return {};
}

/// An extension may lie beside what it stands on, but not two releases of one: concepts that came
/// or went in between would be mixed.
fhir::Result<void> check_is_one(const std::vector<Rf2File>& files) {
  std::map<std::string, const Rf2File*> by_name;  // without the date
  for (const Rf2File& file : files) {
    std::string name = fs::path(file.path).filename().string();
    name.resize(name.rfind('_'));
    const auto [known, is_new] = by_name.emplace(std::move(name), &file);
    if (!is_new)
      return unexpected(make_issue(IssueType::multiple_matches,
                                   known->second->path + " and " + file.path +
                                       " are of two releases: name the folder of one"));
  }
  return {};
}

}  // namespace

std::optional<Rf2File> rf2_file(std::string_view name, std::string& view) {
  if (!name.ends_with(".txt")) return std::nullopt;
  name.remove_suffix(4);
  if (name.starts_with('x')) name.remove_prefix(1);  // of a beta release
  const std::vector<std::string_view> parts = split(name, '_');
  if (parts.size() != 5 || (parts[0] != "sct2" && parts[0] != "der2") || !is_date(parts[4]))
    return std::nullopt;
  view = view_in(parts[2]);
  if (view.empty()) return std::nullopt;
  Rf2File file;
  file.date = parts[4];
  if (parts[1].ends_with("Refset")) {
    file.pattern = parts[1].substr(0, parts[1].size() - 6);
    if (parts[2].starts_with("OWL")) return std::nullopt;  // the relationships say the same
    return file;
  }
  if (parts[1] == "Concept") {
    file.content = Rf2Content::concepts;
  } else if (parts[1] == "Description" || parts[1] == "TextDefinition") {
    file.content = Rf2Content::descriptions;
  } else if (parts[1] == "Relationship") {
    file.content = Rf2Content::relationships;
  } else if (parts[1] == "RelationshipConcreteValues") {
    file.content = Rf2Content::concrete_relationships;
  } else if (parts[1] == "Identifier") {
    file.content = Rf2Content::identifiers;
  } else {
    return std::nullopt;
  }
  return file;
}

bool is_rf2(const std::string& folder) {
  const auto found = find_rf2_files(folder);
  // Where something is missing, the load tells what.
  return found || found.error().type != IssueType::not_found ||
         found.error().diagnostics.find(" has no file ") != std::string::npos;
}

fhir::Result<Rf2Files> find_rf2_files(const std::string& folder) {
  std::map<std::string, std::vector<Rf2File>> by_view;
  std::error_code failure;
  fs::recursive_directory_iterator at(folder, failure);
  if (failure)
    return unexpected(
        make_issue(IssueType::not_found, folder + " cannot be read: " + failure.message()));
  for (; at != fs::recursive_directory_iterator(); at.increment(failure)) {
    if (at.depth() >= k_depth_max) at.disable_recursion_pending();
    std::string view;
    auto file = rf2_file(at->path().filename().string(), view);
    std::error_code unknown;
    if (!file || !at->is_regular_file(unknown)) continue;
    file->path = at->path().string();
    by_view[view].push_back(std::move(*file));
    if (by_view[view].size() > k_files_max)
      return unexpected(make_issue(IssueType::too_costly,
                                   folder + " has more files than a release of SNOMED CT"));
  }
  if (failure)  // a part of a release would pass for the whole
    return unexpected(
        make_issue(IssueType::exception,
                   "A folder below " + folder + " cannot be read: " + failure.message()));
  Rf2Files found;
  found.is_full = !by_view.contains("Snapshot");
  if (found.is_full && !by_view.contains("Full"))
    return unexpected(
        by_view.contains("Delta")
            ? make_issue(IssueType::not_supported,
                         folder + " has only the delta of a release: the snapshot or the full "
                                  "release is needed")
            : make_issue(IssueType::not_found, folder + " has no files of SNOMED CT (sct2_…)"));
  found.files = std::move(by_view[found.is_full ? "Full" : "Snapshot"]);
  std::sort(found.files.begin(), found.files.end(),
            [](const Rf2File& a, const Rf2File& b) { return a.path < b.path; });
  FHIR_CHECK(check_is_one(found.files));
  const auto has = [&](Rf2Content content) {
    return std::any_of(found.files.begin(), found.files.end(),
                       [&](const Rf2File& file) { return file.content == content; });
  };
  for (const auto& [content, name] : {std::pair(Rf2Content::concepts, "Concept"),
                                      {Rf2Content::descriptions, "Description"},
                                      {Rf2Content::relationships, "Relationship"}}) {
    if (!has(content))
      return unexpected(
          make_issue(IssueType::not_found, folder + " has no file sct2_" + name + "_…"));
  }
  for (const Rf2File& file : found.files) found.date = std::max(found.date, file.date);
  return found;
}

}  // namespace terminology::load
