// https://hl7.org/fhir/R4/bundle.html#references https://hl7.org/fhir/R4/http.html#trules
#include "src/rest/bundle/link_map.h"

#include "src/rest/conditional.h"
#include "src/rest/local_reference.h"

namespace server::rest {
namespace {

/// `http://server/fhir` of `http://server/fhir/Patient/1`; empty for a urn.
std::string_view base_of(std::string_view full_url) {
  if (!full_url.starts_with("http://") && !full_url.starts_with("https://")) return {};
  const std::size_t id = full_url.rfind('/');
  const std::size_t type =
      id == 0 || id == std::string_view::npos ? id : full_url.rfind('/', id - 1);
  return type == std::string_view::npos ? std::string_view{} : full_url.substr(0, type);
}

}  // namespace

void LinkMap::add(std::string_view full_url, std::string_view type, std::string_view id,
                  std::string_view sent_version) {
  if (full_url.empty()) return;
  std::string target(type);
  target.append("/").append(id);
  targets_.emplace(arena_.copy(full_url), Entry{arena_.copy(target), arena_.copy(sent_version)});
}

std::optional<std::string_view> LinkMap::target(std::string_view link, LinkKind kind,
                                                std::string_view entry_url) {
  constexpr std::string_view k_history = "/_history/";
  if (link.empty() || link[0] == '#') return std::nullopt;
  const std::size_t history = link.find(k_history);
  if (history == std::string_view::npos) {
    if (const Entry* entry = entry_of(link, kind, entry_url)) {
      const auto versioned =
          kind == LinkKind::reference_to_version ? with_version(entry->target) : std::nullopt;
      return versioned ? versioned : entry->target;
    }
    if (kind == LinkKind::uri) return std::nullopt;
    const std::size_t colon = link.find(':'), mark = link.find('?');
    if (mark != std::string_view::npos && (colon == std::string_view::npos || mark < colon)) {
      const auto found = conditional(link);
      const auto versioned =
          found && kind == LinkKind::reference_to_version ? with_version(*found) : std::nullopt;
      return versioned ? versioned : found;
    }
    return kind == LinkKind::reference_to_version ? with_version(link) : std::nullopt;
  }
  // "if the reference is version specific … remove the version from the URL before matching
  // fullUrl, and then match the version based on Resource.meta.versionId"
  const Entry* entry = entry_of(link.substr(0, history), kind, entry_url);
  if (entry == nullptr || entry->sent_version != link.substr(history + k_history.size()))
    return std::nullopt;
  return with_version(entry->target);
}

const LinkMap::Entry* LinkMap::entry_of(std::string_view link, LinkKind kind,
                                        std::string_view entry_url) const {
  if (auto found = targets_.find(link); found != targets_.end()) return &found->second;
  if (kind == LinkKind::uri || link.find_first_of(":?") != std::string_view::npos) return nullptr;
  // "Patient/1" in an entry of http://server/fhir/… is http://server/fhir/Patient/1.
  const std::string_view base = base_of(entry_url);
  if (base.empty()) return nullptr;
  std::string absolute(base);
  absolute.append("/").append(link);
  auto found = targets_.find(absolute);
  return found != targets_.end() ? &found->second : nullptr;
}

/// `Type/id`, or such a URL below our base, with the version that it will have.
std::optional<std::string_view> LinkMap::with_version(std::string_view target) {
  const auto named = local_reference(call_, target);
  if (!named || !named->version.empty()) return std::nullopt;
  const auto version = version_after_(named->type, named->id);
  if (!version) return std::nullopt;
  std::string versioned(target);
  versioned.append("/_history/").append(std::to_string(*version));
  return arena_.copy(versioned);
}

std::optional<std::string_view> LinkMap::conditional(std::string_view link) {
  if (auto known = conditional_.find(link); known != conditional_.end()) return known->second;
  const std::string_view type = link.substr(0, link.find('?'));
  auto found = find_one(call_, type, link);
  if (found && found->id) {
    std::string target(type);
    target.append("/").append(*found->id);
    const std::string_view kept = arena_.copy(target);
    conditional_.emplace(arena_.copy(link), kept);
    return kept;
  }
  if (!problem_) {
    // "If there are no matches, or multiple matches, the transaction fails"
    problem_ =
        found ? fhir::make_issue(fhir::Situation::precondition_failed, fhir::IssueType::not_found,
                                 "A conditional reference matches no " + std::string(type))
              : std::move(found.error().front());
  }
  return std::nullopt;
}

}  // namespace server::rest
