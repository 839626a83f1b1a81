#include "terminology/display_check.h"

#include <algorithm>
#include <vector>

#include "terminology/code_text.h"
#include "terminology/tx_issue.h"

namespace terminology {
namespace {

std::string written(const DisplayText& text) {
  std::string out = quoted(text.value);
  if (!text.language.empty()) out.append(" (").append(text.language).append(")");
  return out;
}

DisplayFault not_one_of(const std::vector<DisplayText>& choices, const std::string& wrong,
                        const std::string& languages) {
  std::string text = wrong + ". Valid display is ";
  if (choices.size() > 1) text += "one of " + std::to_string(choices.size()) + " choices: ";
  for (std::size_t i = 0; i < choices.size(); ++i) {
    if (i > 0) text += i + 1 == choices.size() ? " or " : ", ";
    text += written(choices[i]);
  }
  return {.message_id = "Display_Name_for__should_be_one_of__instead_of",
          .text = text + " (for the language(s) " + quoted(languages) + ")"};
}

}  // namespace

std::optional<DisplayFault> check_display_of(const KnownCode& known, const fhir::Coding& coding,
                                             const LanguageRanges& languages) {
  if (coding.display.empty()) return std::nullopt;
  const std::vector<DisplayText> all = displays_of(known);
  if (all.empty()) return std::nullopt;
  const bool any_language = languages.wanted().empty() || languages.accepts_any();
  const auto is_given = [&](const DisplayText& text) {
    return equals_ignoring_case(text.value, coding.display);
  };
  std::vector<DisplayText> choices;
  bool is_known = false, is_right = false;
  for (const DisplayText& text : all) {
    const bool is_wanted = any_language || text.language.empty() || languages.name(text.language);
    is_known = is_known || is_given(text);
    is_right = is_right || (is_wanted && is_given(text));
    if (is_wanted && text.is_display) choices.push_back(text);
  }
  if (is_right) return std::nullopt;
  const std::string name = std::string(coding.system) + "#" + std::string(coding.code);
  const std::string wrong = "Wrong Display Name " + quoted(coding.display) + " for " + name;
  const std::string wanted = languages.wanted().empty() ? "--" : languages.text();
  if (!choices.empty()) return not_one_of(choices, wrong, wanted);
  const std::string none = "There are no valid display names found for ";
  if (is_known)
    return DisplayFault{.message_id = "NO_VALID_DISPLAY_FOUND_NONE_FOR_LANG_OK",
                        .text = none + "the code " + name + " for language(s) " + quoted(wanted) +
                                ". The display is " + quoted(coding.display) +
                                " which is a valid display for the default language",
                        .is_wrong = false};
  return DisplayFault{.message_id = "NO_VALID_DISPLAY_FOUND_NONE_FOR_LANG_ERR",
                      .text = wrong + ". " + none + "language(s) " + quoted(wanted) +
                              ". Default display is " + quoted(default_display(known))};
}

}  // namespace terminology
