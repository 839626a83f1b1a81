#include "terminology/load/code_system_builder.h"

#include <algorithm>

#include "terminology/load/text_index_builder.h"
#include "terminology/release/code_table.h"

namespace terminology::load {

using release::Section;

ConceptId CodeSystemBuilder::add(const Concept& item) {
  const ConceptId id = size();
  codes_.push_back(texts_.add(item.code));
  displays_.push_back(texts_.add(item.display));
  definitions_.push_back(texts_.add(item.definition));
  flags_.push_back(static_cast<std::uint8_t>((item.is_abstract ? release::k_is_abstract : 0) |
                                             (item.is_inactive ? release::k_is_inactive : 0)));
  by_code_.emplace(codes_.back(), id);
  return id;
}

ConceptId CodeSystemBuilder::find(std::string_view code) const {
  const auto ref = texts_.find(code);
  const auto found = ref ? by_code_.find(*ref) : by_code_.end();
  return found != by_code_.end() ? found->second : k_no_concept;
}

void CodeSystemBuilder::add_property(ConceptId id, const Property& property) {
  properties_.ids.push_back(id);
  properties_.rows.push_back({.code = texts_.add(property.code),
                              .value = texts_.add(property.value),
                              .system = texts_.add(property.system),
                              .display = texts_.add(property.display),
                              .type = static_cast<std::uint32_t>(property.type)});
}

void CodeSystemBuilder::add_designation(ConceptId id, const Designation& designation) {
  designations_.ids.push_back(id);
  designations_.rows.push_back({.language = texts_.add(designation.language),
                                .value = texts_.add(designation.value),
                                .use = use(designation)});
}

/// There are few uses: a handful in each release.
std::uint32_t CodeSystemBuilder::use(const Designation& designation) {
  const release::UseRow row = {texts_.add(designation.use_system), texts_.add(designation.use_code),
                               texts_.add(designation.use_display)};
  const auto found = std::find_if(uses_.begin(), uses_.end(), [&](const release::UseRow& known) {
    return known.system == row.system && known.code == row.code && known.display == row.display;
  });
  if (found == uses_.end()) {
    uses_.push_back(row);
    return static_cast<std::uint32_t>(uses_.size() - 1);
  }
  return static_cast<std::uint32_t>(found - uses_.begin());
}

template <class Row>
void CodeSystemBuilder::write_said(FileWriter& out, Section offsets, Section section,
                                   Said<Row>& said) const {
  if (said.rows.empty()) return;
  std::vector<std::uint32_t> ends(std::size_t{size()} + 1, 0);
  for (const ConceptId id : said.ids) ++ends[id + 1];
  for (std::size_t i = 1; i < ends.size(); ++i) ends[i] += ends[i - 1];
  std::vector<Row> sorted(said.rows.size());
  std::vector<std::uint32_t> next(ends.begin(), ends.end() - 1);
  for (std::size_t i = 0; i < said.rows.size(); ++i) sorted[next[said.ids[i]]++] = said.rows[i];
  said = {};
  out.add(offsets, ends);
  out.add(section, sorted);
}

/// The terms of a concept are its display and its designations.
void CodeSystemBuilder::write_words(FileWriter& out) const {
  std::vector<std::uint32_t> order(designations_.rows.size());
  for (std::uint32_t i = 0; i < order.size(); ++i) order[i] = i;
  std::stable_sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
    return designations_.ids[a] < designations_.ids[b];
  });
  TextIndexBuilder words;
  std::size_t at = 0;
  for (ConceptId id = 0; id < size(); ++id) {
    words.add(id, display(id));
    for (; at < order.size() && designations_.ids[order[at]] == id; ++at)
      words.add(id, texts_.at(designations_.rows[order[at]].value));
  }
  words.write(out);
}

fhir::Result<void> CodeSystemBuilder::write(const std::string& path, const AddSections& more) {
  FHIR_TRY(out, FileWriter::create(path));
  out.add(Section::info, info_.bytes());
  out.add(Section::codes, codes_);
  out.add(Section::displays, displays_);
  if (std::any_of(definitions_.begin(), definitions_.end(), [](auto ref) { return ref != 0; }))
    out.add(Section::definitions, definitions_);
  out.add(Section::flags, flags_);
  out.add(Section::code_table,
          release::CodeTable::make(size(), [&](ConceptId id) { return code(id); }));
  FHIR_CHECK(write_hierarchy(out, size(), std::move(parents_),
                             [&](ConceptId id) { return "Concept " + std::string(code(id)); }));
  write_words(out);
  write_said(out, Section::property_offsets, Section::properties, properties_);
  write_said(out, Section::designation_offsets, Section::designations, designations_);
  out.add(Section::designation_uses, uses_);
  if (more) more(out);
  if (texts_.is_full())
    return fhir::unexpected(
        fhir::make_issue(fhir::IssueType::too_costly, "The release has more than 4 GB of text"));
  out.add(Section::texts, texts_.bytes());
  return out.finish();
}

}  // namespace terminology::load
