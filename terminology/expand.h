// A value set written out: chosen, filtered, paged, and nested as its code systems are.
// https://hl7.org/fhir/R4/valueset-operation-expand.html
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/base/result.h"
#include "terminology/value_set.h"
#include "terminology/version_rules.h"

namespace terminology {

inline constexpr std::size_t k_expansion_codes_max = 100'000;

inline constexpr std::size_t k_nesting_max = 80;  // each level takes two of k_json_depth_max

enum class Layout : std::uint8_t { nested, flat };

struct ExpandOptions {
  std::string_view text;  // each word must begin a word of one display, or all begin the code
  std::size_t offset = 0;
  std::optional<std::size_t> count;
  bool active_only = false;
  bool exclude_not_for_ui = false;                 // leave out abstract codes
  Layout layout = Layout::nested;                  // nested has no meaning with a page
  std::vector<std::string_view> excluded_systems;  // url or url|version
  std::size_t codes_max = k_expansion_codes_max;   // of one answer
  std::optional<bool> versions_match;  // whether a code of two versions is one: merged, excluded
  const VersionRules* rules = nullptr;
};

struct Expansion {
  std::vector<ListedCode> codes;  // one page; ListedCode::parent names positions in it, when nested
  std::size_t total = 0;          // of all pages
  bool is_complete = true;        // false: codes exist beyond those that are known here
  bool crossed_versions = false;  // an exclude of one version took out codes of another
};

/// An expansion that is not written out: concepts of one code system, by four bytes each.
struct ConceptExpansion {
  const CodeSystem* system = nullptr;
  std::vector<ConceptId> ids;          // of one page, ascending
  std::vector<std::uint32_t> parents;  // positions in `ids`, else k_no_position; empty: flat
  std::size_t total = 0;               // of all pages
  bool is_complete = true;
};

/// The same as expand(), where one clause chooses from one code system; nothing for other sets, and
/// for those that expand() refuses. As long as the set, whatever options.codes_max says.
std::optional<ConceptExpansion> expand_concepts(const ValueSet& set, const ExpandOptions& options);

/// errors   those of ValueSet::members; too-costly: more than options.codes_max without a page ·
///          exception: a version that is not the one to be checked for
fhir::Result<Expansion> expand(const ValueSet& set, const ExpandOptions& options);

/// What an expansion rests on, for its parameters.
struct UsedSources {
  struct Source {
    std::string_view url, version;
    const CodeSystem* code_system = nullptr;  // null: of a value set, or it is not held
    const ValueSet* value_set = nullptr;
    auto operator<=>(const Source& other) const {
      const auto by_url = url <=> other.url;
      return by_url != 0 ? by_url : version <=> other.version;
    }
    bool operator==(const Source& other) const {
      return url == other.url && version == other.version;
    }
  };
  std::vector<Source> code_systems;   // each once
  std::vector<Source> value_sets;     // those imported
  bool has_several_versions = false;  // of one code system
};

UsedSources used_sources(const ValueSet& set);

}  // namespace terminology
