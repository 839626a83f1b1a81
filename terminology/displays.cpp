#include "terminology/displays.h"

#include <algorithm>

#include "terminology/code_text.h"
#include "terminology/language_tag.h"

namespace terminology {
namespace {

template <class Visit>
void for_each_designation(const KnownCode& known, Visit&& visit) {
  if (known.listing != nullptr) {
    for (const Designation& designation : known.listing->designations) visit(designation);
  }
  if (known.is_in_system()) {
    for (const Designation& designation : known.system->designations(known.id)) visit(designation);
  }
}

/// The display in one language; empty when there is none.
std::string_view display_in(const KnownCode& known, std::string_view tag) {
  const std::string_view own = default_language(known);
  if (equals_ignoring_case(own, tag)) return default_display(known);
  std::string_view exact, fitting;
  for_each_designation(known, [&](const Designation& designation) {
    if (!is_display_use(designation)) return;
    if (exact.empty() && equals_ignoring_case(designation.language, tag)) exact = designation.value;
    if (fitting.empty() && language_serves(designation.language, tag)) fitting = designation.value;
  });
  // A release knows which of its terms a dialect prefers.
  const bool has_choice = known.is_in_system() && known.system->has_text_index();
  if (!(exact.empty() && fitting.empty()) && has_choice)
    return known.system->display_in(known.id, tag);
  if (!exact.empty()) return exact;
  if (language_serves(own, tag)) return default_display(known);
  return fitting;
}

}  // namespace

std::string_view default_display(const KnownCode& known) {
  if (known.listing != nullptr && !known.listing->own_display.empty())
    return known.listing->own_display;
  return known.is_in_system() ? known.system->at(known.id).display : std::string_view{};
}

std::string_view default_language(const KnownCode& known) {
  if (known.listing != nullptr && !known.listing->own_display.empty() &&
      !known.set_language.empty())
    return known.set_language;
  return known.system != nullptr ? known.system->info().language : std::string_view{};
}

std::string_view display_for(const KnownCode& known, const LanguageRanges& languages) {
  for (const std::string& tag : languages.wanted()) {
    if (tag == "*") return default_display(known);
    const std::string_view found = display_in(known, tag);
    if (!found.empty()) return found;
  }
  // A display of no named language may be of the one that is wanted.
  const bool is_foreign = !default_language(known).empty();
  return languages.refuses_others() && is_foreign ? std::string_view{} : default_display(known);
}

std::vector<DisplayText> displays_of(const KnownCode& known) {
  std::vector<DisplayText> all;
  const std::string_view first = default_display(known);
  if (!first.empty()) all.push_back({first, default_language(known)});
  if (known.is_in_system()) {
    const std::string_view own = known.system->at(known.id).display;
    if (!own.empty() && own != first) all.push_back({own, known.system->info().language});
  }
  for_each_designation(known, [&](const Designation& designation) {
    if (!designation.value.empty())
      all.push_back({designation.value, designation.language, is_display_use(designation)});
  });
  return all;
}

bool is_display_use(const Designation& designation) {
  if (designation.use_code.empty()) return true;
  return designation.use_code == "display" || designation.use_code == "preferredForLanguage" ||
         designation.use_system == "http://snomed.info/sct";
}

}  // namespace terminology
