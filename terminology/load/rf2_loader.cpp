// Concepts first, then what refers to them; what is no longer needed is let go on the way.
#include "terminology/load/rf2_loader.h"

#include <algorithm>
#include <cstring>
#include <numeric>
#include <optional>

#include "terminology/ecl/substrate.h"
#include "terminology/load/hierarchy.h"
#include "terminology/load/rf2_edition.h"
#include "terminology/load/rf2_reference_sets.h"
#include "terminology/load/small_table.h"
#include "terminology/load/text_index_builder.h"
#include "terminology/release/code_table.h"
#include "terminology/release/release_info.h"
#include "terminology/snomed/snomed_ids.h"

namespace terminology::load {
namespace {

using fhir::IssueType;
using release::Section;
using snomed::Acceptability;

class Rf2Loader {
 public:
  Rf2Loader(Rf2Files files, const Rf2Scope& scope, const LoadOptions& options)
      : files_(std::move(files)), scope_(scope), options_(options) {}

  fhir::Result<LoadReport> run(const std::string& target);

 private:
  template <class Read>
  fhir::Result<void> for_each_file(Rf2Content content, Read&& read);
  fhir::Result<void> read_concepts();
  fhir::Result<void> read_descriptions();
  fhir::Result<void> read_reference_sets();
  fhir::Result<void> write_relationships(FileWriter& out);
  fhir::Result<void> write_identifiers(FileWriter& out);
  fhir::Result<void> write_descriptions(FileWriter& out);
  void write_displays(FileWriter& out);
  void write_concepts(FileWriter& out);
  const std::vector<std::uint8_t>* default_language() const;
  std::uint32_t display_of(ConceptId id, const std::vector<std::uint8_t>* language) const;
  void remark(std::uint64_t count, const std::string& what);

