// Codes that are written out one by one, in a compose or an expansion, with what is said of each.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "terminology/code_index.h"
#include "terminology/code_system.h"

namespace terminology {

struct ListedCode {
  std::string_view system;
  std::string_view version;
  std::string_view code;
  std::string_view display;                   // the listing's own, else the code system's
  std::string_view own_display;               // empty: the listing gives none
  std::span<const Designation> designations;  // given with the listing, not by the code system
  std::span<const Property> properties;       // likewise
  std::string_view extensions;                // likewise; a JSON array, empty when there are none
  const CodeSystem* code_system = nullptr;    // null: not held
  ConceptId id = k_no_concept;                // in code_system
  std::uint32_t parent = k_no_position;       // position of the code it is listed under
  bool is_abstract = false;
  bool is_inactive = false;
  bool is_deprecated = false;    // says the listing
  bool is_in_hierarchy = false;  // chosen from its system as a whole, whose nesting it keeps
};

/// Whether the listing itself gives a text as the display or a designation, in any case.
bool has_display(const ListedCode& listed, std::string_view text);

/// Immutable after it is made.
class ListedCodes {
 public:
  ListedCodes() = default;
  explicit ListedCodes(std::vector<ListedCode> codes);

  std::span<const ListedCode> codes() const { return codes_; }

  /// Case matters unless the code's system is held and says or leaves open that it does not.
  /// system   empty and any_system: matches every system
  const ListedCode* find(std::string_view system, std::string_view code, bool any_system) const;

 private:
  std::vector<ListedCode> codes_;
  CodeIndex index_;
};

}  // namespace terminology
