#include "terminology/release/cross_references.h"

namespace terminology::release {

CrossReferences::CrossReferences(const MappedFile& file)
    : texts_(file.array<std::uint8_t>(Section::texts)) {
  const auto systems = file.array<TextRef>(k_reference_systems);
  const auto rows = file.array<ReferenceRow>(k_references);
  const auto by_code = file.array<std::uint32_t>(k_references_by_code);
  const std::size_t concepts = file.array<TextRef>(Section::codes).size();
  const bool fits = rows.size() == by_code.size() &&
                    std::all_of(rows.begin(), rows.end(),
                                [&](const ReferenceRow& row) {
                                  return row.system < systems.size() && row.concept_id < concepts;
                                }) &&
                    std::all_of(by_code.begin(), by_code.end(),
                                [&](std::uint32_t position) { return position < rows.size(); });
  if (!fits) return;
  systems_ = systems;
  rows_ = rows;
  by_code_ = by_code;
}

std::uint32_t CrossReferences::find_system(std::string_view url) const {
  std::uint32_t position = 0;
  while (position < systems_.size() && system(position) != url) ++position;
  return position;
}

std::span<const ReferenceRow> CrossReferences::of(ConceptId id) const {
  struct ById {
    bool operator()(const ReferenceRow& row, ConceptId wanted) const {
      return row.concept_id < wanted;
    }
    bool operator()(ConceptId wanted, const ReferenceRow& row) const {
      return wanted < row.concept_id;
    }
  };
  const auto range = std::equal_range(rows_.begin(), rows_.end(), id, ById{});
  return {range.first, range.second};
}

}  // namespace terminology::release
