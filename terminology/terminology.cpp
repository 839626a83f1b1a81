// https://hl7.org/fhir/R4/terminology-service.html
#include "terminology/terminology.h"

#include <string>
#include <utility>

#include "terminology/concept_map.h"
#include "terminology/fhir_code_system.h"
#include "terminology/shelves.h"
#include "terminology/value_set_reader.h"

namespace terminology {
namespace {

using fhir::ConformanceRecord;
using fhir::IssueType;
using fhir::Membership;
using fhir::json::Value;

fhir::Result<void> check_type(const Value& resource, std::string_view type) {
  if (resource.string_at("resourceType") == type) return {};
  return fhir::unexpected(fhir::make_issue(
      IssueType::invalid, "A " + std::string(type) + " is needed, not '" +
                              std::string(resource.string_at("resourceType")) + "'"));
}

}  // namespace

Terminology::Terminology(std::unique_ptr<const Shelves> shelves) : shelves_(std::move(shelves)) {}
Terminology::~Terminology() = default;

std::shared_ptr<const Terminology> Terminology::make(
    std::shared_ptr<const fhir::DefinitionStore> definitions, const Terminology* earlier,
    std::shared_ptr<const Releases> releases) {
  const Shelves* shelves = earlier != nullptr ? earlier->shelves_.get() : nullptr;
  return std::shared_ptr<const Terminology>(new Terminology(
      std::make_unique<const Shelves>(std::move(definitions), shelves, std::move(releases))));
}

const fhir::CodeSet* Terminology::value_set(std::string_view canonical) const {
  return shelves_->value_set(canonical);
}

Membership Terminology::in_code_system(std::string_view system, std::string_view code) const {
  const CodeSystem* held = shelves_->code_system(system, {});
  return held == nullptr ? Membership::unknown : held->has(code);
}

fhir::CodingVerdict Terminology::judge(const fhir::Coding& coding) const {
  const CodeSystem* system = shelves_->any_code_system(coding.system, {});
  if (system == nullptr) return {};
  if (!Shelves::has_content(*system))
    return {.is_supplement = system->info().content == Content::supplement};
  fhir::CodingVerdict verdict{.membership = system->has(coding.code)};
  if (coding.display.empty() || verdict.membership != Membership::yes) return verdict;
  const ConceptId id = system->find(coding.code);
  if (id != k_no_concept && !has_display(*system, id, coding.display))
    verdict.right_display = system->at(id).display;
  return verdict;
}

bool Terminology::has_display_in(std::string_view system, std::string_view code,
                                 std::string_view language) const {
  const CodeSystem* held = shelves_->code_system(system, {});
  const ConceptId id = held != nullptr ? held->find(code) : k_no_concept;
  return id != k_no_concept && terminology::has_display_in(*held, id, language);
}

Membership Terminology::subsumes(std::string_view system, std::string_view ancestor,
                                 std::string_view descendant) const {
  const CodeSystem* held = shelves_->code_system(system, {});
  if (held == nullptr) return Membership::unknown;
  const ConceptId above = held->find(ancestor);
  const ConceptId below = held->find(descendant);
  if (above == k_no_concept || below == k_no_concept) {
    if (held->has(ancestor) == Membership::no || held->has(descendant) == Membership::no)
      return Membership::no;
    return ancestor == descendant ? Membership::yes : Membership::unknown;
  }
  const Subsumption found = compare(*held, above, below);
  return found == Subsumption::equivalent || found == Subsumption::subsumes ? Membership::yes
                                                                            : Membership::no;
}

std::string_view Terminology::display(std::string_view system, std::string_view code) const {
  const CodeSystem* held = shelves_->code_system(system, {});
  if (held == nullptr) return {};
  const ConceptId id = held->find(code);
  return id == k_no_concept ? std::string_view{} : held->at(id).display;
}

const fhir::UnitSystem* Terminology::units() const { return shelves_->units(); }

const CodeSystem* Terminology::code_system(std::string_view url, std::string_view version) const {
  return shelves_->code_system(url, version);
}

const CodeSystem* Terminology::any_code_system(std::string_view url,
                                               std::string_view version) const {
  return shelves_->any_code_system(url, version);
}

std::vector<std::string_view> Terminology::versions_of(std::string_view url) const {
  return shelves_->versions_of(url);
}

const fhir::DefinitionStore& Terminology::definitions() const { return shelves_->definitions(); }

bool Terminology::is_being_read(std::string_view canonical) const {
  return shelves_->is_being_read(canonical);
}

std::shared_ptr<const Releases> Terminology::releases() const { return shelves_->releases(); }

const ImpliedResources& Terminology::implied() const { return shelves_->implied(); }

const ValueSet* Terminology::find_value_set(std::string_view canonical) const {
  return shelves_->value_set(canonical);
}

const ConceptMap* Terminology::concept_map(std::string_view canonical) const {
  const auto* record = shelves_->definitions().record("ConceptMap", canonical);
  return record != nullptr ? shelves_->concept_map(record)
                           : shelves_->implied_maps().find(canonical);
}

std::vector<const ConceptMap*> Terminology::concept_maps() const {
  std::vector<const ConceptMap*> all;
  for (const ConformanceRecord& record : shelves_->concept_maps().records()) {
    if (const ConceptMap* map = shelves_->concept_map(&record)) all.push_back(map);
  }
  const auto implied = shelves_->implied_maps().newest();
  all.insert(all.end(), implied.begin(), implied.end());
  return all;
}

const CodeSystem* Terminology::kept_code_system(std::string_view url,
                                                std::string_view version) const {
  return shelves_->kept_code_system(url, version);
}

const ValueSet* Terminology::kept_value_set(std::string_view canonical) const {
  return shelves_->kept_value_set(canonical);
}

const ConceptMap* Terminology::kept_concept_map(std::string_view canonical) const {
  return shelves_->kept_concept_map(canonical);
}

fhir::Result<std::unique_ptr<const ValueSet>> Terminology::read_value_set(
    const Value& resource) const {
  FHIR_CHECK(check_type(resource, "ValueSet"));
  return ValueSetReader::read(resource, *shelves_);
}

fhir::Result<std::unique_ptr<const CodeSystem>> Terminology::read_code_system(
    const Value& resource) const {
  FHIR_CHECK(check_type(resource, "CodeSystem"));
  return std::unique_ptr<const CodeSystem>(FhirCodeSystem::make(resource));
}

fhir::Result<std::unique_ptr<const ConceptMap>> Terminology::read_concept_map(
    const Value& resource) const {
  FHIR_CHECK(check_type(resource, "ConceptMap"));
  return ConceptMap::make(resource);
}

}  // namespace terminology
