// https://hl7.org/fhir/R4/valueset.html#expansion
#include "terminology/expand.h"

#include <algorithm>
#include <unordered_map>

#include "terminology/code_text.h"

namespace terminology {
namespace {

std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> words;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    if (end > 0) words.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return words;
}

bool contains_ignoring_case(std::string_view text, std::string_view word) {
  return std::search(text.begin(), text.end(), word.begin(), word.end(),
                     [](char a, char b) { return lower(a) == lower(b); }) != text.end();
}

class TextFilter {
 public:
  explicit TextFilter(std::string_view text) : text_(text), words_(words_of(text)) {}

  bool accepts(const ListedCode& code) const {
    if (words_.empty()) return true;
    if (equals_ignoring_case(code.code.substr(0, text_.size()), text_)) return true;
    if (has_all_words(code.display)) return true;
    const auto any = [&](const auto& list) {
      return std::any_of(list.begin(), list.end(), [&](const Designation& designation) {
        return has_all_words(designation.value);
      });
    };
    return any(code.designations) ||
           (code.id != k_no_concept && any(code.code_system->designations(code.id)));
  }

 private:
  bool has_all_words(std::string_view text) const {
    return std::all_of(words_.begin(), words_.end(),
                       [&](std::string_view word) { return contains_ignoring_case(text, word); });
  }

  std::string_view text_;
  std::vector<std::string_view> words_;
};

bool is_excluded(const ListedCode& code, const std::vector<std::string_view>& systems) {
  return std::any_of(systems.begin(), systems.end(), [&](std::string_view excluded) {
    const std::size_t bar = std::min(excluded.find('|'), excluded.size());
    return excluded.substr(0, bar) == code.system &&
           (bar == excluded.size() || excluded.substr(bar + 1) == code.version);
  });
}

/// Puts each code under the first of its code system's parents that is listed before it.
void nest(std::vector<ListedCode>& codes) {
  struct Key {
    const CodeSystem* system;
    ConceptId id;
    bool operator==(const Key&) const = default;
  };
  struct Hash {
    std::size_t operator()(const Key& key) const {
      return std::hash<const void*>()(key.system) ^ (key.id * std::size_t{0x9e3779b97f4a7c15});
    }
  };
  std::unordered_map<Key, std::uint32_t, Hash> positions;
  for (std::uint32_t i = 0; i < codes.size(); ++i) {
    ListedCode& code = codes[i];
    if (code.id == k_no_concept) continue;
    for (ConceptId parent : code.code_system->parents(code.id)) {
      const auto found = positions.find({code.code_system, parent});
      if (found == positions.end()) continue;
      code.parent = found->second;
      break;
    }
    positions.emplace(Key{code.code_system, code.id}, i);
  }
}

}  // namespace

fhir::Result<Expansion> expand(const ValueSet& set, const ExpandOptions& options) {
  FHIR_TRY(codes, set.members(k_expansion_codes_max));
  Expansion expansion;
  expansion.is_complete = set.lists_everything();
  const TextFilter filter(options.text);
  const std::size_t listed = codes.size();
  std::erase_if(codes, [&](const ListedCode& code) {
    return (options.active_only && code.is_inactive) ||
           (options.exclude_not_for_ui && code.is_abstract) ||
           is_excluded(code, options.excluded_systems) || !filter.accepts(code);
  });
  expansion.total = codes.size();
  const bool is_paged = options.offset > 0 || options.count;
  const bool is_nested = options.layout == Layout::nested && !is_paged && options.text.empty();
  const bool keeps_own_nesting = is_nested && set.uses_own_expansion() && codes.size() == listed;
  if (!keeps_own_nesting) {
    for (ListedCode& code : codes) code.parent = k_no_position;
    if (is_nested) nest(codes);
  }
  if (is_paged) {
    const std::size_t first = std::min(options.offset, codes.size());
    const std::size_t count = std::min(options.count.value_or(codes.size()), codes.size() - first);
    codes = {codes.begin() + static_cast<std::ptrdiff_t>(first),
             codes.begin() + static_cast<std::ptrdiff_t>(first + count)};
  }
  expansion.codes = std::move(codes);
  return expansion;
}

}  // namespace terminology
