#include "terminology/listed_codes.h"

#include <algorithm>
#include <utility>

namespace terminology {

bool has_display(const ListedCode& listed, std::string_view text) {
  return equals_ignoring_case(listed.display, text) ||
         std::any_of(listed.designations.begin(), listed.designations.end(),
                     [&](const Designation& designation) {
                       return equals_ignoring_case(designation.value, text);
                     });
}

ListedCodes::ListedCodes(std::vector<ListedCode> codes)
    : codes_(std::move(codes)),
      index_(CodeIndex::make(static_cast<std::uint32_t>(codes_.size()),
                             [&](std::uint32_t i) { return codes_[i].code; })) {
  codes_.shrink_to_fit();
}

const ListedCode* ListedCodes::find(std::string_view system, std::string_view code,
                                    bool any_system) const {
  const ListedCode* found = nullptr;
  index_.probe(code, [&](std::uint32_t position) {
    const ListedCode& candidate = codes_[position];
    if (!any_system && candidate.system != system) return false;
    if (candidate.code == code) {
      found = &candidate;
      return true;
    }
    if (found == nullptr && candidate.code_system != nullptr &&
        !candidate.code_system->info().is_case_sensitive &&
        equals_ignoring_case(candidate.code, code))
      found = &candidate;
    return false;
  });
  return found;
}

}  // namespace terminology
