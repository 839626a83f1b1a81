// The slow, obviously right way to answer a search: FHIRPath over every resource for every
// criterion, and the sentences of https://hl7.org/fhir/R4/search.html one after the other. Nothing
// of the server's own search is used.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "fhir/definitions/search_parameter.h"
#include "tests/unit/property/numbers.h"
#include "tests/unit/property/search.h"
#include "tests/unit/property/world.h"

namespace property_test {

/// A resource, or one that it contains.
struct Place {
  fhir::Element resource;
  const Resource* container = nullptr;
  bool is_contained = false;
};

/// What a search parameter's expression leads to: elements, or truth values that it computed.
struct Found {
  std::vector<fhir::Element> elements;
  std::vector<bool> truths;
};

class Evaluator {
 public:
  explicit Evaluator(const World& world) : world_(world) {}

  bool matches(const Resource& resource, const Search& search) const;
  bool matches(const Place& place, const Question& question) const;
  bool matches(const Place& place, const Filter& filter) const;

  Found values_of(const Place& place, const fhir::SearchParameter& parameter) const;
  /// Of a composite's component, relative to what the composite's own expression led to.
  Found values_at(const Place& place, const fhir::Element& context,
                  std::string_view expression) const;

  /// `Type/id` of all that is included with matches on a page.
  std::set<std::string> included(const Search& search,
                                 const std::vector<std::string>& matches) const;

  /// What `resource` is sorted by, the least or the greatest of its values; nothing when it has
  /// none.
  struct Key {
    std::optional<fhir::Decimal> number;  // also of dates
    int infinity = 0;                     // -1, 1: before and after all numbers
    std::string text;
  };
  std::optional<Key> sort_key(const Resource& resource, const std::string& code,
                              bool descends) const;

 private:
  bool matches_value(const Place& place, const fhir::SearchParameter& parameter,
                     const Question& question, const Value& value) const;
  bool matches_composite(const Place& place, const fhir::SearchParameter& parameter,
                         const Value& value) const;
  bool has_value(const Place& place, const fhir::SearchParameter& parameter) const;
  bool matches_chain(const Place& place, const fhir::SearchParameter& parameter,
                     const Question& question) const;
  bool matches_list(const Place& place, const std::string& name) const;
  bool matches_words(const Place& place, const Question& question) const;
  bool is_near(const Value& value, const fhir::Element& position) const;
  bool is_in_compartment(const Resource& resource, const Compartment& asked) const;
  bool matches_test(const Place& place, const Filter& test) const;
  /// What the references of a parameter lead to; of one type, or of all that it may lead to.
  std::vector<Place> targets_of(const Place& place, const fhir::SearchParameter& parameter,
                                const std::string& type) const;
  bool matches_has(const Place& place, const Question& question) const;
  bool is_below(const std::string& key, const std::string& top) const;

  const World& world_;
};

/// -1, 0, 1
int compare(const Evaluator::Key& a, const Evaluator::Key& b);

}  // namespace property_test
