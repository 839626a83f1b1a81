#include "subjects.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <set>

#include "facts.h"

namespace mutants {
namespace {

namespace fs = std::filesystem;
using fhir::json::Value;

constexpr std::size_t k_bytes_max = 40'000;  // of an example, where there is a smaller one
constexpr std::size_t k_candidates_max = 40;

using Paths = std::set<std::string>;

void collect(const Value& value, const std::string& path, Paths& out) {
  for (const Value& item : value.items()) collect(item, path, out);
  for (const fhir::json::Member& member : value.members()) {
    const std::string at = path + "." + std::string(member.name());
    out.insert(at);
    if (member.name() != "contained" && member.name() != "resource") collect(member.value, at, out);
  }
}

struct Candidate {
  Subject subject;
  Paths paths;
  bool is_valid = false;
};

std::vector<fs::path> files_of(const fs::path& package, std::string_view type) {
  // One listing serves all types.
  static const auto k_files = [&] {
    std::map<std::string, std::vector<fs::path>, std::less<>> out;
    for (const auto& entry : fs::directory_iterator(package)) {
      const std::string name = entry.path().filename().string();
      if (name.ends_with(".json")) out[name.substr(0, name.find('-'))].push_back(entry.path());
    }
    return out;
  }();
  const auto found = k_files.find(type);
  auto files = found != k_files.end() ? found->second : std::vector<fs::path>{};
  std::sort(files.begin(), files.end());
  std::stable_partition(files.begin(), files.end(),
                        [](const fs::path& file) { return fs::file_size(file) <= k_bytes_max; });
  if (files.size() > k_candidates_max) files.resize(k_candidates_max);
  return files;
}

std::size_t gain(const Paths& paths, const Paths& known) {
  return static_cast<std::size_t>(std::count_if(
      paths.begin(), paths.end(), [&](const std::string& path) { return !known.contains(path); }));
}

}  // namespace

std::vector<Subject> subjects_of(const fs::path& package, std::string_view type, std::size_t count,
                                 const std::function<bool(const fhir::json::Document&)>& is_valid) {
  std::vector<Candidate> candidates;
  for (const fs::path& file : files_of(package, type)) {
    auto document = fhir::json::Document::read(file_text(file));
    REQUIRE_MESSAGE(document, file.string());
    if (document->root().string_at("resourceType") != type) continue;
    // Beside a small one, a large one brings more time than elements.
    if (!candidates.empty() && document->source().size() > k_bytes_max) continue;
    Candidate candidate{{file.filename().string(), std::move(*document)}, {}, false};
    collect(candidate.subject.document.root(), "", candidate.paths);
    candidate.is_valid = is_valid(candidate.subject.document);
    candidates.push_back(std::move(candidate));
  }
  const bool has_valid = std::any_of(candidates.begin(), candidates.end(),
                                     [](const Candidate& candidate) { return candidate.is_valid; });
  if (has_valid)
    std::erase_if(candidates, [](const Candidate& candidate) { return !candidate.is_valid; });
  std::vector<Subject> out;
  Paths known;
  while (out.size() < count && !candidates.empty()) {
    const auto best = std::max_element(candidates.begin(), candidates.end(),
                                       [&](const Candidate& a, const Candidate& b) {
                                         return gain(a.paths, known) < gain(b.paths, known);
                                       });
    if (gain(best->paths, known) == 0) break;
    known.insert(best->paths.begin(), best->paths.end());
    out.push_back(std::move(best->subject));
    candidates.erase(best);
  }
  return out;
}

}  // namespace mutants
