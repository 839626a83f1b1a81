// The official R4 validator suite against the recorded outcomes of the reference validator: whether
// there is any error, and the set of the errors' paths. Where we differ in a run that needs no
// package but the core, validator_suite_differences.txt says why; a line there whose run agrees is
// a failure. MEDISYNC_SUITE_RUN=text prints the runs whose key contains the text.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <map>

#include "conformance/suite_files.h"
#include "validator_suite.h"

namespace {

namespace fs = std::filesystem;
using suite::Outcome;
using suite::Run;

struct Difference {
  std::string kind;           // verdict or paths
  bool is_elsewhere = false;  // what decides the run is in no file of the suite, nor beside it
};

/// `run | verdict or paths | why`, one a line; # begins a comment.
std::map<std::string, Difference> read_differences() {
  constexpr std::string_view k_elsewhere = ", elsewhere";
  std::map<std::string, Difference> kinds;
  std::ifstream in(MEDISYNC_SOURCE_DIR "/tests/conformance/validator_suite_differences.txt");
  REQUIRE(in);
  for (std::string line; std::getline(in, line);) {
    if (line.empty() || line[0] == '#') continue;
    const std::size_t first = line.find(" | ");
    const std::size_t second = line.find(" | ", first + 3);
    REQUIRE_MESSAGE(second != std::string::npos, "malformed line: " << line);
    REQUIRE_MESSAGE(line.size() > second + 3, "no reason given: " << line);
    Difference& difference = kinds[line.substr(0, first)];
    difference.kind = line.substr(first + 3, second - first - 3);
    difference.is_elsewhere = difference.kind.ends_with(k_elsewhere);
    if (difference.is_elsewhere)
      difference.kind.resize(difference.kind.size() - k_elsewhere.size());
  }
  return kinds;
}

/// verdict, paths, or empty where both agree.
std::string kind_of_difference(const Run& run, const Outcome& outcome) {
  if ((run.errors != 0) != (outcome.errors != 0)) return "verdict";
  if (run.error_paths != outcome.error_paths) return "paths";
  return {};
}

void print(const Run& run, const Outcome& outcome) {
  std::cout << run.key << "  (" << run.file << ")\n";
  for (const std::string& path : run.error_paths) {
    if (!outcome.error_paths.contains(path)) std::cout << "  missing  " << path << '\n';
  }
  for (const std::string& path : outcome.error_paths) {
    if (!run.error_paths.contains(path)) std::cout << "  surplus  " << path << '\n';
  }
  for (const fhir::Issue& issue : outcome.issues)
    std::cout << "  " << code_of(issue.severity) << " " << issue.expression << ": "
              << issue.diagnostics << " [" << issue.line << ":" << issue.column << "]\n";
}

struct Totals {
  std::size_t runs = 0, verdicts = 0, paths = 0;
  void add(const std::string& difference) {
    ++runs;
    if (difference != "verdict") ++verdicts;
    if (difference.empty()) ++paths;
  }
};

std::ostream& operator<<(std::ostream& out, const Totals& totals) {
  const auto per_cent = [&](std::size_t count) {
    return static_cast<double>(count * 1000 / std::max<std::size_t>(totals.runs, 1)) / 10;
  };
  return out << "run " << totals.runs << ", verdict agrees " << totals.verdicts << " ("
             << per_cent(totals.verdicts) << " %), paths agree " << totals.paths << " ("
             << per_cent(totals.paths) << " %)";
}

}  // namespace

TEST_CASE("the official validator suite is judged as recorded, but for differences with a reason") {
  const fs::path folder = suites::shared_folder() / "suites/validator";
  const fs::path packages = fs::path(MEDISYNC_SOURCE_DIR) / "profiles/.packages";
  const fs::path package = packages / "hl7.fhir.r4.examples";
  if (!fs::exists(folder) || !fs::exists(package)) {
    MESSAGE("skipped: " << (fs::exists(folder) ? package : folder) << " is missing");
    return;
  }
  const char* named = std::getenv("MEDISYNC_SUITE_RUN");
  const std::string wanted = named != nullptr ? named : "";
  fhir::LoadOptions load;
  // The reference validator knows these beside the core, whatever it is asked.
  for (const char* known : {"hl7.fhir.r4.examples", "hl7.terminology.r4",
                            "hl7.fhir.uv.extensions.r4", "@lhncbc/ucum-lhc"}) {
    if (fs::exists(packages / known)) load.sources.push_back((packages / known).string());
  }
  const auto core = fhir::DefinitionStore::load(load);
  REQUIRE(core);
  auto differences = read_differences();

  // Runs that know the same files follow each other, so that each set is compiled once.
  std::map<std::vector<std::string>, std::vector<Run>> by_known;
  for (Run& run : suite::read_index(folder, **core)) {
    if (run.key.find(wanted) == std::string::npos) continue;
    std::vector<std::string> known = run.known;
    by_known[std::move(known)].push_back(std::move(run));
  }
  Totals self_contained, recorded_for_r4, decided_here, all;
  std::size_t without_file = 0;
  for (const auto& [known, runs] : by_known) {
    const auto engine = suite::make_engine(*core, folder, known);
    for (const Run& run : runs) {
      auto outcome = engine ? suite::validate(run, *engine, folder)
                            : fhir::Result<Outcome>(fhir::unexpected(engine.error()));
      if (!outcome) {
        const bool is_missing = outcome.error().type == fhir::IssueType::not_found;
        if (!run.is_self_contained && is_missing) {
          ++without_file;
          continue;
        }
        if (run.is_self_contained) FAIL_CHECK(run.key << ": " << outcome.error().diagnostics);
        outcome = Outcome{};
      }
      const std::string difference = kind_of_difference(run, *outcome);
      if (!wanted.empty()) print(run, *outcome);
      all.add(difference);
      if (!run.is_self_contained) continue;
      self_contained.add(difference);
      if (run.is_recorded_for_r4) recorded_for_r4.add(difference);
      const auto listed = differences.find(run.key);
      const Difference expected = listed != differences.end() ? listed->second : Difference{};
      if (!expected.is_elsewhere) decided_here.add(difference);
      if (listed != differences.end()) differences.erase(listed);
      CHECK_MESSAGE(difference == expected.kind, run.key << ": differs in '" << difference
                                                         << "', listed is '" << expected.kind
                                                         << "'");
    }
  }
  if (wanted.empty()) {
    for (const auto& [key, difference] : differences) FAIL_CHECK(key << " is listed and is no run");
  }
  std::cout << "validator suite, self-contained: " << self_contained << "\n"
            << "validator suite, of these recorded for R4: " << recorded_for_r4 << "\n"
            << "validator suite, of these decided by what is here: " << decided_here << "\n"
            << "validator suite, all: " << all << "; without their file: " << without_file << "\n";
}
