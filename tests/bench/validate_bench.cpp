// Validating beside reading into the tree, in one run: validate_bench CORE UCUM FOLDER [GUIDE]…
// FOLDER   bundles (JSON); GUIDE   packages whose profiles the resources claim, with what they need
// Prints JSON lines: bundles against the base definitions and against the guides, each as a ratio
// to reading; where the time goes, by leaving a stage's rules out; and resources of about 1.4 KB.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <string>
#include <vector>

#include "fhir/definitions/definition_store.h"
#include "fhir/formats/json_document.h"
#include "fhir/formats/json_writer.h"
#include "fhir/validation/validator.h"
#include "terminology/terminology.h"

namespace {

using fhir::json::Document;
using fhir::json::Value;
using Definitions = std::shared_ptr<const fhir::DefinitionStore>;

constexpr int k_repeats = 7;                // taking turns, the best of each counts
constexpr std::size_t k_small_min = 1'200;  // bytes of a resource of about 1.4 KB
constexpr std::size_t k_small_max = 1'600;
constexpr std::size_t k_small_count = 2'000;

double seconds(const std::function<void()>& work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

template <class T>
T value_or_exit(fhir::Result<T> result) {
  if (result) return std::move(*result);
  std::fprintf(stderr, "validate_bench: %s\n", result.error().diagnostics.c_str());
  std::exit(1);
}

struct Engine {
  Definitions definitions;
  std::shared_ptr<const terminology::Terminology> terms;
  std::unique_ptr<fhir::validation::Validator> validator;

  explicit Engine(Definitions loaded, bool has_terms = true) : definitions(std::move(loaded)) {
    if (has_terms) terms = terminology::Terminology::make(definitions);
    validator = value_or_exit(
        fhir::validation::Validator::make(definitions, terms ? terms.get() : nullptr));
  }

  std::size_t errors(const Document& document) const {
    fhir::IssueList issues;
    validator->validate(document, {}, issues);
    return issues.error_count();
  }
};

Definitions load(const std::vector<std::string>& sources) {
  fhir::LoadOptions options;
  options.sources = sources;
  return value_or_exit(fhir::DefinitionStore::load(options));
}

/// The definition without the invariants of its elements.
std::string without_constraints(const Value& value) {
  std::string out;
  const std::function<void(const Value&)> write = [&](const Value& at) {
    if (at.is_array()) {
      out += '[';
      for (const Value& item : at.items()) {
        if (out.back() != '[') out += ',';
        write(item);
      }
      out += ']';
    } else if (at.is_object()) {
      out += '{';
      for (const fhir::json::Member& member : at.members()) {
        if (member.name() == "constraint") continue;
        if (out.back() != '{') out += ',';
        out.append("\"").append(member.name()).append("\":");
        write(member.value);
      }
      out += '}';
    } else {
      out += fhir::json::to_string(at);
    }
  };
  write(value);
  return out;
}

Definitions without_invariants(const Definitions& definitions) {
  std::vector<std::string> changed;
  for (const auto& record : definitions->records("StructureDefinition")) {
    const auto document = Document::read(std::string(record.json));
    if (document) changed.push_back(without_constraints(document->root()));
  }
  return value_or_exit(definitions->with(changed));
}

struct Side {
  std::string name;
  std::function<void()> work;
  double best = 1e9;
};

void measure(std::vector<Side>& sides) {
  for (int repeat = 0; repeat < k_repeats; ++repeat) {
    for (Side& side : sides) side.best = std::min(side.best, seconds(side.work));
  }
}

struct Bundles {
  std::vector<std::string> texts;
  std::vector<Document> documents;
  std::size_t bytes = 0, entries = 0, small_bytes = 0;
  std::vector<std::string> small;  // resources of about 1.4 KB
};

Bundles read_bundles(const std::string& folder) {
  Bundles out;
  for (const auto& file : std::filesystem::recursive_directory_iterator(folder)) {
    if (file.path().extension() != ".json") continue;
    std::ifstream in(file.path(), std::ios::binary);
    out.texts.emplace_back(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
  }
  for (const std::string& text : out.texts) {
    out.documents.push_back(value_or_exit(Document::read(text)));
    out.bytes += text.size();
    const Value* entries = out.documents.back().root().find("entry");
    for (const Value& entry : entries != nullptr ? entries->items() : std::span<const Value>{}) {
      const Value* resource = entry.find("resource");
      if (resource == nullptr) continue;
      ++out.entries;
      std::string one = fhir::json::to_string(*resource);
      if (one.size() < k_small_min || one.size() > k_small_max || out.small.size() == k_small_count)
        continue;
      out.small_bytes += one.size();
      out.small.push_back(std::move(one));
    }
  }
  return out;
}

std::size_t g_errors = 0;  // so that no work is left out

Side validating(std::string name, const Engine& engine, const std::vector<Document>& documents) {
  return {std::move(name), [&] {
            for (const Document& document : documents) g_errors += engine.errors(document);
          }};
}

void bench_bundles(const Bundles& bundles, const Engine& base, const Engine* guided) {
  const Engine bare(base.definitions, false);
  const Engine unruled(without_invariants(base.definitions));
  std::vector<Side> sides = {{"read",
                              [&] {
                                for (const std::string& text : bundles.texts)
                                  g_errors += Document::read(text) ? 0 : 1;
                              }},
                             validating("base", base, bundles.documents),
                             validating("bare", bare, bundles.documents),
                             validating("unruled", unruled, bundles.documents)};
  if (guided != nullptr) sides.push_back(validating("guided", *guided, bundles.documents));
  measure(sides);
  const double read = sides[0].best, all = sides[1].best;
  const double bindings = (all - sides[2].best) / all, invariants = (all - sides[3].best) / all;
  std::printf(
      "{\"bench\":\"validate bundles\",\"bundles\":%zu,\"resources\":%zu,\"mb\":%.1f,"
      "\"read_mb_s\":%.0f,\"base_to_read\":%.2f,\"base_goal\":3,\"resources_s\":%.0f}\n",
      bundles.texts.size(), bundles.entries, static_cast<double>(bundles.bytes) / 1e6,
      static_cast<double>(bundles.bytes) / 1e6 / read, all / read,
      static_cast<double>(bundles.entries) / all);
  std::printf(
      "{\"bench\":\"validate shares\",\"bindings\":%.2f,\"invariants\":%.2f,"
      "\"structure, primitives, references\":%.2f}\n",
      bindings, invariants, 1 - bindings - invariants);
  if (guided != nullptr)
    std::printf(
        "{\"bench\":\"validate guided bundles\",\"guided_to_read\":%.2f,\"guided_goal\":6,"
        "\"guided_to_base\":%.2f}\n",
        sides[4].best / read, sides[4].best / all);
}

void bench_small(const Bundles& bundles, const Engine& base) {
  if (bundles.small.empty()) return;
  std::vector<Document> documents;
  for (const std::string& text : bundles.small)
    documents.push_back(value_or_exit(Document::read(text)));
  std::vector<Side> sides = {validating("validate", base, documents),
                             {"read and validate", [&] {
                                for (const std::string& text : bundles.small)
                                  g_errors += base.errors(value_or_exit(Document::read(text)));
                              }}};
  measure(sides);
  const double count = static_cast<double>(bundles.small.size());
  std::printf(
      "{\"bench\":\"validate resources\",\"resources\":%.0f,\"mean_bytes\":%.0f,"
      "\"validated_s\":%.0f,\"read_and_validated_s\":%.0f,\"goal_s\":50000}\n",
      count, static_cast<double>(bundles.small_bytes) / count, count / sides[0].best,
      count / sides[1].best);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 4) {
    std::fprintf(stderr, "usage: validate_bench CORE UCUM FOLDER [GUIDE]…\n");
    return 2;
  }
  std::vector<std::string> sources = {argv[1], argv[2]};
  const Bundles bundles = read_bundles(argv[3]);
  const Engine base(load(sources));
  sources.insert(sources.end(), argv + 4, argv + argc);
  std::unique_ptr<Engine> guided;
  if (argc > 4) guided = std::make_unique<Engine>(load(sources));
  bench_bundles(bundles, base, guided.get());
  bench_small(bundles, base);
  std::printf("{\"bench\":\"validate errors\",\"found\":%zu}\n", g_errors);
  return 0;
}
