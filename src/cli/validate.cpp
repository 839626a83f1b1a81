// medisync validate
#include <cstdio>
#include <memory>

#include "fhir/formats/json_writer.h"
#include "fhir/validation/validator.h"
#include "src/cli/commands.h"
#include "src/cli/engine.h"
#include "src/cli/files.h"
#include "src/rest/status.h"
#include "terminology/terminology.h"

namespace server::cli {
namespace {

constexpr int k_misuse = 2;

void print_text(const std::string& file, const std::vector<fhir::Issue>& issues) {
  if (issues.empty()) std::printf("%s: valid\n", file.c_str());
  for (const fhir::Issue& issue : issues) {
    std::printf("%s:%u:%u: %s: %s", file.c_str(), issue.line, issue.column,
                std::string(fhir::code_of(issue.severity)).c_str(), issue.diagnostics.c_str());
    if (!issue.expression.empty()) std::printf(" [%s]", issue.expression.c_str());
    if (!issue.rule.empty()) std::printf(" (%s)", issue.rule.c_str());
    std::printf("\n");
  }
}

/// An outcome has at least one issue; a clean one says so.
std::string outcome_of(const std::vector<fhir::Issue>& issues) {
  if (!issues.empty()) return rest::outcome_json(issues);
  fhir::Issue fine;
  fine.severity = fhir::Severity::information;
  fine.type = fhir::IssueType::informational;
  fine.diagnostics = "No issues";
  return rest::outcome_json(std::span(&fine, 1));
}

/// Packages that are XML, or single resources, join the definitions as resources.
fhir::Result<std::shared_ptr<const fhir::DefinitionStore>> definitions_with(
    const DefinitionSettings& settings) {
  DefinitionSettings plain = settings;
  std::vector<std::string> xml;
  std::erase_if(plain.packages, [&](const std::string& path) {
    if (!path.ends_with(".xml")) return false;
    xml.push_back(path);
    return true;
  });
  FHIR_TRY(definitions, load_definitions(plain));
  if (xml.empty()) return std::move(definitions);
  std::vector<std::string> resources;
  for (const std::string& path : xml) {
    FHIR_TRY(document, read_resource(path, *definitions));
    resources.push_back(fhir::json::to_string(document.root()));
  }
  return definitions->with(resources);
}

}  // namespace

int validate(const ValidateSettings& settings) {
  auto fail = [](const fhir::Issue& issue) {
    std::fprintf(stderr, "medisync: %s\n", issue.diagnostics.c_str());
    return k_misuse;
  };
  auto definitions = definitions_with(settings.definitions);
  if (!definitions) return fail(definitions.error());
  const auto terminology = terminology::Terminology::make(*definitions);
  auto validator = fhir::validation::Validator::make(*definitions, terminology.get());
  if (!validator) return fail(validator.error());
  auto files = expand_paths(settings.files);
  if (!files) return fail(files.error());

  fhir::validation::Options options;
  options.profiles = settings.profiles;
  options.unknown_extensions = settings.lenient_extensions
                                   ? fhir::validation::UnknownExtensions::warn
                                   : fhir::validation::UnknownExtensions::refuse;
  bool any_error = false;
  bool any_unread = false;
  bool is_first = true;
  if (settings.output == "json") std::printf("[");
  for (const std::string& file : *files) {
    fhir::IssueList found;
    auto document = read_resource(file, **definitions);
    if (document) {
      (*validator)->validate(*document, options, found);
    } else {
      any_unread = any_unread || document.error().type == fhir::IssueType::not_found;
      found.add(document.error());
    }
    any_error = any_error || found.has_errors();
    if (settings.output == "text") {
      print_text(file, found.issues());
      continue;
    }
    std::string line;
    fhir::json::Builder out(line);
    out.begin_object().string("file", file).raw("outcome", outcome_of(found.issues())).end_object();
    std::printf("%s%s%s", settings.output == "json" && !is_first ? "," : "", line.c_str(),
                settings.output == "json" ? "" : "\n");
    is_first = false;
  }
  if (settings.output == "json") std::printf("]\n");
  return any_unread ? k_misuse : any_error ? 1 : 0;
}

}  // namespace server::cli
