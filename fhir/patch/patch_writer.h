// Writes the operations of a FHIRPath Patch as a Parameters resource.
// https://hl7.org/fhir/R4/fhirpatch.html
#pragma once

#include <string>
#include <string_view>

#include "fhir/definitions/definition_store.h"
#include "fhir/formats/json_writer.h"
#include "fhir/patch/property.h"

namespace fhir::patch {

class PatchWriter {
 public:
  explicit PatchWriter(const DefinitionStore& definitions);

  void add(std::string_view path, std::string_view name, const Node& node, const TypeSchema* type);
  void insert(std::string_view path, std::size_t index, const Node& node, const TypeSchema* type);
  void remove(std::string_view path);
  void replace(std::string_view path, const Node& node, const TypeSchema* type);
  void move(std::string_view path, std::size_t source, std::size_t destination);

  /// The resource; no more operations after it.
  std::string finish();

 private:
  void begin(std::string_view type, std::string_view path);
  void end();
  void text_part(std::string_view name, std::string_view member, std::string_view text);
  void number_part(std::string_view name, std::size_t number);
  void value_part(std::string_view name, const Node& node, const TypeSchema* type);
  void parts(const json::Value& object, const TypeSchema& type);

  const DefinitionStore& definitions_;
  const TypeSchema* parameter_ = nullptr;  // of Parameters.parameter: which types value[x] takes
  std::string text_;
  json::Builder out_;
  bool has_operations_ = false;
};

}  // namespace fhir::patch
