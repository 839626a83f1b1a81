#include "terminology/load/load_source.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>

#include "terminology/load/atc.h"
#include "terminology/load/code_system_resource.h"
#include "terminology/load/csv_code_system.h"
#include "terminology/load/cvx.h"
#include "terminology/load/icd10.h"
#include "terminology/load/listed_value_set.h"
#include "terminology/load/loinc.h"
#include "terminology/load/ndc.h"
#include "terminology/load/rxnorm.h"

namespace terminology::load {
namespace {

namespace fs = std::filesystem;

using Read = fhir::Result<Draft> (*)(const std::string& path, const LoadOptions& options);

constexpr std::array<SourceKind, 9> k_kinds = {
    {{"rxnorm", "the folder with RXNCONSO.RRF"},
     {"loinc", "the folder with LoincTable and AccessoryFiles"},
     {"icd10", "the tabular list (.xml), the order file (.txt) or a table (.csv, .csv.gz)"},
     {"ndc", "the folder with product.txt and package.txt"},
     {"cvx", "the publisher's .xml or .txt, or a CodeSystem in .xml"},
     {"atc", "a table of codes and names (.csv, .txt)"},
     {"csv", "a table of MediSync's own form (.csv)"},
     {"valueset", "a ValueSet that lists codes, such as the Global Patient Set's (.json)"},
     {"codesystem", "a CodeSystem with its concepts (.json)"}}};
constexpr std::array<Read, 9> k_readers = {read_rxnorm,
                                           read_loinc,
                                           read_icd10,
                                           read_ndc,
                                           read_cvx,
                                           read_atc,
                                           read_csv_code_system,
                                           read_listed_value_set,
                                           read_code_system_resource};

bool is_of_any_system(std::string_view kind) {
  return kind == "csv" || kind == "valueset" || kind == "codesystem";
}

/// What of a version can stand in a file's name.
std::string file_name(const release::ReleaseInfo& info) {
  std::string name = info.kind + "-" + (is_of_any_system(info.kind) ? info.url + "-" : "") +
                     (info.version.empty() ? "unknown" : info.version);
  for (char& c : name) {
    const bool is_plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
                          (c >= 'A' && c <= 'Z') || c == '.' || c == '-' || c == '_';
    if (!is_plain) c = '-';
  }
  return name + ".release";
}

std::string first_line(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string line(200, '\0');
  file.read(line.data(), static_cast<std::streamsize>(line.size()));
  line.resize(static_cast<std::size_t>(file.gcount()));
  return line;
}

}  // namespace

std::span<const SourceKind> source_kinds() { return k_kinds; }

std::optional<std::string_view> guess_kind(const std::string& path) {
  std::error_code ignored;
  const auto has = [&](const char* name) { return fs::exists(fs::path(path) / name, ignored); };
  if (has("RXNCONSO.RRF") || has("rrf/RXNCONSO.RRF")) return "rxnorm";
  if (has("LoincTable") || has("Loinc.csv")) return "loinc";
  if (has("product.txt")) return "ndc";
  if (!fs::is_regular_file(path, ignored)) return std::nullopt;
  std::string name = fs::path(path).filename().string();
  std::transform(name.begin(), name.end(), name.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  if (first_line(path).find("#url=") != std::string::npos) return "csv";
  if (name.ends_with(".json")) {
    const std::string start = first_line(path);
    if (start.find("\"ValueSet\"") != std::string::npos) return "valueset";
    if (start.find("\"CodeSystem\"") != std::string::npos) return "codesystem";
    return std::nullopt;
  }
  // Beside tables of codes lie tables of their chapters.
  if (name.find("icd10") != std::string::npos && name.ends_with(".csv") &&
      first_line(path).find("_code") == std::string::npos)
    return std::nullopt;
  for (const std::string_view kind : {"icd10", "cvx", "atc"}) {
    if (name.find(kind) != std::string::npos) return kind;
  }
  return std::nullopt;
}

fhir::Result<LoadReport> load_source(std::string_view kind, const std::string& path,
                                     const std::string& target, const LoadOptions& options) {
  const auto* found = std::find_if(k_kinds.begin(), k_kinds.end(),
                                   [&](const SourceKind& known) { return known.name == kind; });
  if (found == k_kinds.end())
    return fhir::unexpected(fhir::make_issue(fhir::IssueType::not_supported,
                                             "There is no loader for '" + std::string(kind) + "'"));
  FHIR_TRY(draft, k_readers[static_cast<std::size_t>(found - k_kinds.begin())](path, options));
  LoadReport report;
  report.file = target + "/" + file_name(draft.builder.info());
  report.concepts = draft.builder.size();
  report.remarks = draft.remarks;
  options.say("writing " + report.file);
  FHIR_CHECK(draft.write(report.file));
  return report;
}

}  // namespace terminology::load
