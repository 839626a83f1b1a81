#include "src/rest/bulk/supporting.h"

#include <algorithm>

#include "src/rest/bulk/members.h"
#include "src/rest/bulk/references.h"

namespace server::rest {
namespace {

constexpr std::size_t k_supporting_max = 1'000'000;
constexpr std::size_t k_ids_max = 200;  // asked for at once

}  // namespace

Supporting::Supporting(ExportContext& context, std::vector<std::string_view> patient_types)
    : context_(context), patient_types_(std::move(patient_types)) {
  const auto& types = context_.request.types;
  is_wanted_ = types.empty() || std::any_of(types.begin(), types.end(),
                                            [&](const auto& type) { return is_candidate(type); });
  wants_provenances_ = context_.is_wanted("Provenance") && context_.may_read("Provenance");
}

bool Supporting::is_candidate(std::string_view type) {
  const auto known = candidates_.find(type);
  if (known != candidates_.end()) return known->second;
  const auto all = context_.definitions().resource_types();
  const bool is_one =
      std::find(all.begin(), all.end(), type) != all.end() &&
      std::find(patient_types_.begin(), patient_types_.end(), type) == patient_types_.end() &&
      context_.may_read(type);
  candidates_.emplace(type, is_one);
  return is_one;
}

fhir::Result<void> Supporting::add(std::string_view type, std::string_view id) {
  if (!is_wanted_ || !is_candidate(type)) return {};
  auto& seen = seen_[std::string(type)];
  if (!seen.emplace(id).second) return {};
  if (++count_ > k_supporting_max)
    return fhir::unexpected(fhir::make_issue(
        fhir::IssueType::too_costly,
        "The resources refer to more than a million that are no patient's: ask for fewer types"));
  pending_[std::string(type)].emplace_back(id);
  return {};
}

fhir::Result<void> Supporting::collect(const storage::Version& version) {
  if (!is_wanted_) return {};
  fhir::Result<void> result;
  for_each_reference(version.body, context_.options.base_url,
                     [&](std::string_view type, std::string_view id, bool is_local) {
                       if (is_local && result) result = add(type, id);
                     });
  return result;
}

fhir::Result<void> Supporting::write() {
  while (!pending_.empty()) {
    auto [type, ids] = std::move(*pending_.begin());
    pending_.erase(pending_.begin());
    for (std::size_t from = 0; from < ids.size(); from += k_ids_max) {
      const std::size_t to = std::min(ids.size(), from + k_ids_max);
      FHIR_CHECK(write_some(type, {ids.begin() + static_cast<std::ptrdiff_t>(from),
                                   ids.begin() + static_cast<std::ptrdiff_t>(to)}));
    }
  }
  return {};
}

fhir::Result<void> Supporting::write_some(const std::string& type,
                                          const std::vector<std::string>& ids) {
  search::Query query;
  query.resource_type = type;
  query.criteria.push_back(of_ids(type, ids, context_.definitions()));
  FHIR_TRY(filters, context_.filters(type));
  for (search::Criterion& filter : filters) query.criteria.push_back(std::move(filter));
  return for_each_page(context_, std::move(query), [&](storage::Page& page) -> fhir::Result<void> {
    for (const storage::Page::Entry& entry : page.entries) {
      FHIR_CHECK(collect(entry.version));
      if (context_.is_wanted(type) && context_.is_in_time(entry.version))
        FHIR_CHECK(context_.write(entry.version));
    }
    return {};
  });
}

}  // namespace server::rest
