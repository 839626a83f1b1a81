#include "src/rest/versioned_references.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "fhir/formats/json_document.h"
#include "src/rest/version_number.h"
#include "src/search/reference_text.h"

namespace server::rest {
namespace {

constexpr std::string_view k_history = "/_history/";
constexpr std::size_t k_versions_max = 100;  // that one page is given

using Name = std::pair<std::string, std::string>;  // type and id

/// What the resources of a page refer to.
struct Targets {
  std::map<Name, std::set<std::int64_t>> versions;
  std::set<Name> current;  // by references without a version
};

void collect(const fhir::json::Value& value, const Call& call, Targets& targets) {
  if (value.is_array()) {
    for (const fhir::json::Value& item : value.items()) collect(item, call, targets);
  }
  if (!value.is_object()) return;
  for (const auto& member : value.members()) collect(member.value, call, targets);
  const std::string_view text = value.string_at("reference");
  const auto found =
      search::read_reference(text, call.options->base_url, call.snapshot->definitions());
  if (found.kind != search::ReferenceKind::local) return;
  Name name(found.type, found.id);
  const std::size_t at = text.find(k_history);
  if (at == std::string_view::npos) {
    targets.current.insert(std::move(name));
  } else if (const auto version = version_number(text.substr(at + k_history.size()))) {
    targets.versions[std::move(name)].insert(*version);
  }
}

Targets targets_of(const storage::Page& page, const Call& call) {
  Targets targets;
  const bool any_has_versions =
      std::any_of(page.entries.begin(), page.entries.end(), [](const storage::Page::Entry& entry) {
        return entry.version.body.find(k_history) != std::string::npos;
      });
  if (!any_has_versions) return targets;
  for (const storage::Page::Entry& entry : page.entries) {
    const auto document = fhir::json::Document::read(entry.version.body);
    if (document) collect(document->root(), call, targets);
  }
  return targets;
}

bool has_chain(const search::Criterion& criterion) {
  return criterion.chained != nullptr ||
         (criterion.reverse_chained != nullptr && has_chain(*criterion.reverse_chained)) ||
         std::any_of(criterion.parts.begin(), criterion.parts.end(), has_chain);
}

bool has_chain(const search::Query& query) {
  return std::any_of(query.criteria.begin(), query.criteria.end(),
                     [](const auto& criterion) { return has_chain(criterion); }) ||
         std::any_of(query.types.begin(), query.types.end(),
                     [](const auto& type) { return has_chain(type); });
}

bool includes_forward(const search::Query& query) {
  return std::any_of(query.includes.begin(), query.includes.end(),
                     [](const search::Include& include) { return !include.reverse; });
}

void warn(search::Query& query) {
  fhir::Issue issue = fhir::make_issue(
      fhir::IssueType::informational,
      "A resource found here refers to a version of another: what the chain asks for was compared "
      "with the current one");
  issue.severity = fhir::Severity::warning;
  query.warnings.push_back(std::move(issue));
}

}  // namespace

fhir::Result<void, Failure> follow_versions(storage::Reader& reader, const Call& call,
                                            search::Query& query, storage::Page& page) {
  const bool chains = has_chain(query), includes = includes_forward(query);
  if (!chains && !includes) return {};
  const Targets targets = targets_of(page, call);
  if (targets.versions.empty()) return {};
  if (chains) warn(query);
  if (!includes) return {};
  std::vector<storage::Page::Entry> entries;
  std::size_t read = 0;
  for (storage::Page::Entry& entry : page.entries) {
    const Name name(entry.version.type, entry.version.id);
    const auto wanted = targets.versions.find(name);
    if (entry.is_match || wanted == targets.versions.end()) {
      entries.push_back(std::move(entry));
      continue;
    }
    const std::int64_t present = entry.version.version_id;
    bool is_provided = false;
    std::vector<storage::Page::Entry> earlier;
    for (const std::int64_t version : wanted->second) {
      if (version == present || read == k_versions_max) continue;
      ++read;
      auto found = reader.read_version(name.first, name.second, version);
      if (!found || found->deleted) continue;
      earlier.emplace_back();
      earlier.back().is_match = false;
      earlier.back().version = *std::move(found);
      is_provided = true;
    }
    const bool is_meant = targets.current.contains(name) || wanted->second.contains(present);
    if (is_meant || !is_provided) entries.push_back(std::move(entry));
    std::move(earlier.begin(), earlier.end(), std::back_inserter(entries));
  }
  page.entries = std::move(entries);
  return {};
}

}  // namespace server::rest
