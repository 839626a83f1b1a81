// medisync snapshot FILE: a StructureDefinition with its snapshot made anew from its differential.
// https://hl7.org/fhir/R4/profiling.html#snapshot
#include <cstdio>
#include <map>
#include <string>
#include <vector>

#include "fhir/definitions/record_reader.h"
#include "fhir/definitions/snapshot_generator.h"
#include "fhir/definitions/version_order.h"
#include "fhir/formats/json_writer.h"
#include "src/cli/commands.h"
#include "src/cli/definitions.h"
#include "src/cli/files.h"

namespace server::cli {
namespace {

constexpr int k_failed = 1;
constexpr int k_misuse = 2;

int fail(const std::string& file, const fhir::Issue& issue, int status) {
  std::fprintf(stderr, "medisync: %s: %s", file.c_str(), issue.diagnostics.c_str());
  if (!issue.expression.empty()) std::fprintf(stderr, " [%s]", issue.expression.c_str());
  if (issue.line != 0) std::fprintf(stderr, " (%u:%u)", issue.line, issue.column);
  std::fputc('\n', stderr);
  return status;
}

/// The StructureDefinitions of all sources as they were published: the store keeps none of the
/// prose that a snapshot repeats from its base.
class WholeStructures {
 public:
  /// errors   those of read_source()
  static fhir::Result<WholeStructures> read(const std::vector<std::string>& sources) {
    WholeStructures out;
    for (const std::string& source : sources)
      FHIR_CHECK(
          fhir::definitions::read_source(source, out.kept_, fhir::definitions::Detail::whole));
    std::erase_if(out.kept_,
                  [](const RawRecord& one) { return one.type != "StructureDefinition"; });
    for (const RawRecord& one : out.kept_) {
      const fhir::ConformanceRecord record{one.type, one.id, one.url, one.version, one.json};
      out.by_canonical_[one.url + "|" + one.version] = record;
      fhir::ConformanceRecord& newest = out.by_canonical_[one.url];
      if (newest.url.empty() || fhir::compare_versions(one.version, newest.version) >= 0)
        newest = record;
    }
    return out;
  }

  const fhir::ConformanceRecord* find(std::string_view canonical) const {
    const auto found = by_canonical_.find(canonical);
    return found != by_canonical_.end() ? &found->second : nullptr;
  }

 private:
  using RawRecord = fhir::definitions::RawRecord;

  std::vector<RawRecord> kept_;
  std::map<std::string, fhir::ConformanceRecord, std::less<>> by_canonical_;  // views of kept_
};

fhir::Result<fhir::json::Document> make(const fhir::json::Value& structure,
                                        const SnapshotSettings& settings,
                                        const fhir::DefinitionStore& definitions) {
  FHIR_TRY(sources, definition_sources(settings.definitions));
  FHIR_TRY(whole, WholeStructures::read(sources.sources));
  fhir::definitions::SnapshotGenerator generator([&](std::string_view canonical) {
    const fhir::ConformanceRecord* found = whole.find(canonical);
    return found != nullptr ? found : definitions.record("StructureDefinition", canonical);
  });
  return generator.generate(structure);
}

}  // namespace

int snapshot(const SnapshotSettings& settings) {
  const auto definitions = load_definitions(settings.definitions);
  if (!definitions) {
    std::fprintf(stderr, "medisync: %s\n", definitions.error().diagnostics.c_str());
    return k_misuse;
  }
  const auto document = read_resource(settings.file, **definitions);
  if (!document) return fail(settings.file, document.error(), k_misuse);
  if (document->root().string_at("resourceType") != "StructureDefinition")
    return fail(settings.file,
                fhir::make_issue(fhir::IssueType::invalid, "this is no StructureDefinition"),
                k_misuse);
  const auto made = make(document->root(), settings, **definitions);
  if (!made) return fail(settings.file, made.error(), k_failed);
  const std::string text = fhir::json::to_string(made->root(), true);
  std::fwrite(text.data(), 1, text.size(), stdout);
  std::fputc('\n', stdout);
  return 0;
}

}  // namespace server::cli
