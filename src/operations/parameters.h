// Reads a Parameters resource, and writes one. https://hl7.org/fhir/R4/parameters.html
#pragma once

#include <cstddef>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/base/result.h"
#include "fhir/formats/json_document.h"
#include "fhir/formats/json_value.h"
#include "fhir/model/terminology_provider.h"

namespace server::operations {

/// The value[x] of a parameter or of a part; null when it has none.
const fhir::json::Value* value_of(const fhir::json::Value& parameter);

/// Reads a Coding's own members; empty where they are absent.
fhir::Coding coding_of(const fhir::json::Value& coding);

inline constexpr std::size_t k_repeats_max = 200;  // of one parameter, where each costs

/// A view of an invocation's parameters, which outlive it. A value made from a query is a string
/// whatever its type is, so simple values are read by their text.
class Parameters {
 public:
  /// parameters   may be null: there are none
  explicit Parameters(const fhir::json::Document* parameters);

  std::span<const fhir::json::Value> items() const { return parameters_; }
  bool has(std::string_view name) const { return find(name) != nullptr; }
  /// The first parameter of that name, null when absent.
  const fhir::json::Value* first(std::string_view name) const;
  std::vector<const fhir::json::Value*> all(std::string_view name) const;

  /// Text of a simple value; empty when absent.
  std::string_view text(std::string_view name) const;
  std::vector<std::string_view> texts(std::string_view name) const;
  /// The value of a complex type (Coding, CodeableConcept); null when absent.
  const fhir::json::Value* value(std::string_view name) const;
  /// A resource given as a parameter; null when absent.
  const fhir::json::Value* resource(std::string_view name) const;

  /// errors   value: not true or false
  fhir::Result<bool> boolean(std::string_view name, bool when_absent) const;
  /// errors   value: not a whole number from 0
  fhir::Result<std::optional<std::size_t>> count(std::string_view name) const;

  /// For parameters that the specification names and this server does not serve: passing over them
  /// would answer another question.
  ///
  /// errors   not-supported: one of them is given
  fhir::Result<void> refuse(std::initializer_list<std::string_view> names) const;

  /// errors   too-costly: one of them is given more than k_repeats_max times
  fhir::Result<void> limit(std::initializer_list<std::string_view> names) const;

 private:
  /// A parameter beside what is asked of it again and again.
  struct Item {
    std::string_view name;
    const fhir::json::Value* parameter;
    const fhir::json::Value* value;  // null when it has none
  };
  const Item* find(std::string_view name) const;

  std::span<const fhir::json::Value> parameters_;
  std::vector<Item> items_;
};

/// Builds a Parameters resource. Empty texts are left out. Names and types are written as they are:
/// they are FHIR's words.
class ParametersWriter {
 public:
  ParametersWriter();
  ParametersWriter(const ParametersWriter&) = delete;
  ParametersWriter& operator=(const ParametersWriter&) = delete;

  /// type   as in value[x]: String, Code, Uri
  ParametersWriter& text(std::string_view name, std::string_view type, std::string_view value);
  ParametersWriter& boolean(std::string_view name, bool value);
  ParametersWriter& coding(std::string_view name, const fhir::Coding& coding);
  /// A value that is JSON already: type as in value[x].
  ParametersWriter& raw(std::string_view name, std::string_view type, std::string_view json);

  /// A resource, as JSON.
  ParametersWriter& resource(std::string_view name, std::string_view json);

  /// Between these two, what is written are parts.
  ParametersWriter& begin_parts(std::string_view name);
  ParametersWriter& end_parts();

  /// The resource; nothing may be written after it.
  std::string finish();

 private:
  std::string_view comma();  // before the next of a list
  void open(std::string_view name);
  void open_value(std::string_view name, std::string_view type);
  void member(std::string_view name, std::string_view text);

  std::string text_;
  bool is_first_ = true;  // of its list
};

}  // namespace server::operations
