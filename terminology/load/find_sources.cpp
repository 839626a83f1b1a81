#include "terminology/load/find_sources.h"

#include <algorithm>
#include <array>
#include <filesystem>

#include "terminology/load/load_source.h"
#include "terminology/load/rf2_files.h"

namespace terminology::load {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view k_snomed = "snomed";

std::string file_name(const std::string& path) {
  std::string name = fs::path(path).filename().string();
  std::transform(name.begin(), name.end(), name.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return name;
}

bool names(const std::string& path, std::string_view part) {
  return file_name(path).find(part) != std::string::npos;
}

/// Beside ICD-10-CM lie its addenda and its other forms.
void keep_best_of_icd10(std::vector<std::string>& files) {
  std::erase_if(files, [](const std::string& path) { return names(path, "addend"); });
  for (const std::string_view form : {"tabular", "order"}) {
    const auto is_form = [&](const std::string& path) {
      return names(path, form) && !names(path, "pcs");
    };
    if (std::none_of(files.begin(), files.end(), is_form)) continue;
    std::erase_if(files, [&](const std::string& path) {
      return names(path, "icd10") && !names(path, "pcs") && !is_form(path);
    });
    return;
  }
}

}  // namespace

std::string_view kind_of_source(const std::string& path) {
  if (const auto kind = guess_kind(path)) return *kind;
  return is_rf2(path) ? k_snomed : std::string_view{};
}

std::vector<std::string> find_sources(const std::string& folder, std::string_view said) {
  const std::string_view own = kind_of_source(folder);
  const bool is_wanted = said.empty() ? !own.empty() : own == said;
  if (is_wanted || said == k_snomed) return {folder};
  std::vector<std::string> found;
  std::error_code failure;
  std::size_t seen = 0;
  fs::recursive_directory_iterator at(folder, failure);
  for (; !failure && at != fs::recursive_directory_iterator(); at.increment(failure)) {
    if (++seen > k_searched_entries_max) break;
    const std::string path = at->path().string();
    const bool is_folder = at->is_directory(failure);
    const auto kind =
        is_folder ? kind_of_source(path) : guess_kind(path).value_or(std::string_view{});
    if (kind.empty() || (!said.empty() && kind != said)) continue;
    found.push_back(path);
    if (is_folder) at.disable_recursion_pending();
  }
  std::sort(found.begin(), found.end());
  keep_best_of_icd10(found);
  return found;
}

}  // namespace terminology::load
