#include "terminology/implied.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include <xxhash.h>

#include "terminology/implicit_value_set.h"
#include "terminology/implied_json.h"
#include "terminology/release/folder.h"

namespace terminology {
namespace {

constexpr std::size_t k_id_bytes_max = 64;

std::string hash_of(std::string_view text) {
  std::array<char, 16> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(),
                                 XXH3_64bits(text.data(), text.size()), 16);
  return {digits.data(), end.ptr};
}

/// A text as a logical id; what does not fit into one ends in a number that stands for it.
std::string id_of(std::string_view text) {
  std::string id;
  for (char c : text) {
    const bool is_plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
                          (c >= 'A' && c <= 'Z') || c == '.' || c == '-';
    id += is_plain ? c : '-';
  }
  if (id.size() <= k_id_bytes_max) return id;
  const std::string number = hash_of(text);
  id.resize(k_id_bytes_max - number.size() - 1);
  return id + "-" + number;
}

/// Kind and version, as the release file is named: of SNOMED CT module and date, of one's own
/// tables the url as well.
std::string stem_of(const release::ReleaseCodeSystem& system) {
  std::string_view version = system.info().version;
  constexpr std::string_view k_prefix = "http://snomed.info/sct/", k_version = "/version/";
  std::string stem = system.release().kind + "-";
  if (system.release().kind == "csv") stem.append(system.info().url).append("-");
  if (version.starts_with(k_prefix)) {
    version.remove_prefix(k_prefix.size());
    const std::size_t mark = version.find(k_version);
    if (mark != std::string_view::npos) {
      stem.append(version.substr(0, mark)).append("-");
      return stem.append(version.substr(mark + k_version.size()));
    }
  }
  return stem.append(version.empty() ? "unknown" : version);
}

std::string_view part_behind(std::string_view url, std::string_view mark) {
  const std::size_t at = url.find(mark);
  return at == std::string_view::npos ? url : url.substr(at + mark.size());
}

}  // namespace

ImpliedResources::ImpliedResources(const Releases& releases, const maps::ImplicitMaps& maps)
    : releases_(&releases) {
  for (const Releases::Entry& entry : releases.entries()) {
    const HeldRelease::System held = entry.release->system();
    if (held == nullptr) continue;
    const release::ReleaseCodeSystem& system = *held;
    const std::string stem = stem_of(system);
    Implied implied;
    implied.url = system.info().url;
    implied.version = system.info().version;
    implied.release = &system;
    implied.loaded = release::written_at(entry.path);
    implied.type = "CodeSystem";
    implied.id = id_of(stem);
    all_.push_back(implied);
    implied.type = "ValueSet";
    implied.id = id_of(stem + "-all");
    implied.url = all_codes_url(implied.url);
    all_.push_back(implied);
    implied.type = "ConceptMap";
    for (const auto& [map, release] : maps.all()) {
      if (release != &system) continue;
      implied.url = map->url();
      implied.id = id_of(stem + "-map-" + std::string(part_behind(implied.url, "?fhir_cm=")));
      implied.map = map.get();
      all_.push_back(implied);
    }
  }
  std::stable_sort(all_.begin(), all_.end(), [](const Implied& a, const Implied& b) {
    return std::pair<std::string_view, std::string_view>(a.type, a.url) <
           std::pair<std::string_view, std::string_view>(b.type, b.url);
  });
}

const Implied* ImpliedResources::find(std::string_view type, std::string_view id) const {
  const auto found = std::find_if(all_.begin(), all_.end(), [&](const Implied& implied) {
    return implied.type == type && implied.id == id;
  });
  return found != all_.end() ? &*found : nullptr;
}

std::optional<Implied> ImpliedResources::value_set(std::string_view canonical) const {
  if (releases_ == nullptr) return std::nullopt;
  const auto set = implicit_value_set(canonical, *releases_);
  if (!set) return std::nullopt;
  Implied implied;
  implied.type = "ValueSet";
  implied.release = set->release;
  implied.url = set->url;
  implied.version = set->release->info().version;
  for (const Implied& known : all_) {
    if (known.release == set->release && known.loaded != 0) implied.loaded = known.loaded;
    if (known.release == set->release && known.type == "ValueSet" && known.url == set->url)
      return known;
  }
  // An expression may be longer than an id: the number tells them apart.
  implied.id = id_of(stem_of(*set->release) + "-" +
                     std::string(part_behind(implied.url, "?fhir_vs="))
                         .append(implied.url.find("=ecl/") == std::string::npos
                                     ? ""
                                     : "-" + hash_of(implied.url)));
  return implied;
}

std::string ImpliedResources::json(const Implied& implied) const {
  if (implied.type == "CodeSystem") return code_system_json(implied);
  if (implied.type == "ConceptMap") return concept_map_json(implied);
  const std::string canonical = implied.url + "|" + implied.version;
  const auto set = releases_ != nullptr ? implicit_value_set(canonical, *releases_) : std::nullopt;
  return set ? value_set_json(implied, set->json) : std::string();
}

}  // namespace terminology
