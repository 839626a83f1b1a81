// A value set written out: chosen, filtered, paged, and nested as its code systems are.
// https://hl7.org/fhir/R4/valueset-operation-expand.html
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

#include "fhir/base/result.h"
#include "terminology/value_set.h"

namespace terminology {

inline constexpr std::size_t k_expansion_codes_max = 100'000;

enum class Layout : std::uint8_t { nested, flat };

struct ExpandOptions {
  std::string_view text;  // every word must be found in one display, or begin the code
  std::size_t offset = 0;
  std::optional<std::size_t> count;
  bool active_only = false;
  bool exclude_not_for_ui = false;                 // leave out abstract codes
  Layout layout = Layout::nested;                  // nested has no meaning with a text or a page
  std::vector<std::string_view> excluded_systems;  // url or url|version
};

struct Expansion {
  std::vector<ListedCode> codes;  // one page; ListedCode::parent names positions in it, when nested
  std::size_t total = 0;          // of all pages
  bool is_complete = true;        // false: codes exist beyond those that are known here
};

/// errors   those of ValueSet::members, with k_expansion_codes_max as the limit
fhir::Result<Expansion> expand(const ValueSet& set, const ExpandOptions& options);

}  // namespace terminology
