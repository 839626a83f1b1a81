#include "validator_suite.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <sstream>

#include "fhir/base/name_hash.h"
#include "fhir/formats/json_document.h"
#include "fhir/formats/json_writer.h"
#include "fhir/model/faulty_json.h"
#include "fhir/model/xml_reader.h"

namespace suite {
namespace {

namespace fs = std::filesystem;
using fhir::json::Document;
using fhir::json::Value;

fhir::Result<std::string> file_text(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in)
    return fhir::unexpected(
        fhir::make_issue(fhir::IssueType::not_found, "missing fixture " + path.string()));
  std::ostringstream out;
  out << in.rdbuf();
  std::string text = std::move(out).str();
  if (text.starts_with("\xef\xbb\xbf")) text.erase(0, 3);
  return text;
}

fhir::Result<Document> read_resource(const fs::path& path,
                                     const fhir::DefinitionStore& definitions) {
  FHIR_TRY(text, file_text(path));
  if (path.extension() == ".xml") return fhir::read_xml(text, definitions);
  return Document::read(std::move(text));
}

/// As `medisync validate` reads what it judges.
fhir::Result<Document> read_faulty(std::string text, bool is_xml,
                                   const fhir::DefinitionStore& definitions,
                                   fhir::IssueSink& faults) {
  if (!is_xml) return fhir::read_faulty_json(std::move(text), definitions, {}, faults);
  fhir::XmlReadOptions options;
  options.faults = &faults;
  return fhir::read_xml(text, definitions, options);
}

void add_names(const Value* list, std::vector<std::string>& out) {
  if (list == nullptr) return;
  for (const Value& name : list->items()) out.emplace_back(name.string());
}

bool is_true(const Value* value) {
  return value != nullptr && value->kind() == fhir::json::Kind::true_;
}

/// `Patient:0`
void read_bundle_rule(const Value& rule, Run& run) {
  const std::string_view text = rule.string_at("rule");
  const std::size_t colon = text.find(':');
  run.bundle_type = text.substr(0, colon);
  if (colon != std::string_view::npos)
    std::from_chars(text.data() + colon + 1, text.data() + text.size(), run.bundle_index);
  run.bundle_profile = rule.string_at("profile");
}

/// What its reader of XML finds, the reference validator names by an XPath without positions:
/// /f:Observation/f:valueInteger is Observation.value.ofType(integer).
std::string expression_of(std::string_view path, const fhir::DefinitionStore& definitions) {
  constexpr std::string_view k_step = "/f:";
  if (!path.starts_with(k_step)) return std::string(path);
  std::string out;
  const fhir::TypeSchema* type = nullptr;
  while (!path.empty()) {
    path.remove_prefix(k_step.size());
    const std::string_view name = path.substr(0, path.find(k_step));
    path.remove_prefix(name.size());
    const fhir::PropertySchema* property =
        type != nullptr ? type->property(name, fhir::name_hash(name)) : nullptr;
    if (property != nullptr && property->element->is_choice) {
      out.append(".").append(property->element->name);
      out.append(".ofType(").append(property->type->code).append(")");
    } else {
      out.append(out.empty() ? "" : ".").append(name);
    }
    type = out.size() == name.size()                          ? definitions.type(name)
           : property != nullptr && property->type != nullptr ? property->type->type
                                                              : nullptr;
  }
  return out;
}

std::string without_positions(std::string_view expression) {
  std::string out;
  for (std::size_t at = 0; at < expression.size(); ++at) {
    if (expression[at] == '[') at = expression.find(']', at);
    if (at == std::string_view::npos) break;
    if (expression[at] != ']') out += expression[at];
  }
  return out;
}

/// Whether the reference validator's result is recorded.
bool read_expected(const Value* expected, const fhir::DefinitionStore& definitions, Run& run) {
  const Value* errors = expected != nullptr ? expected->find("errors") : nullptr;
  const Value* paths = expected != nullptr ? expected->find("error_paths") : nullptr;
  if (errors == nullptr || paths == nullptr) return false;
  const std::string_view outcome = expected->string_at("outcome");
  run.is_recorded_for_r4 = outcome.substr(outcome.rfind('/') + 1).starts_with("R4.");
  std::from_chars(errors->text().data(), errors->text().data() + errors->text().size(), run.errors);
  for (const Value& path : paths->items()) {
    const std::string expression = expression_of(path.string(), definitions);
    if (expression != path.string()) run.paths_without_positions.insert(expression);
    run.error_paths.insert(expression);
  }
  return true;
}

Run common(const Value& one) {
  Run run;
  run.file = one.string_at("file");
  run.is_self_contained = is_true(one.find("self_contained"));
  run.security_checks = is_true(one.find("security-checks"));
  run.for_publication = is_true(one.find("for-publication"));
  run.example_urls = one.find("examples") == nullptr || is_true(one.find("examples"));
  if (const Value* rule = one.find("bundle-param")) read_bundle_rule(*rule, run);
  add_names(one.find("supporting"), run.known);
  add_names(one.find("profiles"), run.known);
  return run;
}

void sort_unique(std::vector<std::string>& names) {
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
}

fhir::validation::Options options_of(const Run& run) {
  fhir::validation::Options options;
  options.unknown_extensions = fhir::validation::UnknownExtensions::refuse;
  options.security_checks = run.security_checks;
  options.example_urls = run.example_urls;
  options.for_publication = run.for_publication;
  options.closed_parameters = true;
  // The reference validator always knows the package hl7.fhir.uv.tools, which npm does not have.
  options.extension_bases = {"http://hl7.org/fhir/tools/"};
  return options;
}

/// The entries that a rule for bundles names, each against the profile of the rule.
void validate_entries(const Run& run, const Document& document, const Engine& engine,
                      fhir::IssueSink& sink) {
  const Value* entries = document.root().find("entry");
  if (run.bundle_type.empty() || entries == nullptr) return;
  fhir::validation::Options options = options_of(run);
  options.profiles = {run.bundle_profile};
  std::size_t met = 0;
  for (std::size_t i = 0; i < entries->items().size(); ++i) {
    const Value* resource = entries->items()[i].find("resource");
    if (resource == nullptr || resource->string_at("resourceType") != run.bundle_type) continue;
    if (met++ != run.bundle_index) continue;
    engine.validator->validate(document, *resource,
                               "Bundle.entry[" + std::to_string(i) + "].resource", options, sink);
  }
}

}  // namespace

