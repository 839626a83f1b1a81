// Collects a code system's concepts and what is said of them, in any order, and writes them as a
// release file. For code systems of up to some millions of rows: all is held in compact arrays.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "fhir/base/result.h"
#include "terminology/code_system.h"
#include "terminology/load/file_writer.h"
#include "terminology/load/hierarchy.h"
#include "terminology/load/text_store.h"
#include "terminology/release/release_info.h"

namespace terminology::load {

/// Not for several threads.
class CodeSystemBuilder {
 public:
  explicit CodeSystemBuilder(release::ReleaseInfo info) : info_(std::move(info)) {}

  release::ReleaseInfo& info() { return info_; }

  /// A new concept; concepts are numbered as they come. The code is not known yet: see find().
  ConceptId add(const Concept& item);
  /// k_no_concept when no concept has this code exactly.
  ConceptId find(std::string_view code) const;
  ConceptId size() const { return static_cast<ConceptId>(codes_.size()); }
  std::string_view code(ConceptId id) const { return texts_.at(codes_[id]); }
  std::string_view display(ConceptId id) const { return texts_.at(displays_[id]); }
  void set_display(ConceptId id, std::string_view display) { displays_[id] = texts_.add(display); }
  void set_definition(ConceptId id, std::string_view text) { definitions_[id] = texts_.add(text); }
  void set_inactive(ConceptId id) { flags_[id] |= release::k_is_inactive; }
  void set_abstract(ConceptId id) { flags_[id] |= release::k_is_abstract; }

  /// What is said of one concept keeps the order in which it came.
  void add_property(ConceptId id, const Property& property);
  void add_designation(ConceptId id, const Designation& designation);
  void add_parent(ConceptId child, ConceptId parent) { parents_.push_back({child, parent}); }

  /// Keeps a text of the file, for the rows of a section of one's own.
  release::TextRef keep(std::string_view text) { return texts_.add(text); }

  /// Sections that only this kind of release has.
  using AddSections = std::function<void(FileWriter&)>;

  /// path     replaced whole, or left as it was
  /// errors   business-rule: a concept stands above itself · too-costly: more text than a file
  ///          holds, a hierarchy too deep · no-store, exception: it could not be written
  fhir::Result<void> write(const std::string& path, const AddSections& more = {});

 private:
  template <class Row>
  struct Said {  // rows of concepts, as they came
    std::vector<ConceptId> ids;
    std::vector<Row> rows;
  };
  template <class Row>
  void write_said(FileWriter& out, release::Section offsets, release::Section section,
                  Said<Row>& said) const;
  std::uint32_t use(const Designation& designation);
  void write_words(FileWriter& out) const;

  release::ReleaseInfo info_;
  TextStore texts_;
  std::vector<release::TextRef> codes_, displays_, definitions_;
  std::vector<std::uint8_t> flags_;
  std::unordered_map<release::TextRef, ConceptId> by_code_;  // equal texts have one place
  Said<release::PropertyRow> properties_;
  Said<release::DesignationRow> designations_;
  std::vector<release::UseRow> uses_;
  std::vector<Edge> parents_;
};

}  // namespace terminology::load
