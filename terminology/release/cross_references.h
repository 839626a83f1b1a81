// Codes of other systems that a release says mean the same as its concepts.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "terminology/code_system.h"
#include "terminology/release/file_format.h"
#include "terminology/release/mapped_file.h"
#include "terminology/release/text_blob.h"

namespace terminology::release {

// In the range of other releases' tables.
inline constexpr auto k_reference_systems = static_cast<Section>(80);   // TextRef: urls
inline constexpr auto k_references = static_cast<Section>(81);          // ReferenceRow, by concept
inline constexpr auto k_references_by_code = static_cast<Section>(82);  // positions, see below

struct ReferenceRow {
  std::uint32_t concept_id = 0;
  std::uint32_t system = 0;  // position in k_reference_systems
  TextRef code = 0;
};

/// Immutable; safe for any number of threads. Views live as long as the file.
class CrossReferences {
 public:
  CrossReferences() = default;
  explicit CrossReferences(const MappedFile& file);

  bool is_present() const { return !rows_.empty(); }
  std::size_t system_count() const { return systems_.size(); }
  std::string_view system(std::uint32_t position) const { return texts_.at(systems_[position]); }
  /// system_count() when the release says nothing of a system.
  std::uint32_t find_system(std::string_view url) const;

  /// The rows of one concept, by system and code.
  std::span<const ReferenceRow> of(ConceptId id) const;
  std::span<const ReferenceRow> rows() const { return rows_; }
  std::string_view code(const ReferenceRow& row) const { return texts_.at(row.code); }

  /// Shows each concept that a code of a system means the same as.
  template <class Visit>
  void for_each(std::uint32_t system, std::string_view code, Visit&& visit) const {
    const auto at = [&](std::uint32_t position) -> const ReferenceRow& { return rows_[position]; };
    auto found = std::lower_bound(by_code_.begin(), by_code_.end(), code,
                                  [&](std::uint32_t position, std::string_view wanted) {
                                    const ReferenceRow& row = at(position);
                                    if (row.system != system) return row.system < system;
                                    return this->code(row) < wanted;
                                  });
    for (; found != by_code_.end() && at(*found).system == system && this->code(at(*found)) == code;
         ++found)
      visit(at(*found).concept_id);
  }

 private:
  TextBlob texts_;
  std::span<const TextRef> systems_;
  std::span<const ReferenceRow> rows_;
  std::span<const std::uint32_t> by_code_;
};

}  // namespace terminology::release
