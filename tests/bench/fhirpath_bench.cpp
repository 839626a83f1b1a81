// Evaluates each expression of a list over the official examples, compiled once, trees in memory:
// fhirpath_bench EXPRESSIONS FOLDER SECONDS. Prints a JSON line for each: items found in one round,
// nanoseconds for one resource.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "fhir/definitions/definition_store.h"
#include "fhir/fhirpath/expression.h"
#include "fhir/formats/json_document.h"
#include "fhir/formats/json_writer.h"

namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

constexpr std::size_t k_files_max = 40;  // of a type
constexpr std::size_t k_bytes_max = 200'000;

/// The first examples of a type by name, as the other side takes them.
std::vector<fhir::json::Document> examples_of(const std::string& type, const fs::path& folder) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with(type + "-") && name.ends_with(".json") && entry.file_size() <= k_bytes_max)
      files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  std::vector<fhir::json::Document> documents;
  for (const fs::path& file : files) {
    std::ifstream in(file, std::ios::binary);
    auto read = fhir::json::Document::read(std::string(std::istreambuf_iterator<char>(in), {}));
    if (!read || read->root().string_at("resourceType") != type) continue;
    documents.push_back(*std::move(read));
    if (documents.size() == k_files_max) break;
  }
  return documents;
}

void measure(const std::string& type, const std::string& source,
             const fhir::DefinitionStore& definitions, const fs::path& folder, double seconds) {
  const auto documents = examples_of(type, folder);
  auto compiled = fhir::fhirpath::Expression::compile(source, definitions);
  if (!compiled || documents.empty()) {
    std::fprintf(stderr, "fhirpath_bench: cannot measure %s\n", source.c_str());
    std::exit(1);
  }
  fhir::fhirpath::Environment environment;
  environment.definitions = &definitions;
  environment.now_utc_ms = 1'769'903'999'123;
  auto round = [&] {
    std::size_t items = 0;
    for (const fhir::json::Document& document : documents) {
      const fhir::Element root = root_element(document.root(), definitions);
      environment.resource = root;
      const auto result = compiled->evaluate(root, environment);
      if (result) items += result->size();
    }
    return items;
  };
  const std::size_t items = round();
  double best = 1e18;
  for (int repeat = 0; repeat < 3; ++repeat) {
    std::size_t rounds = 0;
    const auto start = Clock::now();
    double spent = 0;
    for (; spent < seconds;
         ++rounds, spent = std::chrono::duration<double>(Clock::now() - start).count())
      round();
    best = std::min(best, spent / static_cast<double>(rounds * documents.size()));
  }
  std::string line;
  fhir::json::Builder out(line);
  out.begin_object()
      .string("expression", source)
      .number("resources", static_cast<long long>(documents.size()));
  out.number("items", static_cast<long long>(items))
      .raw("ns", std::to_string(best * 1e9))
      .end_object();
  std::printf("%s\n", line.c_str());
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    std::fprintf(stderr, "usage: fhirpath_bench EXPRESSIONS FOLDER SECONDS\n");
    return 2;
  }
  fhir::LoadOptions options;
  options.sources = {argv[2]};
  const auto definitions = fhir::DefinitionStore::load(options);
  if (!definitions) {
    std::fprintf(stderr, "fhirpath_bench: %s\n", definitions.error().diagnostics.c_str());
    return 1;
  }
  std::ifstream list(argv[1]);
  for (std::string line; std::getline(list, line);) {
    const std::size_t tab = line.find('\t');
    if (line.starts_with('#') || tab == std::string::npos) continue;
    measure(line.substr(0, tab), line.substr(tab + 1), **definitions, argv[2], std::atof(argv[3]));
  }
  return 0;
}
