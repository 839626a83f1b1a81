// An edition in memory for the tests of the expression constraint language: everything in it is
// invented, but for the identifiers that the language itself has names for.
#pragma once

#include <algorithm>
#include <deque>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "terminology/code_text.h"
#include "terminology/ecl/metadata.h"
#include "terminology/ecl/substrate.h"

namespace ecl_test {

namespace ecl = terminology::ecl;
using terminology::ConceptId;
using terminology::ConceptSet;
using terminology::k_no_concept;

class EditionDouble final : public ecl::Substrate {
 public:
  struct Node {
    ecl::SctId id = 0;
    bool is_active = true;
    ecl::EffectiveTime time = 20240101;
    ConceptId module = k_no_concept, status = k_no_concept;
    std::vector<ConceptId> parents, children;
    std::vector<ecl::Relationship> relationships;
    std::vector<ecl::IncomingRelationship> incoming;
    std::vector<std::uint32_t> descriptions;
  };

  ConceptId add(ecl::SctId id, std::vector<ConceptId> parents = {}) {
    const auto made = static_cast<ConceptId>(nodes.size());
    Node node;
    node.id = id;
    node.parents = std::move(parents);
    nodes.push_back(node);
    for (const ConceptId parent : nodes[made].parents) nodes[parent].children.push_back(made);
    by_id[id] = made;
    return made;
  }
  void relate(ConceptId source, ConceptId type, ConceptId target, std::uint16_t group) {
    insert(source, {type, target, group, ecl::Relationship::ValueKind::concept_id});
    nodes[target].incoming.push_back({source, type});
  }
  void relate(ConceptId source, ConceptId type, const std::string& value,
              ecl::Relationship::ValueKind kind, std::uint16_t group) {
    insert(source, {type, static_cast<std::uint32_t>(values.size()), group, kind});
    values.push_back(value);
  }
  /// Descriptions of one concept are added one after another.
  ecl::Description& describe(ConceptId id, std::string term, std::string language = "en") {
    nodes[id].descriptions.push_back(static_cast<std::uint32_t>(descriptions_.size()));
    texts_.push_back(std::move(term));
    ecl::Description description;
    description.id = 9000000 + descriptions_.size();
    description.term = texts_.back();
    texts_.push_back(std::move(language));
    description.language = texts_.back();
    description.type = find(ecl::k_synonym);
    descriptions_.push_back(description);
    return descriptions_.back();
  }
  void accept(std::uint32_t description, ConceptId language_set, ConceptId acceptability) {
    acceptabilities[{description, language_set}] = acceptability;
  }
  /// Members are added to the set that was begun last.
  void begin_set(ConceptId id, std::vector<ecl::Field> fields = {}) {
    field_lists_.push_back(std::move(fields));
    sets.push_back({id, static_cast<std::uint32_t>(rows.size()), 0, field_lists_.back()});
  }
  ecl::Member& add_member(ConceptId referenced, std::vector<ecl::FieldValue> fields = {}) {
    rows.push_back({ecl::Member{referenced, k_no_concept, 20240101, true}, std::move(fields)});
    ++sets.back().count;
    return rows.back().first;
  }

  ConceptId size() const override { return static_cast<ConceptId>(nodes.size()); }
  ConceptId find(ecl::SctId id) const override {
    const auto found = by_id.find(id);
    return found != by_id.end() ? found->second : k_no_concept;
  }
  ecl::SctId sct_id(ConceptId id) const override { return nodes[id].id; }
  bool is_active(ConceptId id) const override { return nodes[id].is_active; }
  ecl::EffectiveTime effective_time(ConceptId id) const override { return nodes[id].time; }
  ConceptId module(ConceptId id) const override { return nodes[id].module; }
  ConceptId definition_status(ConceptId id) const override { return nodes[id].status; }
  std::span<const ConceptId> parents(ConceptId id) const override { return nodes[id].parents; }
  std::span<const ConceptId> children(ConceptId id) const override { return nodes[id].children; }
  std::span<const ecl::Relationship> relationships(ConceptId id) const override {
    return nodes[id].relationships;
  }
  std::span<const ecl::IncomingRelationship> incoming(ConceptId id) const override {
    return nodes[id].incoming;
  }
  std::string_view concrete(std::uint32_t value) const override { return values[value]; }
  ecl::DescriptionRange descriptions(ConceptId id) const override {
    const auto& own = nodes[id].descriptions;
    return own.empty() ? ecl::DescriptionRange{}
                       : ecl::DescriptionRange{own[0], static_cast<std::uint32_t>(own.size())};
  }
  ecl::Description description(std::uint32_t position) const override {
    return descriptions_[position];
  }
  DescriptionPlace find_description(ecl::SctId id) const override {
    for (ConceptId owner = 0; owner < size(); ++owner) {
      for (const std::uint32_t position : nodes[owner].descriptions) {
        if (descriptions_[position].id == id) return {owner, position};
      }
    }
    return {};
  }
  ConceptId acceptability(std::uint32_t description, ConceptId language_set) const override {
    const auto found = acceptabilities.find({description, language_set});
    return found != acceptabilities.end() ? found->second : k_no_concept;
  }
  std::span<const ecl::ReferenceSet> reference_sets() const override { return sets; }
  ecl::Member member(std::uint32_t position) const override { return rows[position].first; }
  ecl::FieldValue field(std::uint32_t member, std::uint32_t field) const override {
    return rows[member].second[field];
  }
  ConceptId find_alternate(std::string_view scheme, std::string_view code) const override {
    const auto found = alternates.find(std::string(scheme).append("#").append(code));
    return found != alternates.end() ? found->second : k_no_concept;
  }
  bool add_by_word_prefix(std::string_view prefix, ConceptSet& out) const override {
    if (!has_word_index) return false;
    for (ConceptId id = 0; id < size(); ++id) {
      for (const std::uint32_t position : nodes[id].descriptions) {
        std::string padded = " " + std::string(descriptions_[position].term);
        std::transform(padded.begin(), padded.end(), padded.begin(), terminology::lower);
        std::string wanted(prefix);
        std::transform(wanted.begin(), wanted.end(), wanted.begin(), terminology::lower);
        if (padded.find(" " + wanted) != std::string::npos) out.add(id);
      }
    }
    return true;
  }

  std::vector<Node> nodes;
  std::map<ecl::SctId, ConceptId> by_id;
  std::vector<std::string> values;
  std::map<std::pair<std::uint32_t, ConceptId>, ConceptId> acceptabilities;
  std::vector<ecl::ReferenceSet> sets;
  std::vector<std::pair<ecl::Member, std::vector<ecl::FieldValue>>> rows;
  std::map<std::string, ConceptId> alternates;
  bool has_word_index = false;

 private:
  void insert(ConceptId source, ecl::Relationship relationship) {
    auto& all = nodes[source].relationships;
    all.insert(std::upper_bound(all.begin(), all.end(), relationship,
                                [](const auto& a, const auto& b) { return a.group < b.group; }),
               relationship);
  }

  std::vector<ecl::Description> descriptions_;
  std::deque<std::string> texts_;
  std::deque<std::vector<ecl::Field>> field_lists_;
};

}  // namespace ecl_test
