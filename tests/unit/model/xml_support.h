// Definitions and comparisons for the tests of the XML pair.
#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>

#include "fhir/definitions/definition_store.h"
#include "fhir/formats/json_document.h"
#include "fhir/formats/json_writer.h"
#include "fhir/model/xml_reader.h"
#include "fhir/model/xml_writer.h"

namespace xml_test {

inline const fhir::DefinitionStore& core() {
  static const auto k_store = [] {
    fhir::LoadOptions options;
    options.sources = {MEDISYNC_SOURCE_DIR "/profiles/.packages/hl7.fhir.r4.examples"};
    options.cache_folder = MEDISYNC_BINARY_DIR "/definitions";
    auto loaded = fhir::DefinitionStore::load(options);
    if (!loaded) FAIL(loaded.error().diagnostics);
    return *loaded;
  }();
  return *k_store;
}

inline std::string file_text(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

/// The JSON of a resource given as XML; the diagnostics after `error:` when it is refused.
inline std::string json_of(const std::string& xml) {
  const auto document = fhir::read_xml(xml, core());
  if (!document) return "error: " + document.error().diagnostics;
  return fhir::json::to_string(document->root());
}

inline fhir::json::Document parsed(const std::string& json) {
  auto document = fhir::json::Document::read(json);
  if (!document) FAIL(document.error().diagnostics);
  return std::move(*document);
}

inline std::string xml_of(const std::string& json, bool pretty = false) {
  return fhir::write_xml(parsed(json).root(), core(), pretty);
}

using SameText = bool (*)(std::string_view, std::string_view);

inline bool is_same(std::string_view a, std::string_view b) { return a == b; }

/// Where two trees differ, members in any order; empty when they are equal.
inline std::string difference(const fhir::json::Value& a, const fhir::json::Value& b,
                              SameText same_text = is_same) {
  if (a.kind() != b.kind()) return ": of different kinds";
  if (a.is_object()) {
    for (const fhir::json::Member& member : b.members()) {
      if (a.find(member.name()) == nullptr) return "." + std::string(member.name()) + ": added";
    }
    for (const fhir::json::Member& member : a.members()) {
      const std::string name = "." + std::string(member.name());
      const fhir::json::Value* other = b.find(member.name());
      if (other == nullptr) return name + ": missing";
      if (const std::string below = difference(member.value, *other, same_text); !below.empty())
        return name + below;
    }
    return {};
  }
  if (a.is_array()) {
    if (a.items().size() != b.items().size()) return ": of different sizes";
    for (std::size_t i = 0; i < a.items().size(); ++i) {
      if (const std::string below = difference(a.items()[i], b.items()[i], same_text);
          !below.empty())
        return "[" + std::to_string(i) + "]" + below;
    }
    return {};
  }
  if (same_text(a.text(), b.text())) return {};
  return ": " + std::string(a.text()) + " is not " + std::string(b.text());
}

}  // namespace xml_test