  Rf2Files files_;
  Rf2Scope scope_;
  const LoadOptions& options_;
  LoadReport report_;
  TextStore texts_;
  std::vector<Rf2Reader> readers_;
  std::vector<Rf2Concept> concepts_;
  SctIndex concept_index_;
  std::vector<Rf2Description> descriptions_;
  std::vector<std::uint32_t> description_offsets_;
  SctIndex description_index_;
  std::optional<Rf2ReferenceSets> reference_sets_;
  std::vector<release::TextRef> codes_;
  std::string language_ = "en";
};

template <class Read>
fhir::Result<void> Rf2Loader::for_each_file(Rf2Content content, Read&& read) {
  for (const Rf2File& file : files_.files) {
    if (file.content != content) continue;
    options_.say("reading " + file.path);
    FHIR_CHECK(read(file));
  }
  return {};
}

void Rf2Loader::remark(std::uint64_t count, const std::string& what) {
  if (count != 0) report_.remarks.push_back(std::to_string(count) + " " + what);
}

fhir::Result<void> Rf2Loader::read_concepts() {
  FHIR_CHECK(for_each_file(Rf2Content::concepts, [&](const Rf2File& file) {
    return load::read_concepts(file, scope_, concepts_);
  }));
  keep_latest(concepts_, [](const Rf2Concept& item) { return item.id; });
  if (concepts_.empty())
    return fhir::unexpected(fhir::make_issue(IssueType::not_found, "The release has no concepts"));
  concept_index_ = SctIndex(static_cast<std::uint32_t>(concepts_.size()),
                            [&](std::uint32_t i) { return concepts_[i].id; });
  for (const Rf2Concept& item : concepts_) codes_.push_back(texts_.add(std::to_string(item.id)));
  return {};
}

/// What searches find first: see snomed::DescriptionRow.
int rank(const Rf2Description& item) {
  if (!item.is_active) return 3;
  if (item.type == snomed::k_fully_specified_name) return 0;
  return item.type == snomed::k_definition ? 2 : 1;
}

fhir::Result<void> Rf2Loader::read_descriptions() {
  FHIR_CHECK(for_each_file(Rf2Content::descriptions, [&](const Rf2File& file) {
    return load::read_descriptions(file, scope_, readers_, descriptions_);
  }));
  if (scope_.is_full) keep_latest(descriptions_, [](const auto& item) { return item.id; });
  const std::size_t all = descriptions_.size();
  std::erase_if(descriptions_, [&](const Rf2Description& item) {
    return concept_index_.find(item.concept_id) == SctIndex::k_none;
  });
  remark(all - descriptions_.size(), "descriptions of concepts that the release does not have");
  std::sort(descriptions_.begin(), descriptions_.end(),
            [](const Rf2Description& a, const Rf2Description& b) {
              if (a.concept_id != b.concept_id) return a.concept_id < b.concept_id;
              const int of_a = rank(a), of_b = rank(b);
              return of_a != of_b ? of_a < of_b : a.id < b.id;
            });
  description_offsets_.assign(concepts_.size() + 1, 0);
  for (const Rf2Description& item : descriptions_)
    ++description_offsets_[concept_index_.find(item.concept_id) + 1];
  std::partial_sum(description_offsets_.begin(), description_offsets_.end(),
                   description_offsets_.begin());
  description_index_ = SctIndex(static_cast<std::uint32_t>(descriptions_.size()),
                                [&](std::uint32_t i) { return descriptions_[i].id; });
  return {};
}

fhir::Result<void> Rf2Loader::read_reference_sets() {
  reference_sets_.emplace(Rf2Places{concept_index_, description_index_,
                                    static_cast<std::uint32_t>(descriptions_.size())},
                          scope_, texts_);
  FHIR_CHECK(for_each_file(Rf2Content::reference_set,
                           [&](const Rf2File& file) { return reference_sets_->read(file); }));
  remark(reference_sets_->passed_over(),
         "members of reference sets whose set or description the release does not have");
  return {};
}

/// The kind and the text of a concrete value: #5, "text", true.
std::pair<ecl::Relationship::ValueKind, std::string_view> concrete(std::string_view value) {
  using Kind = ecl::Relationship::ValueKind;
  if (value.starts_with('#')) return {Kind::number, value.substr(1)};
  if (value == "true" || value == "false") return {Kind::boolean, value};
  if (value.size() >= 2 && value.front() == '"' && value.back() == '"')
    value = value.substr(1, value.size() - 2);
  return {Kind::string, value};
}

fhir::Result<void> Rf2Loader::write_relationships(FileWriter& out) {
  std::vector<Rf2Relationship> rows;
  std::vector<Rf2Reader> readers;  // of concrete values
  for (const Rf2Content content : {Rf2Content::relationships, Rf2Content::concrete_relationships}) {
    FHIR_CHECK(for_each_file(content, [&](const Rf2File& file) {
      return load::read_relationships(file, scope_, readers, rows);
    }));
  }
  if (scope_.is_full) {
    keep_latest(rows, [](const auto& row) { return row.id; });
    std::erase_if(rows, [](const Rf2Relationship& row) { return !row.is_active; });
  }
  struct Placed {
    ConceptId source;
    ecl::Relationship item;
  };
  std::vector<Edge> parents;
  std::vector<Placed> placed;
  std::uint64_t dangling = 0;
  for (const Rf2Relationship& row : rows) {
    const ConceptId source = concept_index_.find(row.source);
    const ConceptId destination = concept_index_.find(row.destination);
    const ConceptId type = concept_index_.find(row.type);
    const bool is_parent = row.type == snomed::k_is_a && row.destination != 0;
    if (source == SctIndex::k_none || (type == SctIndex::k_none && !is_parent) ||
        (destination == SctIndex::k_none && row.destination != 0)) {
      ++dangling;
    } else if (is_parent) {
      parents.push_back({source, destination});
    } else if (row.destination != 0) {
      placed.push_back({source, {type, destination, static_cast<std::uint16_t>(row.group)}});
    } else {
      const auto [kind, text] = concrete(row.value);
      placed.push_back(
          {source, {type, texts_.add(text), static_cast<std::uint16_t>(row.group), kind}});
    }
  }
  rows = {};
  remark(dangling, "relationships with a concept that the release does not have");
  const auto key = [](const Placed& row) {
    return std::tuple(row.source, row.item.group, row.item.type, row.item.kind, row.item.value);
  };
  std::sort(placed.begin(), placed.end(),
            [&](const Placed& a, const Placed& b) { return key(a) < key(b); });
  std::vector<std::uint32_t> offsets(concepts_.size() + 1, 0);
  std::vector<ecl::Relationship> items;
  std::vector<Edge> in_order;
  struct Incoming {
    ConceptId destination;
    ecl::IncomingRelationship item;
  };
  std::vector<Incoming> incoming;
  for (const Placed& row : placed) {
    ++offsets[row.source + 1];
    ecl::Relationship item;
    std::memset(static_cast<void*>(&item), 0, sizeof item);  // its padding is written too
    item.type = row.item.type;
    item.value = row.item.value;
    item.group = row.item.group;
    item.kind = row.item.kind;
    items.push_back(item);
    if (item.kind == ecl::Relationship::ValueKind::concept_id)
      incoming.push_back({item.value, {row.source, item.type}});
  }
  placed = {};
  std::partial_sum(offsets.begin(), offsets.end(), offsets.begin());
  out.add(snomed::k_relationship_offsets, offsets);
  out.add(snomed::k_relationships, items);
  std::stable_sort(incoming.begin(), incoming.end(), [](const Incoming& a, const Incoming& b) {
    return a.destination < b.destination;
  });
  std::fill(offsets.begin(), offsets.end(), 0);
  std::vector<ecl::IncomingRelationship> sources;
  for (const Incoming& row : incoming) {
    ++offsets[row.destination + 1];
    sources.push_back(row.item);
  }
  std::partial_sum(offsets.begin(), offsets.end(), offsets.begin());
  out.add(snomed::k_incoming_offsets, offsets);
  out.add(snomed::k_incoming, sources);
  options_.say("making the hierarchy");
  return write_hierarchy(
      out, static_cast<ConceptId>(concepts_.size()), std::move(parents),
      [&](ConceptId id) { return "Concept " + std::to_string(concepts_[id].id); });
}

fhir::Result<void> Rf2Loader::write_identifiers(FileWriter& out) {
  std::vector<Rf2Identifier> rows;
  std::vector<Rf2Reader> readers;
  FHIR_CHECK(for_each_file(Rf2Content::identifiers, [&](const Rf2File& file) {
    return load::read_identifiers(file, scope_, readers, rows);
  }));
  keep_latest(rows, [](const Rf2Identifier& row) { return std::pair(row.code, row.scheme); });
  std::vector<snomed::AlternateRow> alternates;
  for (const Rf2Identifier& row : rows) {
    const std::uint32_t scheme = concept_index_.find(row.scheme);
    const std::uint32_t concept_id = concept_index_.find(row.concept_id);
    if (row.is_active && scheme != SctIndex::k_none && concept_id != SctIndex::k_none)
      alternates.push_back({scheme, texts_.add(row.code), concept_id});
  }
  out.add(snomed::k_alternates, alternates);
  return {};
}

/// The reference set whose preferred terms are the displays: US English, else British, else any.
const std::vector<std::uint8_t>* Rf2Loader::default_language() const {
  const auto& sets = reference_sets_->languages();
  for (const std::uint64_t id : {snomed::k_us_english, snomed::k_gb_english}) {
    const auto found = sets.find(id);
    if (found != sets.end()) return &found->second;
  }
  return sets.empty() ? nullptr : &sets.begin()->second;
}

/// Position of the description that is the display: the preferred synonym, else an active synonym,
/// else whatever is first.
std::uint32_t Rf2Loader::display_of(ConceptId id, const std::vector<std::uint8_t>* language) const {
  const std::uint32_t first = description_offsets_[id];
  const std::uint32_t end = description_offsets_[id + 1];
  std::uint32_t found = first;
  for (std::uint32_t at = first; at < end; ++at) {
    const Rf2Description& item = descriptions_[at];
    if (!item.is_active || item.type != snomed::k_synonym) continue;
    if (language != nullptr &&
        static_cast<Acceptability>((*language)[at]) == Acceptability::preferred)
      return at;
    if (found == first && descriptions_[first].type != snomed::k_synonym) found = at;
  }
  return found;
}

void Rf2Loader::write_displays(FileWriter& out) {
  const std::vector<std::uint8_t>* language = default_language();
  std::vector<release::TextRef> displays(concepts_.size());
  std::vector<release::TextRef> definitions(concepts_.size());
  for (ConceptId id = 0; id < concepts_.size(); ++id) {
    if (description_offsets_[id] == description_offsets_[id + 1]) continue;
    const Rf2Description& item = descriptions_[display_of(id, language)];
    displays[id] = texts_.add(item.term);
    if (concepts_[id].id == snomed::k_root) language_ = item.language;
    for (std::uint32_t at = description_offsets_[id]; at < description_offsets_[id + 1]; ++at) {
      if (descriptions_[at].type == snomed::k_definition && descriptions_[at].is_active &&
          definitions[id] == 0)
        definitions[id] = texts_.add(descriptions_[at].term);
    }
  }
  out.add(Section::displays, displays);
  out.add(Section::definitions, definitions);
}

fhir::Result<void> Rf2Loader::write_descriptions(FileWriter& out) {
  options_.say("making the index of words");
  SmallTable<std::uint64_t> modules, types;
  SmallTable<std::string> languages;
  std::vector<snomed::DescriptionRow> rows;
  rows.reserve(descriptions_.size());
  TextIndexBuilder words;
  for (const Rf2Description& item : descriptions_) {
    const ConceptId id = concept_index_.find(item.concept_id);
    const auto module = modules.add(item.module);
    const auto type = types.add(item.type);
    const auto language = languages.add(std::string(item.language));
    if (module > 0xffff || type > 0xff || language > 0xff)
      return fhir::unexpected(fhir::make_issue(
          IssueType::too_costly,
          "The release has more modules, description types or languages than a release can"));
    rows.push_back({item.id, texts_.add(item.term),
                    item.time | (item.is_active ? snomed::k_active_bit : 0), id,
                    static_cast<std::uint16_t>(module), static_cast<std::uint8_t>(type),
                    static_cast<std::uint8_t>(language)});
    words.add(id, item.term, rank(item) < 2 ? Searches::find : Searches::pass_over);
  }
  std::vector<std::uint32_t> order(rows.size());
  std::iota(order.begin(), order.end(), 0u);
  std::sort(order.begin(), order.end(),
            [&](std::uint32_t a, std::uint32_t b) { return rows[a].id < rows[b].id; });
  const auto ids = [&](const std::vector<std::uint64_t>& values) {
    std::vector<ConceptId> found;
    for (const std::uint64_t id : values) found.push_back(concept_index_.find(id));
    return found;
  };
  std::vector<release::TextRef> language_texts;
  for (const std::string& text : languages.items()) language_texts.push_back(texts_.add(text));
  out.add(snomed::k_description_offsets, description_offsets_);
  out.add(snomed::k_descriptions, rows);
  out.add(snomed::k_description_order, order);
  out.add(snomed::k_languages, language_texts);
  out.add(snomed::k_modules, ids(modules.items()));
  out.add(snomed::k_description_types, ids(types.items()));
  rows = {};
  order = {};
  descriptions_ = {};
  readers_.clear();
  words.write(out);
  return {};
}

void Rf2Loader::write_concepts(FileWriter& out) {
  const auto count = static_cast<ConceptId>(concepts_.size());
  std::vector<std::uint64_t> ids;
  std::vector<std::uint8_t> flags;
  std::vector<snomed::ConceptRow> rows;
  for (const Rf2Concept& item : concepts_) {
    ids.push_back(item.id);
    flags.push_back(item.is_active ? 0 : release::k_is_inactive);
    rows.push_back({item.time, item.time != 0 ? texts_.add(std::to_string(item.time)) : 0,
                    concept_index_.find(item.module), concept_index_.find(item.definition_status)});
  }
  out.add(snomed::k_sct_ids, ids);
  out.add(Section::flags, flags);
  out.add(snomed::k_concept_rows, rows);
  out.add(Section::codes, codes_);
  out.add(Section::code_table,
          release::CodeTable::make(count, [&](ConceptId id) { return texts_.at(codes_[id]); }));
}

fhir::Result<LoadReport> Rf2Loader::run(const std::string& target) {
  FHIR_CHECK(read_concepts());
  FHIR_CHECK(read_descriptions());
  FHIR_CHECK(read_reference_sets());
  const std::string date =
      scope_.is_full && !options_.version.empty() ? options_.version : files_.date;
  FHIR_TRY(edition, edition_of(reference_sets_->dependencies(), concepts_, options_.edition));
  report_.file = target + "/snomed-" + std::to_string(edition) + "-" + date + ".release";
  FHIR_TRY(out, FileWriter::create(report_.file));
  FHIR_CHECK(write_relationships(out));
  FHIR_CHECK(write_identifiers(out));
  write_displays(out);
  reference_sets_->write(out);
  description_index_ = {};
  FHIR_CHECK(write_descriptions(out));
  write_concepts(out);
  out.add(Section::info, snomed_info(edition, date, language_).bytes());
  if (texts_.bytes().size() >= snomed::k_is_concept)
    return fhir::unexpected(
        fhir::make_issue(IssueType::too_costly, "The release has more than 2 GB of text"));
  out.add(Section::texts, texts_.bytes());
  options_.say("writing " + report_.file);
  FHIR_CHECK(out.finish());
  report_.concepts = concepts_.size();
  return std::move(report_);
}

}  // namespace

fhir::Result<LoadReport> load_rf2(const std::string& folder, const std::string& target,
                                  const LoadOptions& options) {
  FHIR_TRY(files, find_rf2_files(folder));
  Rf2Scope scope{.is_full = files.is_full};
  if (!options.version.empty()) {
    if (!files.is_full)
      return fhir::unexpected(
          fhir::make_issue(IssueType::not_supported,
                           "A snapshot has one version: another one needs the full release"));
    scope.latest_time = static_cast<std::uint32_t>(to_sct_id(options.version));
    if (options.version.size() != 8 || scope.latest_time == 0)
      return fhir::unexpected(fhir::make_issue(
          IssueType::value, "The version '" + options.version + "' is no date (yyyymmdd)"));
  }
  return Rf2Loader(std::move(files), scope, options).run(target);
}

}  // namespace terminology::load
