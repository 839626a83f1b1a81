// What loaded releases cost in process, on one core.
// usage: bench_terminology_bench FOLDER [open]   FOLDER holds release files; prints a JSON line for
// each measurement: questions a second of processor time, or milliseconds of it, the median of
// rounds. With `open` only what it costs to open and check them, and what memory they take.
#include <time.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <random>
#include <string>
#include <vector>

#include "terminology/maps/snomed_maps.h"
#include "terminology/releases.h"
#include "terminology/snomed/edition.h"
#include "terminology/translate.h"

namespace {

using terminology::ConceptId;
using terminology::snomed::Edition;

constexpr std::size_t k_questions = 400'000;
constexpr int k_rounds = 7;
constexpr std::size_t k_wanted_descendants = 50'000;

std::size_t g_sink = 0;  // what is computed is used

/// Of the processor: what else the machine does counts less.
double processor_ms() {
  timespec now{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6;
}

double milliseconds_of(auto&& work) {
  const double start = processor_ms();
  work();
  return processor_ms() - start;
}

double median_of(auto&& work) {
  std::vector<double> times;
  for (int round = 0; round < k_rounds; ++round) times.push_back(milliseconds_of(work));
  std::sort(times.begin(), times.end());
  return times[k_rounds / 2];
}

void print_rate(const char* name, auto&& question) {
  const double ms = median_of([&] {
    for (std::size_t i = 0; i < k_questions; ++i) question(i);
  });
  std::printf("{\"row\":\"%s\",\"per_second\":%.0f}\n", name, k_questions / ms * 1000);
}

void print_time(const std::string& name, std::size_t found, double ms) {
  std::printf("{\"row\":\"%s\",\"ms\":%.3f,\"found\":%zu}\n", name.c_str(), ms, found);
}

/// Resident memory that is no page of a file.
std::size_t anonymous_kilobytes() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("RssAnon:")) return std::strtoul(line.c_str() + 8, nullptr, 10);
  }
  return 0;
}

void measure(const Edition& edition) {
  std::mt19937 random(1);
  std::vector<std::string> codes;
  std::vector<ConceptId> ids;
  for (std::size_t i = 0; i < k_questions; ++i) {
    ids.push_back(static_cast<ConceptId>(random() % edition.ReleaseCodeSystem::size()));
    codes.emplace_back(edition.at(ids.back()).code);
  }
  const terminology::CodeSystem& system = edition;
  print_rate("lookup: code, display, parents, designations", [&](std::size_t i) {
    const ConceptId id = system.find(codes[i]);
    g_sink += system.at(id).display.size() + system.parents(id).size();
    for (const auto& designation : system.designations(id)) g_sink += designation.value.size();
  });
  print_rate("validate-code: code and display", [&](std::size_t i) {
    const ConceptId id = system.find(codes[i]);
    g_sink += terminology::has_display(system, id, system.at(id).display);
  });
  print_rate("subsumes: two codes", [&](std::size_t i) {
    const ConceptId a = system.find(codes[i]);
    const ConceptId b = system.find(codes[k_questions - 1 - i]);
    g_sink += static_cast<std::size_t>(compare(system, a, b));
  });
  print_rate("subsumes: a concept and its ancestor", [&](std::size_t i) {
    const auto above = system.parents(ids[i]);
    g_sink += above.empty() || system.is_a(ids[i], above[0]);
  });
  for (const auto& map : terminology::maps::snomed_maps(edition, edition)) {
    if (map->url().find("447562003") == std::string_view::npos) continue;
    std::vector<terminology::TranslateMatch> matches;
    print_rate("translate: by the extended map", [&](std::size_t i) {
      matches.clear();
      terminology::TranslateQuestion question;
      question.coding.code = codes[i];
      map->implicit()->translate(question, matches);
      g_sink += matches.size();
    });
  }

  std::vector<std::string> texts = {"b", "st", "mer"};
  for (std::size_t i = 0; texts.size() < 12; ++i) {
    const std::string_view display = system.at(ids[i]).display;
    if (display.find(' ') == std::string_view::npos) continue;  // of what is retired
    texts.emplace_back(display.substr(0, display.find(' ')));
    texts.emplace_back(display);
    const std::size_t space = std::min(display.find(' '), display.size() - 1);
    texts.push_back(std::string(display.substr(0, 3)) + " " +
                    std::string(display.substr(space + 1, 3)));
  }
  for (const std::string& text : texts) {
    std::size_t found = 0;
    const double ms = median_of([&] { found = system.search(text).size(); });
    print_time("search '" + text + "'", found, ms);
  }
  ConceptId best = 0;
  std::size_t nearest = k_wanted_descendants;
  for (ConceptId id = 0; id < edition.ReleaseCodeSystem::size(); ++id) {
    if (system.children(id).size() < 3) continue;
    const std::size_t count = system.descendants(id).size();
    const std::size_t away =
        count > k_wanted_descendants ? count - k_wanted_descendants : k_wanted_descendants - count;
    if (away < nearest) {
      nearest = away;
      best = id;
    }
  }
  std::size_t found = 0;
  const double ms = median_of([&] { found = system.descendants(best).size(); });
  print_time("isa " + std::string(system.at(best).code), found, ms);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2 && argc != 3) {
    std::fprintf(stderr, "usage: bench_terminology_bench FOLDER [open]\n");
    return 2;
  }
  const std::size_t before = anonymous_kilobytes();
  std::shared_ptr<const terminology::Releases> releases;
  std::vector<double> opened;
  for (int round = 0; round < k_rounds; ++round) {
    releases.reset();  // the end of the last check is not this one's time
    opened.push_back(milliseconds_of([&] { releases = terminology::Releases::open(argv[1]); }));
  }
  std::sort(opened.begin(), opened.end());
  print_time("open", releases->entries().size(), opened[k_rounds / 2]);
  for (const auto& entry : releases->entries()) {
    const double ms = median_of([&] { (void)terminology::open_release(entry.path); });
    print_time("open and check " + entry.path.substr(entry.path.rfind('/') + 1), 1, ms);
  }
  for (const auto& entry : releases->entries()) {
    const auto system = entry.release->system();
    g_sink += system != nullptr;
    const auto* edition = dynamic_cast<const Edition*>(system.get());
    if (edition != nullptr && argc == 2) measure(*edition);
  }
  releases = terminology::Releases::open(argv[1]);
  std::printf("{\"row\":\"memory beyond the mapped files\",\"kb\":%zu}\n",
              anonymous_kilobytes() - before);
  return g_sink == 0 ? 1 : 0;
}
