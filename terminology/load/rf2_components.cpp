// https://docs.snomed.org/snomed-ct-specifications/snomed-ct-release-file-specification (4.2)
#include "terminology/load/rf2_components.h"

#include <array>

#include "terminology/snomed/snomed_ids.h"

namespace terminology::load {
namespace {

constexpr std::array<std::string_view, 5> k_concept_columns = {"id", "effectiveTime", "active",
                                                               "moduleId", "definitionStatusId"};
constexpr std::array<std::string_view, 9> k_description_columns = {
    "id",           "effectiveTime", "active", "moduleId",          "conceptId",
    "languageCode", "typeId",        "term",   "caseSignificanceId"};
constexpr std::array<std::string_view, 9> k_relationship_columns = {"id",
                                                                    "effectiveTime",
                                                                    "active",
                                                                    "moduleId",
                                                                    "sourceId",
                                                                    "destinationId",
                                                                    "relationshipGroup",
                                                                    "typeId",
                                                                    "characteristicTypeId"};
constexpr std::array<std::string_view, 9> k_concrete_columns = {
    "id",     "effectiveTime",       "active", "moduleId", "sourceId", "value", "relationshipGroup",
    "typeId", "characteristicTypeId"};
constexpr std::array<std::string_view, 6> k_identifier_columns = {
    "alternateIdentifier", "effectiveTime",        "active", "moduleId",
    "identifierSchemeId",  "referencedComponentId"};

constexpr std::uint32_t k_group_max = 65'535;

/// Calls `row` for each line that is not later than the scope.
template <class Row>
fhir::Result<void> for_each_row(Rf2Reader& reader, const Rf2Scope& scope, Row&& row) {
  while (true) {
    FHIR_TRY(is_there, reader.next());
    if (!is_there) return {};
    if (reader.effective_time() > scope.latest_time) continue;
    FHIR_CHECK(row());
  }
}

}  // namespace

fhir::Result<void> read_concepts(const Rf2File& file, const Rf2Scope& scope,
                                 std::vector<Rf2Concept>& out) {
  FHIR_TRY(reader, Rf2Reader::open(file.path, k_concept_columns));
  return for_each_row(reader, scope, [&]() -> fhir::Result<void> {
    FHIR_TRY(id, reader.id(0));
    FHIR_TRY(module, reader.id(3));
    FHIR_TRY(status, reader.id(4));
    out.push_back({id, module, status, reader.effective_time(), reader.is_active()});
    return {};
  });
}

fhir::Result<void> read_descriptions(const Rf2File& file, const Rf2Scope& scope,
                                     std::vector<Rf2Reader>& readers,
                                     std::vector<Rf2Description>& out) {
  FHIR_TRY(opened, Rf2Reader::open(file.path, k_description_columns));
  Rf2Reader& reader = readers.emplace_back(std::move(opened));
  return for_each_row(reader, scope, [&]() -> fhir::Result<void> {
    FHIR_TRY(id, reader.id(0));
    FHIR_TRY(module, reader.id(3));
    FHIR_TRY(concept_id, reader.id(4));
    FHIR_TRY(type, reader.id(6));
    if (reader.text(7).empty()) return fhir::unexpected(reader.wrong("the term is empty"));
    out.push_back({id, concept_id, type, module, reader.text(5), reader.text(7),
                   reader.effective_time(), reader.is_active()});
    return {};
  });
}

fhir::Result<void> read_relationships(const Rf2File& file, const Rf2Scope& scope,
                                      std::vector<Rf2Reader>& readers,
                                      std::vector<Rf2Relationship>& out) {
  const bool is_concrete = file.content == Rf2Content::concrete_relationships;
  FHIR_TRY(opened,
           Rf2Reader::open(file.path, is_concrete ? k_concrete_columns : k_relationship_columns));
  Rf2Reader own = std::move(opened);
  if (is_concrete) readers.push_back(std::move(own));
  Rf2Reader& reader = is_concrete ? readers.back() : own;
  return for_each_row(reader, scope, [&]() -> fhir::Result<void> {
    FHIR_TRY(id, reader.id(0));
    FHIR_TRY(characteristic, reader.id(8));
    if (characteristic != snomed::k_inferred) return {};
    if (!scope.is_full && !reader.is_active()) return {};
    FHIR_TRY(source, reader.id(4));
    FHIR_TRY(group, reader.number(6, k_group_max));
    FHIR_TRY(type, reader.id(7));
    Rf2Relationship item{
        id, source, 0, type, {}, reader.effective_time(), group, reader.is_active()};
    if (is_concrete) {
      item.value = reader.text(5);
      if (item.value.empty()) return fhir::unexpected(reader.wrong("the value is empty"));
    } else {
      FHIR_TRY(destination, reader.id(5));
      item.destination = destination;
    }
    out.push_back(item);
    return {};
  });
}

fhir::Result<void> read_identifiers(const Rf2File& file, const Rf2Scope& scope,
                                    std::vector<Rf2Reader>& readers,
                                    std::vector<Rf2Identifier>& out) {
  FHIR_TRY(opened, Rf2Reader::open(file.path, k_identifier_columns));
  Rf2Reader& reader = readers.emplace_back(std::move(opened));
  return for_each_row(reader, scope, [&]() -> fhir::Result<void> {
    FHIR_TRY(scheme, reader.id(4));
    FHIR_TRY(concept_id, reader.id(5));
    out.push_back(
        {reader.text(0), scheme, concept_id, reader.effective_time(), reader.is_active()});
    return {};
  });
}

}  // namespace terminology::load
