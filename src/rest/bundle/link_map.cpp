// https://hl7.org/fhir/R4/bundle.html#references https://hl7.org/fhir/R4/http.html#trules
#include "src/rest/bundle/link_map.h"

#include "src/rest/conditional.h"

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

void LinkMap::add(std::string_view full_url, std::string_view type, std::string_view id) {
  if (full_url.empty()) return;
  std::string target(type);
  target.append("/").append(id);
  targets_.emplace(arena_.copy(full_url), arena_.copy(target));
}

std::optional<std::string_view> LinkMap::target(std::string_view link, bool is_reference,
                                                std::string_view entry_url) {
  if (link.empty() || link[0] == '#') return std::nullopt;
  if (auto found = targets_.find(link); found != targets_.end()) return found->second;
  if (!is_reference) return std::nullopt;
  const std::size_t colon = link.find(':');
  const std::size_t mark = link.find('?');
  if (mark != std::string_view::npos && (colon == std::string_view::npos || mark < colon))
    return conditional(link);
  if (colon != std::string_view::npos) return std::nullopt;
  // "Patient/1" in an entry of http://server/fhir/… is http://server/fhir/Patient/1.
  const std::string_view base = base_of(entry_url);
  if (base.empty()) return std::nullopt;
  std::string absolute(base);
  absolute.append("/").append(link);
  auto found = targets_.find(absolute);
  return found != targets_.end() ? std::optional(found->second) : std::nullopt;
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
