// Every answer is made from the sections when it is asked for.
#include "terminology/release/release_code_system.h"

#include <algorithm>

namespace terminology::release {
namespace {

template <class T>
Lists<T> lists(const MappedFile& file, Section offsets, Section values) {
  return {file.array<std::uint32_t>(offsets), file.array<T>(values)};
}

bool are_below(std::span<const ConceptId> ids, std::size_t limit) {
  return std::all_of(ids.begin(), ids.end(), [&](ConceptId id) { return id < limit; });
}

}  // namespace

fhir::Result<std::shared_ptr<const ReleaseCodeSystem>> ReleaseCodeSystem::make(
    std::shared_ptr<const MappedFile> file) {
  std::shared_ptr<const ReleaseCodeSystem> system(new ReleaseCodeSystem(std::move(file)));
  FHIR_CHECK(system->check());
  return system;
}

ReleaseCodeSystem::ReleaseCodeSystem(std::shared_ptr<const MappedFile> file)
    : file_(std::move(file)),
      release_(
          ReleaseInfo::read(file_->array<std::uint8_t>(Section::info)).value_or(ReleaseInfo{})),
      texts_(file_->array<std::uint8_t>(Section::texts)),
      codes_(file_->array<TextRef>(Section::codes)),
      displays_(file_->array<TextRef>(Section::displays)),
      definitions_(file_->array<TextRef>(Section::definitions)),
      flags_(file_->array<std::uint8_t>(Section::flags)),
      code_table_(file_->array<CodeSlot>(Section::code_table)),
      parents_(lists<ConceptId>(*file_, Section::parent_offsets, Section::parents)),
      children_(lists<ConceptId>(*file_, Section::child_offsets, Section::children)),
      ancestors_(lists<ConceptId>(*file_, Section::ancestor_offsets, Section::ancestors)),
      properties_(lists<PropertyRow>(*file_, Section::property_offsets, Section::properties)),
      designations_(
          lists<DesignationRow>(*file_, Section::designation_offsets, Section::designations)),
      uses_(file_->array<UseRow>(Section::designation_uses)),
      words_(*file_) {
  info_.url = release_.url;
  info_.version = release_.version;
  info_.name = release_.name;
  info_.title = release_.title;
  info_.language = release_.language;
  info_.content = release_.content;
  info_.is_case_sensitive = release_.is_case_sensitive;
  info_.hierarchy_is_subsumption = release_.hierarchy_is_subsumption;
}

fhir::Result<void> ReleaseCodeSystem::check() const {
  const std::size_t count = codes_.size();
  if (release_.kind.empty()) return fhir::unexpected(file_->damaged("what it says of itself"));
  const bool fits = displays_.size() == count && flags_.size() == count &&
                    (definitions_.empty() || definitions_.size() == count) &&
                    code_table_.fits(count) && parents_.fit(count) && children_.fit(count) &&
                    ancestors_.fit(count) && are_below(parents_.values(), count) &&
                    are_below(children_.values(), count) && are_below(ancestors_.values(), count);
  if (!fits) return fhir::unexpected(file_->damaged("its concepts"));
  const auto rows_fit = [&](Section offsets, const auto& rows) {
    return file_->has(offsets) ? rows.fit(count) : rows.values().empty();
  };
  if (!rows_fit(Section::property_offsets, properties_) ||
      !rows_fit(Section::designation_offsets, designations_))
    return fhir::unexpected(file_->damaged("what it says of concepts"));
  if (!words_.is_whole(size())) return fhir::unexpected(file_->damaged("its index of words"));
  return {};
}

fhir::Membership ReleaseCodeSystem::has(std::string_view code) const {
  if (find(code) != k_no_concept) return fhir::Membership::yes;
  return info_.content == Content::complete ? fhir::Membership::no : fhir::Membership::unknown;
}

ConceptId ReleaseCodeSystem::find(std::string_view code) const {
  ConceptId found = k_no_concept;
  code_table_.probe(code, [&](ConceptId id) {
    if (id >= codes_.size()) return false;
    const std::string_view candidate = this->code(id);
    if (candidate == code) {
      found = id;
      return true;
    }
    if (found == k_no_concept && !info_.is_case_sensitive && equals_ignoring_case(candidate, code))
      found = id;
    return false;
  });
  return found;
}

Concept ReleaseCodeSystem::at(ConceptId id) const {
  Concept item;
  item.code = code(id);
  item.display = display(id);
  if (!definitions_.empty()) item.definition = text(definitions_[id]);
  item.is_abstract = (flags_[id] & k_is_abstract) != 0;
  item.is_inactive = (flags_[id] & k_is_inactive) != 0;
  return item;
}

std::uint32_t ReleaseCodeSystem::property_count(ConceptId id) const {
  return properties_.values().empty() ? 0 : properties_.count(id);
}

Property ReleaseCodeSystem::property(ConceptId id, std::uint32_t index) const {
  const PropertyRow& row = properties_[id][index];
  const bool is_known = row.type <= static_cast<std::uint32_t>(PropertyType::decimal);
  return {.code = text(row.code),
          .type = is_known ? static_cast<PropertyType>(row.type) : PropertyType::string,
          .value = text(row.value),
          .system = text(row.system),
          .display = text(row.display)};
}

std::uint32_t ReleaseCodeSystem::designation_count(ConceptId id) const {
  return designations_.values().empty() ? 0 : designations_.count(id);
}

Designation ReleaseCodeSystem::designation(ConceptId id, std::uint32_t index) const {
  const DesignationRow& row = designations_[id][index];
  Designation designation{.language = text(row.language), .value = text(row.value)};
  if (row.use < uses_.size()) {
    designation.use_system = text(uses_[row.use].system);
    designation.use_code = text(uses_[row.use].code);
    designation.use_display = text(uses_[row.use].display);
  }
  return designation;
}

bool ReleaseCodeSystem::is_a(ConceptId id, ConceptId ancestor) const {
  if (id == ancestor) return true;
  const std::span<const ConceptId> above = ancestors_[id];
  return std::binary_search(above.begin(), above.end(), ancestor);
}

std::vector<ConceptId> ReleaseCodeSystem::descendants(ConceptId id) const {
  ConceptSet seen(size());
  std::vector<ConceptId> open = {id};
  while (!open.empty()) {
    const ConceptId from = open.back();
    open.pop_back();
    for (ConceptId child : children_[from]) {
      if (seen.insert(child)) open.push_back(child);
    }
  }
  seen.remove(id);
  std::vector<ConceptId> found;
  found.reserve(seen.count());
  seen.for_each([&](ConceptId below) { found.push_back(below); });
  return found;
}

std::vector<ConceptId> ReleaseCodeSystem::ancestors(ConceptId id) const {
  const std::span<const ConceptId> above = ancestors_[id];
  return {above.begin(), above.end()};
}

std::vector<ConceptId> ReleaseCodeSystem::search(std::string_view text) const {
  return words_.is_present() ? words_.search(text) : std::vector<ConceptId>{};
}

}  // namespace terminology::release
