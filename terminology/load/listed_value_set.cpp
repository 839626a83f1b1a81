#include "terminology/load/listed_value_set.h"

#include "terminology/load/json_file.h"

namespace terminology::load {
namespace {

using fhir::IssueType;
using fhir::make_issue;
using fhir::unexpected;
using fhir::json::Value;

void add_concept(const Value& listed, CodeSystemBuilder& builder) {
  Concept item;
  item.code = listed.string_at("code");
  item.display = listed.string_at("display");
  if (item.code.empty()) return;
  const ConceptId id = builder.add(item);
  const Value* designations = listed.find("designation");
  if (designations == nullptr) return;
  for (const Value& one : designations->items()) {
    Designation designation;
    designation.language = one.string_at("language");
    designation.value = one.string_at("value");
    if (const Value* use = one.find("use")) {
      designation.use_system = use->string_at("system");
      designation.use_code = use->string_at("code");
      designation.use_display = use->string_at("display");
    }
    builder.add_designation(id, designation);
  }
}

}  // namespace

fhir::Result<Draft> read_listed_value_set(const std::string& path, const LoadOptions& options) {
  FHIR_TRY(document, read_json_file(path));
  const Value& root = document.root();
  const auto refuse = [&](IssueType type, const std::string& what) {
    return unexpected(make_issue(type, path + ": " + what));
  };
  const Value* compose = root.find("compose");
  const Value* includes = compose != nullptr ? compose->find("include") : nullptr;
  if (root.string_at("resourceType") != "ValueSet" || includes == nullptr)
    return refuse(IssueType::invalid, "there is no ValueSet with a compose");
  if (compose->find("exclude") != nullptr)
    return refuse(IssueType::not_supported, "only a list of concepts can be loaded");
  release::ReleaseInfo info;
  info.kind = "valueset";
  info.name = root.string_at("name");
  info.title = root.string_at("title");
  info.language = root.string_at("language");
  info.notice = root.string_at("copyright");
  info.obtained = root.string_at("url");
  info.content = Content::fragment;
  Draft draft(std::move(info));
  for (const Value& include : includes->items()) {
    const Value* concepts = include.find("concept");
    const std::string_view system = include.string_at("system");
    std::string& url = draft.builder.info().url;
    if (concepts == nullptr || system.empty() || (!url.empty() && url != system))
      return refuse(IssueType::not_supported,
                    "only a list of concepts of one code system can be loaded");
    url = system;
    draft.builder.info().version = include.string_at("version");
    for (const Value& listed : concepts->items()) add_concept(listed, draft.builder);
  }
  if (draft.builder.size() == 0) return refuse(IssueType::invalid, "there is no concept");
  if (!options.version.empty()) draft.builder.info().version = options.version;
  return draft;
}

}  // namespace terminology::load
