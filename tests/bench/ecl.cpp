// How long expression constraints take over an edition of SNOMED CT.
// usage: bench_ecl FOLDER   loads the RF2 release below FOLDER once, then executes each
// expression of the standard input (one a line) ten times and prints the best time and the count.
#include <chrono>
#include <filesystem>
#include <iostream>
#include <string>

#include "terminology/ecl/evaluate.h"
#include "terminology/ecl/parse.h"
#include "terminology/load/rf2_loader.h"
#include "terminology/release/mapped_file.h"
#include "terminology/snomed/edition.h"

namespace {

using Clock = std::chrono::steady_clock;

double milliseconds_since(Clock::time_point start) {
  return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

int fail(const fhir::Issue& issue) {
  std::cerr << issue.diagnostics << '\n';
  return 1;
}

void run(const std::string& text, const terminology::snomed::Edition& edition) {
  double best = 1e9;
  std::size_t count = 0;
  for (int round = 0; round < 10; ++round) {
    const auto start = Clock::now();
    const auto expression = terminology::ecl::parse(text);
    if (!expression) {
      fail(expression.error());
      return;
    }
    const auto found = terminology::ecl::evaluate(*expression, edition);
    if (!found) {
      fail(found.error());
      return;
    }
    best = std::min(best, milliseconds_since(start));
    count = found->count();
  }
  std::cout << best << " ms  " << count << "  " << text << '\n';
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: bench_ecl FOLDER < EXPRESSIONS\n";
    return 2;
  }
  const std::string target = std::filesystem::temp_directory_path() / "medisync-ecl-bench";
  std::filesystem::create_directories(target);
  const auto start = Clock::now();
  const auto report = terminology::load::load_rf2(argv[1], target, {});
  if (!report) return fail(report.error());
  std::cout << "loaded " << report->concepts << " concepts in " << milliseconds_since(start)
            << " ms\n";
  const auto file = terminology::release::MappedFile::open(report->file);
  if (!file) return fail(file.error());
  const auto edition = terminology::snomed::Edition::make(*file);
  if (!edition) return fail(edition.error());
  for (std::string line; std::getline(std::cin, line);) {
    if (!line.empty()) run(line, **edition);
  }
  std::filesystem::remove_all(target);
}
