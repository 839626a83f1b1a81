// What one request knows beside what the server holds: resources that it brings along
// (tx-resource), the versions it rules, the supplements it wants.
// https://hl7.org/fhir/R4/terminology-service.html
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "fhir/base/result.h"
#include "fhir/formats/json_document.h"
#include "terminology/concept_map.h"
#include "terminology/import_depth.h"
#include "terminology/resolver.h"
#include "terminology/terminology.h"
#include "terminology/value_set.h"
#include "terminology/version_rules.h"

namespace terminology {

/// For one request, and one thread. What it gives lives as long as it does.
class Scope final : public Resolver {
 public:
  /// base    outlives the scope
  /// rules   views into the request, which outlives the scope too
  Scope(const Terminology& base, VersionRules rules);
  /// The same request seen with another preferred version of one code system.
  Scope(const Scope& other, const VersionRule& preferred);
  ~Scope() override;
  Scope(const Scope&) = delete;
  Scope& operator=(const Scope&) = delete;

  /// A CodeSystem, ValueSet or ConceptMap that outlives the scope; it goes before what the server
  /// holds by the same url and version.
  ///
  /// errors   invalid: another type, or none
  fhir::Result<void> add(const fhir::json::Value& resource);
  /// Reads a value set that the request is about; that it imports itself is seen.
  std::unique_ptr<const ValueSet> read(const fhir::json::Value& resource) const;
  /// Names a supplement to be used, by canonical. What the scope gave before ends with it.
  ///
  /// errors   not-found: there is none
  fhir::Result<void> use_supplement(std::string_view canonical);

  const CodeSystem* code_system(std::string_view url, std::string_view version) const override;
  const ValueSet* value_set(std::string_view canonical) const override;
  ChosenSystem choose(std::string_view url, std::string_view declared) const override;
  bool is_being_read(std::string_view canonical) const override;
  bool is_too_deep() const override { return import_depth_.is_too_deep(); }
  std::string full_canonical(std::string_view canonical) const override;
  std::vector<std::string_view> versions_of(std::string_view url) const override;

  /// One without content, or a supplement, too.
  const CodeSystem* any_code_system(std::string_view url, std::string_view version) const;
  /// The resource behind a value set; nothing for an implicit one.
  std::optional<fhir::json::Document> value_set_resource(std::string_view canonical) const;
  bool has_value_set(std::string_view url) const;
  /// Those brought along, then those of the server; by canonical when one is given.
  std::vector<const ConceptMap*> concept_maps(std::string_view canonical = {}) const;
  const VersionRules& rules() const { return rules_; }
  const Terminology& base() const { return base_; }
  /// Canonicals, with version, of the supplements in use to a code system.
  std::vector<std::string> supplements_of(std::string_view url) const;

 private:
  struct Brought;  // resources and what was made of them, shared by the scopes of a request
  const fhir::json::Value* find_brought(const std::vector<const fhir::json::Value*>& list,
                                        std::string_view url, std::string_view version) const;
  const CodeSystem* made_code_system(const fhir::json::Value& resource) const;
  const CodeSystem* supplemented(const CodeSystem* system) const;
  const CodeSystem* own_code_system(std::string_view url, std::string_view version) const;
  const ValueSet* implicit_value_set(std::string_view canonical) const;
  std::pair<std::string_view, std::string_view> pinned(std::string_view canonical) const;
  bool is_plain() const;
  const Brought& all_brought() const;
  const std::shared_ptr<Brought>& shared_brought() const;

  const Terminology& base_;
  VersionRules rules_;
  mutable std::shared_ptr<Brought> brought_;  // null: nothing yet
  mutable std::map<std::string, std::unique_ptr<const ValueSet>, std::less<>> value_sets_;
  mutable std::vector<std::string> reading_;  // canonicals of value sets, outermost first
  mutable ImportDepth import_depth_;
};

}  // namespace terminology