std::vector<Run> read_index(const fs::path& folder, const fhir::DefinitionStore& definitions) {
  auto text = file_text(folder / "index.json");
  REQUIRE(text);
  const auto index = Document::read(*std::move(text));
  REQUIRE(index);
  std::vector<Run> runs;
  for (const Value& one : index->root().items()) {
    if (const Value* base = one.find("base")) {
      Run run = common(one);
      run.key = std::string(one.string_at("name")) + "/base";
      sort_unique(run.known);
      if (read_expected(base, definitions, run)) runs.push_back(std::move(run));
    }
    if (const Value* profile = one.find("profile")) {
      Run run = common(one);
      run.key = std::string(one.string_at("name")) + "/profile";
      run.profile_file = one.string_at("profile_source");
      run.known.push_back(run.profile_file);
      add_names(one.find("profile_supporting"), run.known);
      sort_unique(run.known);
      if (read_expected(profile->find("expect"), definitions, run)) runs.push_back(std::move(run));
    }
  }
  return runs;
}

fhir::Result<Engine> make_engine(const std::shared_ptr<const fhir::DefinitionStore>& core,
                                 const fs::path& folder, const std::vector<std::string>& files) {
  Engine engine;
  std::vector<std::string> resources;
  for (const std::string& file : files) {
    FHIR_TRY(document, read_resource(folder / file, *core));
    resources.push_back(fhir::json::to_string(document.root()));
  }
  engine.definitions = core;
  if (!resources.empty()) {
    FHIR_TRY(definitions, core->with(resources));
    engine.definitions = std::move(definitions);
  }
  engine.terminology = terminology::Terminology::make(engine.definitions);
  FHIR_TRY(validator,
           fhir::validation::Validator::make(engine.definitions, engine.terminology.get()));
  engine.validator = std::move(validator);
  return engine;
}

fhir::Result<Outcome> validate(const Run& run, const Engine& engine, const fs::path& folder) {
  if (!fs::exists(folder / run.file))
    return fhir::unexpected(
        fhir::make_issue(fhir::IssueType::not_found, "missing fixture " + run.file));
  fhir::IssueList issues(100'000);
  FHIR_TRY(text, file_text(folder / run.file));
  auto document =
      read_faulty(std::move(text), run.file.ends_with(".xml"), *engine.definitions, issues);
  if (!document) {
    issues.add(std::move(document).error());
  } else {
    fhir::validation::Options options = options_of(run);
    if (!run.profile_file.empty()) {
      FHIR_TRY(profile, read_resource(folder / run.profile_file, *engine.definitions));
      options.profiles.emplace_back(profile.root().string_at("url"));
    }
    options.issues_max = 100'000;
    engine.validator->validate(*document, options, issues);
    validate_entries(run, *document, engine, issues);
  }
  Outcome outcome;
  outcome.errors = issues.error_count();
  for (const fhir::Issue& issue : issues.issues()) {
    if (issue.severity > fhir::Severity::error) continue;
    std::string bare = without_positions(issue.expression);
    const bool is_bare =
        !run.error_paths.contains(issue.expression) && run.paths_without_positions.contains(bare);
    outcome.error_paths.insert(is_bare ? std::move(bare) : issue.expression);
  }
  outcome.issues = std::move(issues.issues());
  return outcome;
}

}  // namespace suite
