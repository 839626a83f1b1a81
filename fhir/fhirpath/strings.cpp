// https://hl7.org/fhirpath/N1/#string-manipulation; positions and lengths count Unicode characters.
#include <unicode/locid.h>
#include <unicode/unistr.h>

#include <algorithm>

#include "fhir/fhirpath/functions.h"

namespace fhir::fhirpath {
namespace {

bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; }

std::int64_t length_of(std::string_view text) {
  return std::count_if(text.begin(), text.end(), [](char c) { return !is_continuation(c); });
}

/// Byte offset of a character; the size of the text past its end.
std::size_t offset_of(std::string_view text, std::int64_t character) {
  std::size_t at = 0;
  for (; at < text.size() && character > 0; --character) {
    ++at;
    while (at < text.size() && is_continuation(text[at])) ++at;
  }
  return at;
}

/// The input and the first argument as strings.
struct Strings {
  Item input_keep;
  Item argument_keep;
  std::string_view input;
  std::string_view argument;

  Found read(Evaluation& evaluation, const Node& node, const Scope& scope) {
    const Found found = evaluation.string_input(node, scope, input_keep, input);
    if (found != Found::one) return found;
    return evaluation.string(*node.arguments[0], scope, argument_keep, argument);
  }
};

template <bool (*test)(std::string_view, std::string_view)>
Truth truth_of_two(Evaluation& evaluation, const Node& node, const Scope& scope) {
  Strings strings;
  const Found found = strings.read(evaluation, node, scope);
  if (found != Found::one) return found == Found::none ? Truth::empty : Truth::failed;
  return truth_of(test(strings.input, strings.argument));
}

bool starts_with(std::string_view text, std::string_view part) { return text.starts_with(part); }
bool ends_with(std::string_view text, std::string_view part) { return text.ends_with(part); }
bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

template <bool is_last>
bool visit_index_of(Evaluation& evaluation, const Node& node, const Scope& scope, Sink sink) {
  Strings strings;
  const Found found = strings.read(evaluation, node, scope);
  if (found != Found::one) return found == Found::none;
  const std::size_t at =
      is_last ? strings.input.rfind(strings.argument) : strings.input.find(strings.argument);
  return sink(
      Item::of_integer(at == std::string_view::npos ? -1 : length_of(strings.input.substr(0, at))));
}

bool visit_substring(Evaluation& evaluation, const Node& node, const Scope& scope, Sink sink) {
  Item keep;
  std::string_view text;
  const Found found = evaluation.string_input(node, scope, keep, text);
  if (found != Found::one) return found == Found::none;
  std::int64_t start = 0;
  const Found has_start = evaluation.integer(*node.arguments[0], scope, start);
  if (has_start != Found::one) return has_start == Found::none;
  std::optional<std::int64_t> length;
  if (node.arguments.size() == 2) {
    std::int64_t asked = 0;
    const Found has_length = evaluation.integer(*node.arguments[1], scope, asked);
    if (has_length == Found::failed) return false;
    if (has_length == Found::one) length = asked;
  }
  if (start < 0) return true;
  const std::size_t from = offset_of(text, start);
  if (from >= text.size()) return true;
  text.remove_prefix(from);
  if (length) text = text.substr(0, offset_of(text, *length));
  return sink(Item::part_of(keep, text));
}

bool visit_length(Evaluation& evaluation, const Node& node, const Scope& scope, Sink sink) {
  Item keep;
  std::string_view text;
  const Found found = evaluation.string_input(node, scope, keep, text);
  return found == Found::none || (found == Found::one && sink(Item::of_integer(length_of(text))));
}

bool visit_to_chars(Evaluation& evaluation, const Node& node, const Scope& scope, Sink sink) {
  Item keep;
  std::string_view text;
  const Found found = evaluation.string_input(node, scope, keep, text);
  if (found != Found::one) return found == Found::none;
  while (!text.empty()) {
    const std::size_t size = offset_of(text, 1);
    if (!evaluation.spend() || !sink(Item::part_of(keep, text.substr(0, size)))) return false;
    text.remove_prefix(size);
  }
  return true;
}

/// Letters of ASCII here, all others by ICU without a locale.
template <bool is_upper>
bool visit_case(Evaluation& evaluation, const Node& node, const Scope& scope, Sink sink) {
  Item keep;
  std::string_view text;
  const Found found = evaluation.string_input(node, scope, keep, text);
  if (found != Found::one) return found == Found::none;
  if (!evaluation.spend_bytes(text.size())) return false;
  std::string out(text);
  if (std::all_of(text.begin(), text.end(),
                  [](char c) { return static_cast<signed char>(c) >= 0; })) {
    for (char& c : out) {
      if (is_upper ? c >= 'a' && c <= 'z' : c >= 'A' && c <= 'Z') c = static_cast<char>(c ^ 0x20);
    }
    return sink(Item::of_string(std::move(out)));
  }
  icu::UnicodeString wide = icu::UnicodeString::fromUTF8(out);
  out.clear();
  if (is_upper) {
    wide.toUpper(icu::Locale::getRoot()).toUTF8String(out);
  } else {
    wide.toLower(icu::Locale::getRoot()).toUTF8String(out);
  }
  return sink(Item::of_string(std::move(out)));
}

/// An empty pattern stands between all characters and at both ends.
bool visit_replace(Evaluation& evaluation, const Node& node, const Scope& scope, Sink sink) {
  Strings strings;
  const Found found = strings.read(evaluation, node, scope);
  if (found != Found::one) return found == Found::none;
  Item keep;
  std::string_view substitution;
  const Found has_substitution = evaluation.string(*node.arguments[1], scope, keep, substitution);
  if (has_substitution != Found::one) return has_substitution == Found::none;
  std::string_view rest = strings.input;
  const std::string_view pattern = strings.argument;
  std::string out;
  if (pattern.empty()) out.append(substitution);
  while (!rest.empty()) {
    const std::size_t step = pattern.empty() ? offset_of(rest, 1) : rest.find(pattern);
    if (step == std::string_view::npos) break;
    if (!evaluation.spend_bytes(step + substitution.size() + 16)) return false;
    out.append(rest.substr(0, step)).append(substitution);
    rest.remove_prefix(step + pattern.size());
  }
  out.append(rest);
  return sink(Item::of_string(std::move(out)));
}

bool visit_trim(Evaluation& evaluation, const Node& node, const Scope& scope, Sink sink) {
  Item keep;
  std::string_view text;
  const Found found = evaluation.string_input(node, scope, keep, text);
  if (found != Found::one) return found == Found::none;
  constexpr std::string_view k_blanks = " \t\r\n\f\v";
  const std::size_t first = text.find_first_not_of(k_blanks);
  if (first == std::string_view::npos) return sink(Item::of_constant(""));
  text = text.substr(first, text.find_last_not_of(k_blanks) - first + 1);
  return sink(Item::part_of(keep, text));
}

bool visit_split(Evaluation& evaluation, const Node& node, const Scope& scope, Sink sink) {
  Strings strings;
  const Found found = strings.read(evaluation, node, scope);
  if (found != Found::one) return found == Found::none;
  if (strings.argument.empty()) return sink(strings.input_keep);
  std::string_view rest = strings.input;
  while (true) {
    const std::size_t at = rest.find(strings.argument);
    const std::string_view part = rest.substr(0, at);
    if (!evaluation.spend() || !sink(Item::part_of(strings.input_keep, part))) return false;
    if (at == std::string_view::npos) return true;
    rest.remove_prefix(at + strings.argument.size());
  }
}

bool visit_join(Evaluation& evaluation, const Node& node, const Scope& scope, Sink sink) {
  Item keep;
  std::string_view separator;
  if (!node.arguments.empty() &&
      evaluation.string(*node.arguments[0], scope, keep, separator) == Found::failed)
    return false;
  std::string out;
  bool is_first = true;
  const bool go_on = evaluation.visit_input(node, scope, [&](const Item& item) {
    const Element* element = item.element();
    const bool is_text = element != nullptr ? element->is_primitive() && element->has_value()
                                            : item.kind() == ItemKind::string;
    if (!is_text) return element != nullptr || evaluation.fail("join() takes strings");
    const std::string_view text = element != nullptr ? element->text() : item.string();
    if (!evaluation.spend_bytes(text.size() + separator.size())) return false;
    if (!is_first) out.append(separator);
    is_first = false;
    out.append(text);
    return true;
  });
  return go_on && (is_first || sink(Item::of_string(std::move(out))));
}

constexpr Function k_functions[] = {
    {"indexOf", 1, 1, visit_index_of<false>},
    {"lastIndexOf", 1, 1, visit_index_of<true>},
    {"substring", 1, 2, visit_substring},
    {"startsWith", 1, 1, visit_truth, truth_of_two<starts_with>},
    {"endsWith", 1, 1, visit_truth, truth_of_two<ends_with>},
    {"contains", 1, 1, visit_truth, truth_of_two<contains>},
    {"upper", 0, 0, visit_case<true>},
    {"lower", 0, 0, visit_case<false>},
    {"replace", 2, 2, visit_replace},
    {"length", 0, 0, visit_length},
    {"toChars", 0, 0, visit_to_chars},
    {"trim", 0, 0, visit_trim},
    {"split", 1, 1, visit_split},
    {"join", 0, 1, visit_join},
};

}  // namespace

std::span<const Function> string_functions() { return k_functions; }

}  // namespace fhir::fhirpath
