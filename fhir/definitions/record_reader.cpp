// FHIR packages: https://hl7.org/fhir/packages.html; the core package keeps its definitions in
// bundles.
#include "fhir/definitions/record_reader.h"

#include <xxhash.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <string_view>

#include "fhir/definitions/package_archive.h"
#include "fhir/definitions/record_strip.h"
#include "fhir/definitions/unit_table.h"
#include "fhir/formats/json_document.h"
#include "fhir/formats/json_writer.h"

namespace fhir::definitions {
namespace {

namespace fs = std::filesystem;

constexpr std::array<std::string_view, 13> k_conformance_types = {"StructureDefinition",
                                                                  "SearchParameter",
                                                                  "CompartmentDefinition",
                                                                  "OperationDefinition",
                                                                  "CodeSystem",
                                                                  "ValueSet",
                                                                  "ConceptMap",
                                                                  "NamingSystem",
                                                                  "CapabilityStatement",
                                                                  "StructureMap",
                                                                  "ImplementationGuide",
                                                                  "Questionnaire",
                                                                  "Measure"};

/// The bundles of the core package; its other files are examples. Expansions come last: they are
/// joined to value sets read before.
constexpr std::array<std::string_view, 9> k_core_bundles = {
    "Bundle-types.json",        "Bundle-resources.json",    "Bundle-profiles-others.json",
    "Bundle-extensions.json",   "Bundle-searchParams.json", "Bundle-valuesets.json",
    "Bundle-v2-valuesets.json", "Bundle-v3-valuesets.json", "Bundle-conceptmaps.json"};
constexpr std::string_view k_core_expansions = "Bundle-valueset-expansions.json";

Result<std::string> read_file(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return unexpected(make_issue(IssueType::not_found, "Cannot open " + path.string()));
  std::string text((std::istreambuf_iterator<char>(in)), {});
  if (text.starts_with("\xef\xbb\xbf")) text.erase(0, 3);
  return text;
}

Issue named(Issue issue, const std::string& where) {
  issue.diagnostics = where + ": " + issue.diagnostics;
  return issue;
}

Result<json::Document> read_json(const fs::path& path) {
  FHIR_TRY(text, read_file(path));
  auto document = json::Document::read(std::move(text));
  if (!document) return unexpected(named(std::move(document).error(), path.string()));
  return document;
}

template <class Visit>
void for_each_entry(const json::Value& bundle, Visit&& visit) {
  const json::Value* entries = bundle.find("entry");
  if (entries == nullptr) return;
  for (const json::Value& entry : entries->items()) {
    if (const json::Value* resource = entry.find("resource")) visit(*resource);
  }
}

Result<void> read_core(const fs::path& folder, std::vector<RawRecord>& out, Detail detail) {
  std::vector<json::Document> bundles;
  for (std::string_view name : k_core_bundles) {
    FHIR_TRY(bundle, read_json(folder / name));
    bundles.push_back(std::move(bundle));
  }
  std::map<std::string_view, const json::Value*> expansions;
  FHIR_TRY(expanded, read_json(folder / k_core_expansions));
  for_each_entry(expanded.root(), [&](const json::Value& value_set) {
    if (const json::Value* expansion = value_set.find("expansion"))
      expansions.emplace(value_set.string_at("url"), expansion);
  });
  for (const json::Document& bundle : bundles) {
    for_each_entry(bundle.root(), [&](const json::Value& resource) {
      auto expansion = expansions.find(resource.string_at("url"));
      add_record(resource, out, detail);
      if (detail == Detail::stripped && expansion != expansions.end() &&
          resource.string_at("resourceType") == "ValueSet")
        out.back().json = stripped(resource, expansion->second);
    });
  }
  return {};
}

Result<void> read_units(const fs::path& path, std::vector<RawRecord>& out) {
  FHIR_TRY(text, read_file(path));
  auto table = read_unit_table(std::move(text));
  if (!table) return unexpected(named(std::move(table).error(), path.string()));
  out.push_back(*std::move(table));
  return {};
}

Result<void> read_folder(const fs::path& folder, std::vector<RawRecord>& out, Detail detail) {
  if (fs::exists(folder / "package" / "package.json"))
    return read_folder(folder / "package", out, detail);
  if (fs::exists(folder / k_core_bundles[0])) return read_core(folder, out, detail);
  if (fs::exists(folder / k_unit_table_file)) return read_units(folder / k_unit_table_file, out);
  std::vector<fs::path> files;
  for (const auto& file : fs::directory_iterator(folder)) {
    if (file.is_regular_file() && file.path().extension() == ".json") files.push_back(file.path());
  }
  std::sort(files.begin(), files.end());
  for (const fs::path& file : files) {
    FHIR_TRY(document, read_json(file));
    add_record(document.root(), out, detail);
  }
  return {};
}

Result<void> read_archive(const fs::path& path, std::vector<RawRecord>& out, Detail detail) {
  return read_package_archive(
      path.string(), {}, [&](std::string_view name, std::string text) -> Result<void> {
        if (text.starts_with("\xef\xbb\xbf")) text.erase(0, 3);
        auto document = json::Document::read(std::move(text));
        if (!document)
          return unexpected(
              named(std::move(document).error(), path.string() + "/" + std::string(name)));
        add_record(document->root(), out, detail);
        return {};
      });
}

Result<void> read_single(const fs::path& path, std::vector<RawRecord>& out, Detail detail) {
  FHIR_TRY(document, read_json(path));
  const std::size_t before = out.size();
  if (document.root().string_at("resourceType") == "Bundle") {
    for_each_entry(document.root(),
                   [&](const json::Value& resource) { add_record(resource, out, detail); });
  } else {
    add_record(document.root(), out, detail);
  }
  if (out.size() == before)
    return unexpected(
        make_issue(IssueType::invalid, path.string() + ": holds no conformance resource"));
  return {};
}

void mix_file(XXH3_state_t* state, const fs::path& path) {
  std::error_code ignored;
  const auto size = fs::file_size(path, ignored);
  const auto time = fs::last_write_time(path, ignored).time_since_epoch().count();
  const std::string name = path.filename().string();
  XXH3_64bits_update(state, name.data(), name.size());
  XXH3_64bits_update(state, &size, sizeof size);
  XXH3_64bits_update(state, &time, sizeof time);
}

}  // namespace

bool is_conformance_type(std::string_view type) {
  return std::find(k_conformance_types.begin(), k_conformance_types.end(), type) !=
         k_conformance_types.end();
}

void add_record(const json::Value& resource, std::vector<RawRecord>& out, Detail detail) {
  const std::string_view type = resource.string_at("resourceType");
  if (!is_conformance_type(type)) return;
  out.push_back(
      RawRecord{std::string(type), std::string(resource.string_at("id")),
                std::string(resource.string_at("url")), std::string(resource.string_at("version")),
                detail == Detail::whole ? json::to_string(resource) : stripped(resource)});
}

Result<void> read_source(const std::string& path, std::vector<RawRecord>& out, Detail detail) {
  std::error_code ignored;
  if (fs::is_directory(path, ignored)) return read_folder(path, out, detail);
  if (!fs::exists(path, ignored))
    return unexpected(make_issue(IssueType::not_found, "There is no package or file at " + path));
  if (path.ends_with(".tgz") || path.ends_with(".tar.gz")) return read_archive(path, out, detail);
  return read_single(path, out, detail);
}

Result<std::uint64_t> fingerprint_of(const std::vector<std::string>& sources) {
  std::unique_ptr<XXH3_state_t, XXH_errorcode (*)(XXH3_state_t*)> state(XXH3_createState(),
                                                                        XXH3_freeState);
  XXH3_64bits_reset(state.get());
  for (const std::string& source : sources) {
    std::error_code ignored;
    XXH3_64bits_update(state.get(), source.data(), source.size());
    if (!fs::exists(source, ignored))
      return unexpected(
          make_issue(IssueType::not_found, "There is no package or file at " + source));
    if (!fs::is_directory(source, ignored)) {
      mix_file(state.get(), source);
      continue;
    }
    const fs::path folder = source;
    if (fs::exists(folder / k_core_bundles[0], ignored)) {
      for (std::string_view name : k_core_bundles) mix_file(state.get(), folder / name);
      mix_file(state.get(), folder / k_core_expansions);
      continue;
    }
    if (fs::exists(folder / k_unit_table_file, ignored)) {
      mix_file(state.get(), folder / k_unit_table_file);
      continue;
    }
    std::vector<fs::path> files;
    for (const auto& file : fs::recursive_directory_iterator(folder, ignored)) {
      if (file.is_regular_file(ignored)) files.push_back(file.path());
    }
    std::sort(files.begin(), files.end());
    for (const fs::path& file : files) mix_file(state.get(), file);
  }
  return XXH3_64bits_digest(state.get());
}

}  // namespace fhir::definitions
