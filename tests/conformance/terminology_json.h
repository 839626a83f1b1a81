// JSON that can be changed, for shaping what the terminology suite sends and compares.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "fhir/formats/json_document.h"

namespace terminology_suite {

struct Json {
  fhir::json::Kind kind = fhir::json::Kind::null;
  std::string text;  // of a scalar, as it is written
  std::vector<Json> items;
  std::vector<std::pair<std::string, Json>> members;

  static Json of(const fhir::json::Value& value);
  static Json string(std::string text);

  bool is_object() const { return kind == fhir::json::Kind::object; }
  bool is_array() const { return kind == fhir::json::Kind::array; }
  bool is_string() const { return kind == fhir::json::Kind::string; }
  const Json* find(std::string_view name) const;
  Json* find(std::string_view name);
  std::string_view string_at(std::string_view name) const;
  void set(std::string_view name, Json value);
  void remove(std::string_view name);
  void rename(std::string_view name, std::string_view to);
  std::string written() const;
};

}  // namespace terminology_suite
