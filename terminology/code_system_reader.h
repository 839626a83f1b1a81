// Reads a CodeSystem resource into a FhirCodeSystem: concepts first, then what joins them.
// https://hl7.org/fhir/R4/codesystem.html
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "fhir/formats/json_value.h"
#include "terminology/fhir_code_system.h"

namespace terminology {

class CodeSystemReader {
 public:
  explicit CodeSystemReader(FhirCodeSystem& system) : system_(system) {}
  void read(const fhir::json::Value& resource, std::span<const fhir::json::Value> supplements);

 private:
  using Value = fhir::json::Value;
  struct Raw {  // a concept that is being read
    Concept value;
    std::vector<Property> properties;
    std::vector<Designation> designations;
    std::vector<ConceptId> parents, children;
    std::string_view extensions;
  };

  void read_info(const Value& resource);
  void read_property_codes(const Value& resource);
  void read_concepts(const Value& owner, ConceptId parent);
  void read_concept(const Value& source, Raw& raw);
  void add_supplement(const Value& owner);
  void mark(Raw& raw) const;
  void join_by_properties();
  void join(ConceptId parent, ConceptId child);
  void finish();
  std::string_view keep(std::string_view text) { return system_.arena_.copy(text); }

  FhirCodeSystem& system_;
  std::vector<Raw> raw_;
  std::unordered_set<std::uint64_t> joined_;  // parent and child, 32 bits each
  // What the system calls these properties, beside the standard names.
  std::vector<std::string_view> parent_codes_ = {"parent", "subsumedBy"};
  std::vector<std::string_view> child_codes_ = {"child"};
  std::vector<std::string_view> abstract_codes_ = {"notSelectable", "abstract"};
  std::vector<std::string_view> inactive_codes_ = {"inactive"};
  std::vector<std::string_view> status_codes_ = {"status"};
};

}  // namespace terminology
