#include "src/rest/held/held_resources.h"

#include <algorithm>
#include <utility>

#include "fhir/formats/json_document.h"
#include "fhir/model/element.h"
#include "src/search/match.h"

namespace server::rest {
namespace {

constexpr std::array<std::string_view, 3> k_types = {"CodeSystem", "ConceptMap", "ValueSet"};

search::Candidate candidate_of(const storage::Version& version, const search::IndexRows& rows) {
  return {version.id, version.last_updated, &rows};
}

}  // namespace

void ShownSets::add(const std::string& id, std::string_view canonical) {
  const std::lock_guard lock(mutex_);
  if (canonicals_.size() >= k_shown_sets_max && !canonicals_.contains(id)) canonicals_.clear();
  canonicals_.insert_or_assign(id, std::string(canonical));
}

std::optional<std::string> ShownSets::canonical(std::string_view id) const {
  const std::lock_guard lock(mutex_);
  const auto found = canonicals_.find(std::string(id));
  return found != canonicals_.end() ? std::optional(found->second) : std::nullopt;
}

std::optional<HeldResources::Made> HeldResources::make(const terminology::Implied& implied) const {
  Made made;
  made.version.type = implied.type;
  made.version.id = implied.id;
  made.version.version_id = implied.loaded / 1000;  // a release that is replaced is another version
  made.version.last_updated = implied.loaded;
  made.version.body = terminology_->implied().json(implied);
  auto rows = rows_of(made.version);
  if (!rows) return std::nullopt;
  made.rows = *std::move(rows);
  return made;
}

std::optional<search::IndexRows> HeldResources::rows_of(const storage::Version& version) const {
  const auto document = fhir::json::Document::read(version.body);
  if (!document) return std::nullopt;
  auto rows = extractor_->extract(fhir::root_element(document->root(), *definitions_));
  return rows ? std::optional(*std::move(rows)) : std::nullopt;
}

/// Null for a type of which none are held.
const std::vector<HeldResources::Made>* HeldResources::of_type(std::string_view type) const {
  const auto found = std::find(k_types.begin(), k_types.end(), type);
  if (found == k_types.end()) return nullptr;
  OfType& held = types_[static_cast<std::size_t>(found - k_types.begin())];
  std::call_once(held.once, [&] {
    for (const terminology::Implied& implied : terminology_->implied().all()) {
      if (implied.type != type) continue;
      if (auto made = make(implied)) held.all.push_back(*std::move(made));
    }
  });
  return &held.all;
}

std::optional<storage::Version> HeldResources::find(std::string_view type,
                                                    std::string_view id) const {
  const auto* all = of_type(type);
  if (all == nullptr) return std::nullopt;
  for (const Made& made : *all) {
    if (made.version.id == id) return made.version;
  }
  if (type != "ValueSet") return std::nullopt;
  const auto canonical = shown_->canonical(id);
  const auto implied = canonical ? terminology_->implied().value_set(*canonical) : std::nullopt;
  auto made = implied && implied->id == id ? make(*implied) : std::nullopt;
  return made ? std::optional(std::move(made->version)) : std::nullopt;
}

/// Value sets that the query names by their urls.
void HeldResources::add_named(const search::Query& query,
                              std::vector<storage::Version>& found) const {
  for (const search::Criterion& criterion : query.criteria) {
    if (criterion.parameter == nullptr || criterion.parameter->code != "url" ||
        criterion.modifier != search::Modifier::none)
      continue;
    for (const search::Operand& operand : criterion.alternatives) {
      const auto implied = terminology_->implied().value_set(operand.text);
      if (!implied) continue;
      const bool is_known = std::any_of(found.begin(), found.end(), [&](const auto& version) {
        return version.id == implied->id;
      });
      auto made = is_known ? std::nullopt : make(*implied);
      if (!made || !search::matches(query, candidate_of(made->version, made->rows))) continue;
      found.push_back(made->version);
      shown_->add(made->version.id, operand.text);
    }
  }
}

std::vector<storage::Version> HeldResources::matching(const search::Query& query) const {
  std::vector<storage::Version> found;
  if (query.contained == search::Contained::only) return found;
  for (const search::Query& one : query.types) {
    auto more = matching(one);
    std::move(more.begin(), more.end(), std::back_inserter(found));
  }
  const auto* all = of_type(query.resource_type);
  if (all == nullptr) return found;
  for (const Made& made : *all) {
    if (search::matches(query, candidate_of(made.version, made.rows)))
      found.push_back(made.version);
  }
  if (query.resource_type == "ValueSet") add_named(query, found);
  return found;
}

}  // namespace server::rest
