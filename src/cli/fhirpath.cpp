// medisync fhirpath EXPRESSION FILE...
#include "src/cli/fhirpath.h"

#include <chrono>
#include <cstdio>
#include <ctime>

#include "fhir/fhirpath/item_json.h"
#include "fhir/formats/json_writer.h"
#include "fhir/validation/validator.h"
#include "src/cli/commands.h"
#include "src/cli/definitions.h"
#include "src/cli/files.h"
#include "terminology/terminology.h"

namespace server::cli {
namespace {

using operations::FhirpathInput;
using operations::FhirpathOutput;
using operations::FhirpathRunner;

constexpr int k_failed = 1;
constexpr int k_misuse = 2;

void print_failure(const std::string& file, const fhir::Issue& issue) {
  std::fprintf(stderr, "medisync: %s: %s: %s", file.c_str(), std::string(error_code(issue)).c_str(),
               issue.diagnostics.c_str());
  if (issue.line != 0) std::fprintf(stderr, " (%u:%u)", issue.line, issue.column);
  std::fputc('\n', stderr);
}

/// A line per item: type, path, value as JSON, apart by tabs.
void print_text(const std::string& file, const std::vector<FhirpathOutput>& outputs,
                const fhir::Element& resource, bool names_file) {
  fhir::fhirpath::ElementPaths paths(resource);
  for (const FhirpathOutput& output : outputs) {
    for (const fhir::fhirpath::Item& item : output.items) {
      std::string value;
      fhir::fhirpath::append_json(value, item);
      const std::string path =
          item.element() != nullptr ? paths.find(*item.element()) : std::string();
      if (names_file) std::printf("%s\t", file.c_str());
      std::printf("%s\t%s\t%s\n", std::string(fhir::fhirpath::type_label(item)).c_str(),
                  path.empty() ? "-" : path.c_str(), value.c_str());
    }
    for (const operations::FhirpathTrace& trace : output.traces) {
      for (const fhir::fhirpath::Item& item : trace.items)
        std::fprintf(stderr, "trace %s: %s\n", trace.name.c_str(),
                     fhir::fhirpath::literal_text(item).c_str());
    }
  }
}

int run_file(FhirpathRunner& runner, const FhirpathSettings& settings, FhirpathInput input,
             const std::string& file, const fhir::DefinitionStore& definitions) {
  auto document = read_resource(file, definitions);
  if (!document) {
    print_failure(file, document.error());
    return k_misuse;
  }
  input.resource = root_element(document->root(), definitions);
  input.document = &*document;
  const auto outputs = runner.run(input);
  if (!outputs) {
    print_failure(file, outputs.error());
    return k_failed;
  }
  if (settings.output == "text") {
    print_text(file, *outputs, input.resource, settings.files.size() > 1);
    return 0;
  }
  std::string line;
  fhir::json::Builder out(line);
  out.begin_object().string("file", file);
  write_results(out, *outputs, input.resource);
  out.end_object();
  std::printf("%s\n", line.c_str());
  return 0;
}

}  // namespace

std::string_view error_code(const fhir::Issue& issue) {
  if (issue.type == fhir::IssueType::too_costly || issue.type == fhir::IssueType::too_long)
    return "too-costly";
  if (issue.type == fhir::IssueType::not_supported) return "not-supported";
  return issue.rule.empty() ? "input" : std::string_view(issue.rule);
}

void write_results(fhir::json::Builder& out, const std::vector<FhirpathOutput>& outputs,
                   const fhir::Element& resource) {
  fhir::fhirpath::ElementPaths paths(resource);
  out.key("result").begin_array();
  for (const FhirpathOutput& output : outputs) {
    for (const fhir::fhirpath::Item& item : output.items) {
      std::string value;
      fhir::fhirpath::append_json(value, item);
      out.begin_object().string("type", fhir::fhirpath::type_label(item)).raw("value", value);
      if (item.element() != nullptr) {
        if (const std::string path = paths.find(*item.element()); !path.empty())
          out.string("path", path);
      }
      out.end_object();
    }
  }
  out.end_array();
}

std::optional<int> zone_minutes(std::string_view text) {
  const auto moment = fhir::DateTime::parse("2000-01-01T00:00:00" + std::string(text));
  if (!moment || !moment->offset_minutes) return std::nullopt;
  return *moment->offset_minutes;
}

int fhirpath(const FhirpathSettings& settings) {
  auto definitions = load_definitions(settings.definitions);
  if (!definitions) {
    std::fprintf(stderr, "medisync: %s\n", definitions.error().diagnostics.c_str());
    return k_misuse;
  }
  const auto loaded = load_terminology(*definitions, settings.data);
  if (!loaded) {
    std::fprintf(stderr, "medisync: %s\n", loaded.error().diagnostics.c_str());
    return k_misuse;
  }
  const auto& terminology = *loaded;
  // Made where conformsTo() asks for it: an expression without it need not wait.
  std::unique_ptr<fhir::validation::Validator> validator;
  FhirpathRunner runner(**definitions, terminology.get(), [&] {
    if (validator == nullptr) {
      auto made = fhir::validation::Validator::make(*definitions, terminology.get());
      if (made) validator = *std::move(made);
    }
    return validator.get();
  });
  FhirpathInput input;
  input.expression = settings.expression;
  input.context = settings.context;
  input.is_checked = !settings.lenient;
  input.now_utc_ms = std::chrono::duration_cast<std::chrono::milliseconds>(
                         std::chrono::system_clock::now().time_since_epoch())
                         .count();
  if (settings.zone.empty()) {
    const std::time_t seconds = input.now_utc_ms / 1000;
    std::tm local{};
    localtime_r(&seconds, &local);
    input.offset_minutes = static_cast<int>(local.tm_gmtoff / 60);
  } else if (const auto minutes = zone_minutes(settings.zone)) {
    input.offset_minutes = *minutes;
  } else {
    std::fprintf(stderr, "medisync: --zone is written as +11:00 or Z\n");
    return k_misuse;
  }
  if (settings.ndjson) return fhirpath_lines(runner, input, **definitions, stdin, stdout);
  if (settings.files.empty()) {
    std::fprintf(stderr, "medisync: fhirpath takes EXPRESSION and FILE, or --ndjson\n");
    return k_misuse;
  }
  auto files = expand_paths(settings.files);
  if (!files) {
    std::fprintf(stderr, "medisync: %s\n", files.error().diagnostics.c_str());
    return k_misuse;
  }
  // A mistake of syntax is the same in every file.
  if (const auto compiled = runner.compiled(settings.expression); !compiled) {
    print_failure("EXPRESSION", compiled.error());
    return k_failed;
  }
  int status = 0;
  for (const std::string& file : *files)
    status = std::max(status, run_file(runner, settings, input, file, **definitions));
  return status;
}

}  // namespace server::cli
