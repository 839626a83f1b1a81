// https://docs.snomed.org/snomed-ct-specifications/snomed-ct-release-file-specification (5)
#include "terminology/load/rf2_reference_sets.h"

#include <xxhash.h>

#include <algorithm>
#include <array>
#include <numeric>

#include "terminology/ecl/substrate.h"
#include "terminology/snomed/snomed_ids.h"

namespace terminology::load {
namespace {

using ecl::FieldType;
using snomed::Acceptability;

constexpr std::array<std::string_view, 6> k_member_columns = {
    "id", "effectiveTime", "active", "moduleId", "refsetId", "referencedComponentId"};
constexpr std::size_t k_first_field = k_member_columns.size();
constexpr std::size_t k_language_sets_max = 200;

Acceptability acceptability_of(std::uint64_t id) {
  if (id == snomed::k_preferred) return Acceptability::preferred;
  return id == snomed::k_acceptable ? Acceptability::acceptable : Acceptability::none;
}

FieldType type_of(char letter, std::string_view name) {
  if (letter == 'c') return FieldType::component;
  if (letter == 'i') return FieldType::integer;
  return name.ends_with("EffectiveTime") ? FieldType::time : FieldType::string;
}

template <class Row>
auto key_of(const Row& row) {
  return std::pair(row.key[0], row.key[1]);
}

}  // namespace

fhir::Result<void> Rf2ReferenceSets::read(const Rf2File& file) {
  FHIR_TRY(reader, Rf2Reader::open(file.path, k_member_columns));
  if (reader.header().size() != k_first_field + file.pattern.size())
    return fhir::unexpected(
        reader.wrong("the header has not the columns that the name of the "
                     "file tells (" +
                     file.pattern + ")"));
  const bool is_language =
      file.pattern == "c" && reader.header()[k_first_field] == "acceptabilityId";
  return is_language ? read_languages(reader) : read_members(reader, file);
}

fhir::Result<void> Rf2ReferenceSets::read_languages(Rf2Reader& reader) {
  struct LanguageRow {
    std::uint64_t key[2];
    std::uint64_t set;
    std::uint32_t description, time;
    Acceptability acceptability;
    bool is_active;
  };
  const auto set = [&](const LanguageRow& row) -> fhir::Result<void> {
    auto [found, is_new] = languages_.try_emplace(row.set);
    if (is_new) {
      if (languages_.size() > k_language_sets_max)
        return fhir::unexpected(
            fhir::make_issue(fhir::IssueType::too_costly, "The release has more than " +
                                                              std::to_string(k_language_sets_max) +
                                                              " language reference sets"));
      found->second.resize(places_.description_count);
    }
    if (row.is_active)
      found->second[row.description] = static_cast<std::uint8_t>(row.acceptability);
    return {};
  };
  std::vector<LanguageRow> rows;  // of a full release
  while (true) {
    FHIR_TRY(is_there, reader.next());
    if (!is_there) break;
    if (reader.effective_time() > scope_.latest_time) continue;
    FHIR_TRY(set_id, reader.id(4));
    FHIR_TRY(referenced, reader.id(5));
    FHIR_TRY(acceptability, reader.id(k_first_field));
    const std::uint32_t description = places_.descriptions.find(referenced);
    if (description == SctIndex::k_none) {
      ++passed_over_;
      continue;
    }
    LanguageRow row{{},
                    set_id,
                    description,
                    reader.effective_time(),
                    acceptability_of(acceptability),
                    reader.is_active()};
    if (!scope_.is_full) {
      FHIR_CHECK(set(row));
      continue;
    }
    const XXH128_hash_t hash = XXH3_128bits(reader.id_text().data(), reader.id_text().size());
    row.key[0] = hash.high64;
    row.key[1] = hash.low64;
    rows.push_back(row);
  }
  keep_latest(rows, [](const LanguageRow& row) { return key_of(row); });
  for (const LanguageRow& row : rows) FHIR_CHECK(set(row));
  return {};
}

std::vector<snomed::FieldRow> Rf2ReferenceSets::fields_of(const Rf2Reader& reader,
                                                          const Rf2File& file) {
  std::vector<snomed::FieldRow> fields;
  for (std::size_t i = 0; i < file.pattern.size(); ++i) {
    const std::string& name = reader.header()[k_first_field + i];
    fields.push_back(
        {texts_.add(name), static_cast<std::uint32_t>(type_of(file.pattern[i], name))});
  }
  return fields;
}

fhir::Result<void> Rf2ReferenceSets::read_values(const Rf2Reader& reader, const Rf2File& file,
                                                 std::vector<std::uint32_t>& values) {
  for (std::size_t i = 0; i < file.pattern.size(); ++i) {
    const std::string_view text = reader.text(k_first_field + i);
    const std::uint32_t known =
        file.pattern[i] == 'c' ? places_.concepts.find(to_sct_id(text)) : SctIndex::k_none;
    const std::uint32_t value =
        known != SctIndex::k_none ? known | snomed::k_is_concept : texts_.add(text);
    if (known == SctIndex::k_none && (value & snomed::k_is_concept) != 0)
      return fhir::unexpected(
          fhir::make_issue(fhir::IssueType::too_costly, "The release has more than 2 GB of text"));
    values.push_back(value);
  }
  return {};
}

void Rf2ReferenceSets::note_dependency(const Rf2Reader& reader) {
  const std::uint64_t module = to_sct_id(reader.text(3));
  const std::uint64_t on = to_sct_id(reader.text(5));
  if (reader.is_active()) dependencies_.push_back({module, on});
}

fhir::Result<void> Rf2ReferenceSets::read_members(Rf2Reader& reader, const Rf2File& file) {
  std::vector<Row> rows;
  std::vector<std::uint32_t> values;
  while (true) {
    FHIR_TRY(is_there, reader.next());
    if (!is_there) break;
    if (reader.effective_time() > scope_.latest_time) continue;
    FHIR_TRY(set_id, reader.id(4));
    FHIR_TRY(module, reader.id(3));
    FHIR_TRY(referenced, reader.id(5));
    if (set_id == snomed::k_module_dependency) note_dependency(reader);
    const std::uint32_t concept_id = places_.concepts.find(referenced);
    if (concept_id == SctIndex::k_none) continue;  // of a description or a relationship
    if (places_.concepts.find(set_id) == SctIndex::k_none) {
      ++passed_over_;
      continue;
    }
    const XXH128_hash_t hash = XXH3_128bits(reader.id_text().data(), reader.id_text().size());
    rows.push_back({{hash.high64, hash.low64},
                    set_id,
                    module,
                    concept_id,
                    reader.effective_time(),
                    static_cast<std::uint32_t>(values.size()),
                    reader.is_active()});
    FHIR_CHECK(read_values(reader, file, values));
  }
  keep_latest(rows, [](const Row& row) { return key_of(row); });
  const std::vector<snomed::FieldRow> fields = fields_of(reader, file);
  for (const Row& row : rows) {
    Set& set = sets_[places_.concepts.find(row.set)];
    if (set.members.empty()) set.fields = fields;
    if (set.fields.size() != fields.size()) {
      ++passed_over_;
      continue;
    }
    set.members.push_back({row.referenced, row.time | (row.is_active ? snomed::k_active_bit : 0),
                           places_.concepts.find(row.module)});
    set.values.insert(
        set.values.end(), values.begin() + row.first_value,
        values.begin() + row.first_value + static_cast<std::ptrdiff_t>(fields.size()));
  }
  return {};
}

void Rf2ReferenceSets::write(FileWriter& out) {
  std::vector<snomed::ReferenceSetRow> rows;
  std::vector<snomed::FieldRow> fields;
  std::vector<snomed::MemberRow> members;
  std::vector<std::uint32_t> values;
  for (auto& [id, set] : sets_) {
    const std::size_t width = set.fields.size();
    rows.push_back({id, static_cast<std::uint32_t>(members.size()),
                    static_cast<std::uint32_t>(set.members.size()),
                    static_cast<std::uint32_t>(fields.size()), static_cast<std::uint32_t>(width),
                    static_cast<std::uint32_t>(values.size())});
    fields.insert(fields.end(), set.fields.begin(), set.fields.end());
    std::vector<std::uint32_t> order(set.members.size());
    std::iota(order.begin(), order.end(), 0u);
    std::stable_sort(order.begin(), order.end(), [&set = set](std::uint32_t a, std::uint32_t b) {
      return set.members[a].referenced < set.members[b].referenced;
    });
    for (const std::uint32_t member : order) {
      members.push_back(set.members[member]);
      const auto first = set.values.begin() + static_cast<std::ptrdiff_t>(member * width);
      values.insert(values.end(), first, first + static_cast<std::ptrdiff_t>(width));
    }
    set = {};
  }
  std::vector<ConceptId> language_sets;
  std::vector<std::uint8_t> acceptabilities;
  for (const auto& [id, bytes] : languages_) {
    language_sets.push_back(places_.concepts.find(id));
    acceptabilities.insert(acceptabilities.end(), bytes.begin(), bytes.end());
  }
  out.add(snomed::k_reference_sets, rows);
  out.add(snomed::k_fields, fields);
  out.add(snomed::k_members, members);
  out.add(snomed::k_member_values, values);
  out.add(snomed::k_language_sets, language_sets);
  out.add(snomed::k_acceptabilities, acceptabilities);
}

}  // namespace terminology::load
