// The terminology module: code systems, value sets and concept maps of one snapshot of definitions,
// each read when it is first asked for. Immutable to look at; safe for any number of threads.
// https://hl7.org/fhir/R4/terminology-module.html
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "fhir/base/result.h"
#include "fhir/definitions/definition_store.h"
#include "fhir/formats/json_value.h"
#include "fhir/model/terminology_provider.h"

namespace terminology {

class CodeSystem;
class ConceptMap;
class ImpliedResources;
class Releases;
class Shelves;
class ValueSet;

class Terminology final : public fhir::TerminologyProvider {
 public:
  /// Reads nothing yet: costs the same for any number of definitions.
  ///
  /// earlier   of another snapshot, or null: what it read already and would be read the same again
  ///           is shared with it
  /// releases  what was loaded; null: that of `earlier`
  static std::shared_ptr<const Terminology> make(
      std::shared_ptr<const fhir::DefinitionStore> definitions,
      const Terminology* earlier = nullptr, std::shared_ptr<const Releases> releases = nullptr);
  ~Terminology() override;

  const fhir::CodeSet* value_set(std::string_view canonical) const override;
  fhir::Membership in_code_system(std::string_view system, std::string_view code) const override;
  fhir::CodingVerdict judge(const fhir::Coding& coding) const override;
  bool has_display_in(std::string_view system, std::string_view code,
                      std::string_view language) const override;
  fhir::Membership subsumes(std::string_view system, std::string_view ancestor,
                            std::string_view descendant) const override;
  std::string_view display(std::string_view system, std::string_view code) const override;
  const fhir::UnitSystem* units() const override;

  /// By url; version empty: the newest. Null when it is not held, or held without any content.
  /// What is given lives as long as this.
  const CodeSystem* code_system(std::string_view url, std::string_view version = {}) const;

  /// The same, those without content and supplements too.
  const CodeSystem* any_code_system(std::string_view url, std::string_view version = {}) const;
  /// The versions of a code system that are held, oldest first.
  std::vector<std::string_view> versions_of(std::string_view url) const;
  const fhir::DefinitionStore& definitions() const;
  /// Whether a value set is null only because it is part of itself and being read.
  bool is_being_read(std::string_view canonical) const;

  /// The releases that code systems come from beside the definitions; never null.
  std::shared_ptr<const Releases> releases() const;
  /// The resources that they stand for.
  const ImpliedResources& implied() const;

  /// By canonical, with or without |version; implicit ones (`<code system>?fhir_vs`, a code
  /// system's own CodeSystem.valueSet, all units of UCUM) too. Null when it is not held.
  const ValueSet* find_value_set(std::string_view canonical) const;

  /// By canonical, with or without |version. Null when it is not held.
  const ConceptMap* concept_map(std::string_view canonical) const;
  /// All that are held, in no order that means something; reads those not yet read.
  std::vector<const ConceptMap*> concept_maps() const;

  /// What the questions above would answer where nothing need be read or waited for first; null
  /// where that is so, or there is none.
  const CodeSystem* kept_code_system(std::string_view url, std::string_view version) const;
  const ValueSet* kept_value_set(std::string_view canonical) const;
  const ConceptMap* kept_concept_map(std::string_view canonical) const;

  /// Makes resources ready that are not part of the snapshot; they must not outlive it.
  ///
  /// errors   invalid: another type of resource
  fhir::Result<std::unique_ptr<const ValueSet>> read_value_set(
      const fhir::json::Value& resource) const;
  fhir::Result<std::unique_ptr<const CodeSystem>> read_code_system(
      const fhir::json::Value& resource) const;
  fhir::Result<std::unique_ptr<const ConceptMap>> read_concept_map(
      const fhir::json::Value& resource) const;

 private:
  explicit Terminology(std::unique_ptr<const Shelves> shelves);
  std::unique_ptr<const Shelves> shelves_;
};

}  // namespace terminology
