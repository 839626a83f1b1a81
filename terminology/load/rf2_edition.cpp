#include "terminology/load/rf2_edition.h"

#include <set>

#include "terminology/snomed/snomed_ids.h"

namespace terminology::load {
namespace {

constexpr std::string_view k_notice =
    "This material includes SNOMED Clinical Terms (SNOMED CT) which is used by permission of "
    "SNOMED "
    "International. All rights reserved. SNOMED CT was originally created by the College of "
    "American Pathologists. SNOMED and SNOMED CT are registered trademarks of SNOMED "
    "International. "
    "Use of SNOMED CT is governed by the conditions of the SNOMED CT Affiliate Licence, and in "
    "Member countries by those of the National Release Centre.";
constexpr std::string_view k_obtained =
    "Ask the National Release Centre of your country (https://www.snomed.org/members), or where "
    "there is none the Member Licensing and Distribution Service (https://mlds.ihtsdotools.org); "
    "take the RF2 release, unpack it, and load its folder.";

}  // namespace

fhir::Result<std::uint64_t> edition_of(const std::vector<Rf2Dependency>& dependencies,
                                       const std::vector<Rf2Concept>& concepts,
                                       const std::string& given) {
  if (!given.empty()) {
    const std::uint64_t id = to_sct_id(given);
    if (id != 0) return id;
    return fhir::unexpected(fhir::make_issue(
        fhir::IssueType::value, "The edition '" + given + "' is no identifier of a module"));
  }
  std::set<std::uint64_t> candidates;
  std::set<std::uint64_t> used;
  for (const Rf2Dependency& dependency : dependencies) {
    candidates.insert(dependency.module);
    used.insert(dependency.on);
  }
  // Without dependencies, of a part of a release: the modules that have concepts.
  if (candidates.empty()) {
    for (const Rf2Concept& item : concepts) candidates.insert(item.module);
    used = {snomed::k_model_module};
    if (candidates.contains(snomed::k_core_module)) return snomed::k_core_module;
  }
  for (const std::uint64_t module : used) candidates.erase(module);
  if (candidates.size() == 1) return *candidates.begin();
  std::string text = "The edition is one of several modules (";
  for (const std::uint64_t module : candidates) text += std::to_string(module) + " ";
  text.back() = ')';
  return fhir::unexpected(
      fhir::make_issue(fhir::IssueType::multiple_matches, text + ": say which with --edition"));
}

release::ReleaseInfo snomed_info(std::uint64_t edition, const std::string& date,
                                 const std::string& language) {
  const std::string module = std::to_string(edition);
  release::ReleaseInfo info;
  info.kind = "snomed";
  info.url = snomed::k_url;
  info.version = info.url + "/" + module + "/version/" + date;
  info.name = "SNOMED_CT";
  info.title = "SNOMED CT, edition " + module + " of " + date.substr(0, 4) + "-" +
               date.substr(4, 2) + "-" + date.substr(6, 2);
  info.language = language;
  info.notice = k_notice;
  info.obtained = k_obtained;
  return info;
}

}  // namespace terminology::load
