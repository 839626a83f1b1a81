// medisync validate: many files on all cores, told in their order.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cinttypes>
#include <cstdio>
#include <iostream>
#include <memory>
#include <thread>

#include "fhir/formats/json_writer.h"
#include "fhir/validation/validator.h"
#include "src/cli/commands.h"
#include "src/cli/definitions.h"
#include "src/cli/files.h"
#include "src/cli/ordered_output.h"
#include "src/cli/resource_feed.h"
#include "src/rest/status.h"
#include "terminology/terminology.h"

namespace server::cli {
namespace {

constexpr int k_misuse = 2;
constexpr std::uint64_t k_ahead_max = 256;

using Issues = std::vector<fhir::Issue>;

struct Counts {
  std::atomic<std::uint64_t> resources = 0, invalid = 0, unread = 0, errors = 0, warnings = 0;
};

std::string text_of(const std::string& file, const Issues& issues, bool is_valid) {
  if (issues.empty()) return is_valid ? file + ": valid\n" : std::string();
  std::string out;
  for (const fhir::Issue& issue : issues) {
    out.append(file).append(":");
    if (issue.line != 0) {
      out.append(std::to_string(issue.line)).append(":");
      out.append(std::to_string(issue.column)).append(":");
    }
    out.append(" ").append(fhir::code_of(issue.severity));
    out.append(": ").append(issue.diagnostics);
    if (!issue.expression.empty()) out.append(" [").append(issue.expression).append("]");
    if (!issue.rule.empty()) out.append(" (").append(issue.rule).append(")");
    out += '\n';
  }
  return out;
}

/// An outcome has at least one issue; a clean one says so.
std::string outcome_of(const Issues& issues) {
  if (!issues.empty()) return rest::outcome_json(issues);
  fhir::Issue fine;
  fine.severity = fhir::Severity::information;
  fine.type = fhir::IssueType::informational;
  fine.diagnostics = "No issues";
  return rest::outcome_json(std::span(&fine, 1));
}

class Run {
 public:
  Run(const ValidateSettings& settings, const fhir::DefinitionStore& definitions,
      const fhir::validation::Validator& validator, ResourceFeed& feed)
      : settings_(settings), definitions_(definitions), validator_(validator), feed_(feed) {
    options_.profiles = settings.profiles;
    options_.extension_bases = settings.extension_bases;
    options_.for_publication = settings.for_publication;
    options_.closed_parameters = settings.closed_parameters;
    options_.unknown_extensions = settings.lenient_extensions
                                      ? fhir::validation::UnknownExtensions::warn
                                      : fhir::validation::UnknownExtensions::refuse;
    least_ = settings.severity == "error"     ? fhir::Severity::error
             : settings.severity == "warning" ? fhir::Severity::warning
                                              : fhir::Severity::information;
  }

  void on_threads(unsigned threads) {
    std::vector<std::thread> others;
    for (unsigned i = 1; i < threads; ++i) others.emplace_back([this] { work(); });
    work();
    for (std::thread& thread : others) thread.join();
  }

  const Counts& counts() const { return counts_; }

 private:
  void work() {
    while (auto fed = feed_.next()) {
      const std::uint64_t sequence = fed->sequence;
      output_.put(sequence, judge(*std::move(fed)));
    }
  }

  std::string judge(FedResource fed) {
    fhir::IssueList found;
    const auto document = read(fed, found);
    if (document) {
      validator_.validate(*document, options_, found);
    } else {
      found.add(document.error());
      if (document.error().type == fhir::IssueType::not_found) ++counts_.unread;
    }
    if (fed.line != 0) {
      for (fhir::Issue& issue : found.issues()) issue.line = fed.line;
    }
    ++counts_.resources;
    counts_.errors += found.error_count();
    if (found.has_errors()) ++counts_.invalid;
    counts_.warnings += static_cast<std::uint64_t>(std::count_if(
        found.issues().begin(), found.issues().end(),
        [](const fhir::Issue& issue) { return issue.severity == fhir::Severity::warning; }));
    std::erase_if(found.issues(),
                  [&](const fhir::Issue& issue) { return issue.severity > least_; });
    return told(fed, found);
  }

  /// What the reading can go on after is one finding more.
  fhir::Result<fhir::json::Document> read(FedResource& fed, fhir::IssueSink& found) const {
    if (fed.problem) return fhir::unexpected(*fed.problem);
    if (fed.text) return read_faulty_resource(*std::move(fed.text), definitions_, found);
    FHIR_TRY(text, read_file(fed.file));
    return read_faulty_resource(std::move(text), definitions_, found);
  }

  std::string told(const FedResource& fed, const fhir::IssueList& found) const {
    if (settings_.output == "text") return text_of(fed.file, found.issues(), !found.has_errors());
    std::string line;
    if (settings_.output == "json" && fed.sequence != 0) line += ',';
    fhir::json::Builder out(line);
    out.begin_object().string("file", fed.file);
    if (fed.line != 0) out.number("line", fed.line);
    out.raw("outcome", outcome_of(found.issues())).end_object();
    if (settings_.output == "ndjson") line += '\n';
    return line;
  }

  const ValidateSettings& settings_;
  const fhir::DefinitionStore& definitions_;
  const fhir::validation::Validator& validator_;
  ResourceFeed& feed_;
  fhir::validation::Options options_;
  fhir::Severity least_ = fhir::Severity::information;
  Counts counts_;
  OrderedOutput output_{stdout, k_ahead_max};
};

void print_summary(const Counts& counts, std::chrono::duration<double> took) {
  std::fprintf(stderr,
               "%" PRIu64 " resources, %" PRIu64 " with errors; %" PRIu64 " errors, %" PRIu64
               " warnings; %.2f s, %.0f resources/s\n",
               counts.resources.load(), counts.invalid.load(), counts.errors.load(),
               counts.warnings.load(), took.count(),
               static_cast<double>(counts.resources.load()) / std::max(took.count(), 1e-6));
}

}  // namespace

int validate(const ValidateSettings& settings) {
  auto fail = [](const fhir::Issue& issue) {
    std::fprintf(stderr, "medisync: %s\n", issue.diagnostics.c_str());
    return k_misuse;
  };
  auto definitions = load_definitions(settings.definitions);
  if (!definitions) return fail(definitions.error());
  const auto terminology = load_terminology(*definitions, settings.data);
  if (!terminology) return fail(terminology.error());
  auto validator = fhir::validation::Validator::make(*definitions, terminology->get());
  if (!validator) return fail(validator.error());
  auto files = expand_paths(settings.files);
  if (!files) return fail(files.error());

  const unsigned cores = std::max(1u, std::thread::hardware_concurrency());
  const unsigned threads = settings.threads != 0 ? settings.threads : cores;
  std::ios::sync_with_stdio(false);  // standard input is read in blocks
  ResourceFeed feed(*std::move(files), std::cin);
  Run run(settings, **definitions, **validator, feed);
  const auto start = std::chrono::steady_clock::now();
  if (settings.output == "json") std::printf("[");
  run.on_threads(threads);
  if (settings.output == "json") std::printf("]\n");
  std::fflush(stdout);
  if (!settings.quiet) print_summary(run.counts(), std::chrono::steady_clock::now() - start);
  if (run.counts().unread != 0) return k_misuse;
  return run.counts().invalid != 0 ? 1 : 0;
}

}  // namespace server::cli
