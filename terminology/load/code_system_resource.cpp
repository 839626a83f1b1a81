#include "terminology/load/code_system_resource.h"

#include "terminology/fhir_code_system.h"
#include "terminology/load/json_file.h"

namespace terminology::load {
namespace {

using fhir::IssueType;

release::ReleaseInfo info_of(const fhir::json::Value& resource, const CodeSystemInfo& own) {
  release::ReleaseInfo info;
  info.kind = "codesystem";
  info.url = own.url;
  info.version = own.version;
  info.name = own.name;
  info.title = own.title;
  info.language = own.language;
  info.notice = resource.string_at("copyright");
  info.obtained = own.url;
  info.content = own.content;
  info.is_case_sensitive = own.is_case_sensitive;
  info.hierarchy_is_subsumption = own.hierarchy_is_subsumption;
  return info;
}

}  // namespace

fhir::Result<Draft> read_code_system_resource(const std::string& path, const LoadOptions& options) {
  const auto refuse = [&](IssueType type, const std::string& what) {
    return fhir::unexpected(fhir::make_issue(type, path + ": " + what));
  };
  FHIR_TRY(document, read_json_file(path));
  const fhir::json::Value& root = document.root();
  if (root.string_at("resourceType") != "CodeSystem" || root.string_at("url").empty())
    return refuse(IssueType::invalid, "there is no CodeSystem with a url");
  const auto system = FhirCodeSystem::make(root);
  if (!system->is_enumerable() || system->size() == 0)
    return refuse(IssueType::not_supported, "the CodeSystem has no concepts of its own");
  Draft draft(info_of(root, system->info()));
  for (ConceptId id = 0; id < system->size(); ++id) {
    draft.builder.add(system->at(id));
    for (const Property& property : system->properties(id))
      draft.builder.add_property(id, property);
    for (const Designation& designation : system->designations(id))
      draft.builder.add_designation(id, designation);
    for (const ConceptId parent : system->parents(id)) draft.builder.add_parent(id, parent);
  }
  if (!options.version.empty()) draft.builder.info().version = options.version;
  return draft;
}

}  // namespace terminology::load
