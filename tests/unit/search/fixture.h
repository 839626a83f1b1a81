// The core definitions, and index rows written as lines that a test can name.
#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "fhir/base/date_time.h"
#include "fhir/formats/json_document.h"
#include "src/search/extractor.h"

namespace search_test {

inline constexpr const char* k_package =
    MEDISYNC_SOURCE_DIR "/profiles/.packages/hl7.fhir.r4.examples";
inline constexpr const char* k_base_url = "http://test.example/fhir";

inline std::shared_ptr<const fhir::DefinitionStore> core() {
  static const auto store = [] {
    fhir::LoadOptions options;
    options.sources = {k_package};
    options.cache_folder = MEDISYNC_BINARY_DIR "/definitions";
    auto loaded = fhir::DefinitionStore::load(options);
    if (!loaded) FAIL(loaded.error().diagnostics);
    return *loaded;
  }();
  return store;
}

inline const server::search::Extractor& extractor() {
  static const auto made = [] {
    auto result = server::search::Extractor::make(core(), k_base_url);
    if (!result) FAIL(result.error().diagnostics);
    return *std::move(result);
  }();
  return *made;
}

inline std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) FAIL("cannot read " << path);
  std::string text(std::filesystem::file_size(path), '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  return text;
}

inline std::string example(const std::string& name) {
  return read_file(std::string(k_package) + "/" + name + ".json");
}

inline fhir::json::Document document(std::string json) {
  auto read = fhir::json::Document::read(std::move(json));
  if (!read) FAIL(read.error().diagnostics);
  return *std::move(read);
}

inline server::search::IndexRows rows_of(std::string json) {
  const auto resource = document(std::move(json));
  auto rows = extractor().extract(fhir::root_element(resource.root(), *core()));
  if (!rows) FAIL(rows.error().diagnostics);
  return *std::move(rows);
}

inline std::string text_of(double number) {
  std::ostringstream out;
  out << number;
  return out.str();
}

inline std::string time_text(std::int64_t utc_ms) {
  if (utc_ms == std::numeric_limits<std::int64_t>::min()) return "-";
  if (utc_ms == std::numeric_limits<std::int64_t>::max()) return "-";
  std::string text = fhir::format_instant(utc_ms);
  const std::string midnight = "T00:00:00.000Z";
  if (text.substr(10) == midnight) text.resize(10);
  return text;
}

/// The rows of a parameter, sorted: `system|code`, folded/exact, `low..high`, `low..high
/// system|code`, Type/id, a uri; a composite's parts joined by ` $ `.
inline std::vector<std::string> lines(const server::search::IndexRows& rows,
                                      const std::string& code) {
  std::vector<std::string> found;
  const auto add = [&](const auto& table, auto&& text) {
    for (const auto& row : table) {
      if (row.parameter->code == code) found.push_back(text(row));
    }
  };
  add(rows.tokens, [](const auto& row) { return row.system + "|" + row.code; });
  add(rows.strings, [](const auto& row) { return row.folded + "/" + row.exact; });
  add(rows.dates, [](const auto& row) { return time_text(row.low) + ".." + time_text(row.high); });
  add(rows.numbers, [](const auto& row) { return text_of(row.low) + ".." + text_of(row.high); });
  add(rows.quantities, [](const auto& row) {
    return text_of(row.low) + ".." + text_of(row.high) + " " + row.system + "|" + row.code;
  });
  add(rows.references, [](const auto& row) { return row.type + "/" + row.id; });
  add(rows.uris, [](const auto& row) { return row.value; });
  add(rows.composites, [](const auto& row) {
    std::string text = row.parameter->type == fhir::SearchParameterType::token ? "of type " : "";
    const std::size_t start = text.size();
    for (const auto& part : row.parts) {
      text += (text.size() == start ? "" : " $ ") + part.system + "|" + part.text + "|" +
              text_of(part.low) + "|" + text_of(part.high);
    }
    return text;
  });
  std::sort(found.begin(), found.end());
  return found;
}

using Lines = std::vector<std::string>;

}  // namespace search_test

namespace doctest {
template <>
struct StringMaker<std::vector<std::string>> {
  static String convert(const std::vector<std::string>& lines) {
    std::string text;
    for (const std::string& line : lines) text += "\n  " + line;
    return text.c_str();
  }
};
}  // namespace doctest
