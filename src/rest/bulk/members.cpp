// https://hl7.org/fhir/R4/compartmentdefinition-patient.html https://hl7.org/fhir/R4/group.html
#include "src/rest/bulk/members.h"

#include <algorithm>

#include "fhir/base/date_time.h"
#include "fhir/formats/json_document.h"
#include "fhir/formats/json_items.h"
#include "src/search/compartment.h"

namespace server::rest {
namespace {

using fhir::json::Value;
using search::Combination;
using search::Criterion;
using search::Operand;

constexpr std::size_t k_members_max = 1'000'000;
constexpr std::size_t k_groups_max = 1000;  // within each other

bool is_within(const Value* period, std::int64_t at_ms) {
  if (period == nullptr) return true;
  const auto start = fhir::DateTime::parse(period->string_at("start"));
  const auto end = fhir::DateTime::parse(period->string_at("end"));
  return (!start || start->instants().low <= at_ms) && (!end || at_ms < end->instants().high);
}

/// The type and id that a member's reference ends with; an absolute one is taken by its end, as
/// other systems' groups are not kept here.
std::pair<std::string, std::string> target_of(const Value& member) {
  const Value* entity = member.find("entity");
  std::string_view reference = entity == nullptr ? "" : entity->string_at("reference");
  reference = reference.substr(0, reference.find("/_history/"));
  const std::size_t slash = reference.rfind('/');
  if (slash == std::string_view::npos || slash == 0) return {};
  const std::size_t before = reference.rfind('/', slash - 1);
  const std::size_t begin = before == std::string_view::npos ? 0 : before + 1;
  return {std::string(reference.substr(begin, slash - begin)),
          std::string(reference.substr(slash + 1))};
}

/// Adds the patients of one group's text, and the groups within it to `groups`.
fhir::Result<void> add_members(std::string_view body, std::int64_t at_ms,
                               std::set<std::string>& patients, std::vector<std::string>& groups) {
  FHIR_TRY(document, fhir::json::Document::read(std::string(body)));
  for (const Value& member : fhir::json::items_at(document.root(), "member")) {
    const Value* inactive = member.find("inactive");
    if (inactive != nullptr && inactive->text() == "true") continue;
    if (!is_within(member.find("period"), at_ms)) continue;
    auto [type, id] = target_of(member);
    if (type == "Patient") patients.insert(std::move(id));
    if (type == "Group") groups.push_back(std::move(id));
    if (patients.size() > k_members_max)
      return fhir::unexpected(fhir::make_issue(fhir::IssueType::too_costly,
                                               "The group has more than a million members"));
  }
  return {};
}

/// The reference parameters that put a resource of the type into a patient's hands.
std::vector<const fhir::SearchParameter*> parameters_of(std::string_view type,
                                                        const fhir::DefinitionStore& definitions) {
  std::vector<const fhir::SearchParameter*> found;
  const auto add = [&](const fhir::SearchParameter* parameter) {
    if (parameter != nullptr && parameter->type == fhir::SearchParameterType::reference)
      found.push_back(parameter);
  };
  if (auto member = search::compartment_criterion("Patient", "x", type, definitions)) {
    for (const Criterion& part : member->parts) add(part.parameter);
  } else {
    const fhir::SearchParameter* patient = definitions.search_parameter(type, "patient");
    const bool leads_there =
        patient != nullptr && std::find(patient->targets.begin(), patient->targets.end(),
                                        "Patient") != patient->targets.end();
    if (leads_there) add(patient);
  }
  return found;
}

Criterion updated_ever(const fhir::DefinitionStore& definitions) {
  Criterion criterion;
  criterion.parameter = definitions.search_parameter("Patient", "_lastUpdated");
  Operand operand;
  operand.prefix = search::Prefix::ge;
  operand.high = 1;
  criterion.alternatives.push_back(std::move(operand));
  return criterion;
}

}  // namespace

fhir::Result<std::set<std::string>> patients_of_group(storage::Reader& reader, std::string_view id,
                                                      std::int64_t at_ms) {
  std::set<std::string> patients, seen{std::string(id)};
  std::vector<std::string> groups{std::string(id)};
  for (std::size_t i = 0; i < groups.size() && i < k_groups_max; ++i) {
    auto group = reader.read("Group", groups[i]);
    if (!group) {
      if (i == 0) return fhir::unexpected(std::move(group).error());
      continue;
    }
    std::vector<std::string> within;
    FHIR_CHECK(add_members(group->body, at_ms, patients, within));
    for (std::string& one : within) {
      if (seen.insert(one).second) groups.push_back(std::move(one));
    }
  }
  return patients;
}

fhir::Result<std::set<std::string>> patients_of_group_then(storage::Reader& reader,
                                                           std::string_view id,
                                                           std::int64_t at_ms) {
  storage::HistoryRequest request;
  request.type = "Group";
  request.id = id;
  request.at = at_ms;
  request.count = 1;
  FHIR_TRY(page, reader.history(request));
  std::set<std::string> patients;
  std::vector<std::string> within;
  if (page.versions.empty() || page.versions.front().deleted ||
      page.versions.front().last_updated > at_ms)
    return patients;
  FHIR_CHECK(add_members(page.versions.front().body, at_ms, patients, within));
  return patients;
}

std::optional<Criterion> of_patients(std::string_view type, std::span<const std::string> ids,
                                     const fhir::DefinitionStore& definitions) {
  if (type == "Group") return std::nullopt;
  if (type == "Patient") return of_ids(type, ids, definitions);
  Criterion any;
  any.combination = Combination::any;
  for (const fhir::SearchParameter* parameter : parameters_of(type, definitions)) {
    Criterion part;
    part.parameter = parameter;
    for (const std::string& id : ids) {
      Operand operand;
      operand.type = "Patient";
      operand.id = id;
      part.alternatives.push_back(std::move(operand));
    }
    any.parts.push_back(std::move(part));
  }
  if (any.parts.empty()) return std::nullopt;
  return any;
}

std::optional<Criterion> of_any_patient(std::string_view type,
                                        const fhir::DefinitionStore& definitions) {
  Criterion any;
  any.combination = Combination::any;
  if (type == "Patient") return any;
  for (const fhir::SearchParameter* parameter : parameters_of(type, definitions)) {
    Criterion part;
    part.parameter = parameter;
    part.target_type = "Patient";
    part.chained = std::make_unique<Criterion>(updated_ever(definitions));
    any.parts.push_back(std::move(part));
  }
  if (any.parts.empty()) return std::nullopt;
  return any;
}

Criterion of_ids(std::string_view type, std::span<const std::string> ids,
                 const fhir::DefinitionStore& definitions) {
  Criterion criterion;
  criterion.parameter = definitions.search_parameter(type, "_id");
  for (const std::string& id : ids) {
    Operand operand;
    operand.code = id;
    criterion.alternatives.push_back(std::move(operand));
  }
  return criterion;
}

}  // namespace server::rest
