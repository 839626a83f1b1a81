// matches and replaceMatches by RE2, whose time is linear in the text.
// https://hl7.org/fhirpath/N1/#matchesregex-string-boolean
#include <re2/re2.h>

#include "fhir/fhirpath/functions.h"

namespace fhir::fhirpath {

struct Regex {
  Regex(const re2::StringPiece& pattern, const RE2::Options& options)
      : compiled(pattern, options) {}
  RE2 compiled;
};

namespace {

constexpr std::int64_t k_regex_memory_bytes = 4 << 20;
constexpr std::size_t k_pattern_bytes_max = 8 << 10;

/// Either the pattern compiled with the expression, or the one that stands in the data now.
std::shared_ptr<const Regex> regex_of(Evaluation& evaluation, const Node& node,
                                      std::string_view pattern, std::string_view flags) {
  if (node.regex != nullptr && flags.empty()) return node.regex;
  if (!evaluation.spend(1000)) return nullptr;
  auto regex = compile_regex(pattern, flags);
  if (regex == nullptr) evaluation.fail("Not a regular expression that is supported");
  return regex;
}

struct Matched {
  Item text_keep;
  Item pattern_keep;
  std::string_view text;
  std::string_view pattern;
  std::shared_ptr<const Regex> regex;

  Found read(Evaluation& evaluation, const Node& node, const Scope& scope) {
    const Found found = evaluation.string_input(node, scope, text_keep, text);
    if (found != Found::one) return found;
    const Found has_pattern = evaluation.string(*node.arguments[0], scope, pattern_keep, pattern);
    if (has_pattern != Found::one) return has_pattern;
    // The flags are the last argument that the function may have.
    Item flags_keep;
    std::string_view flags;
    if (node.arguments.size() == static_cast<std::size_t>(node.function->arguments_max) &&
        evaluation.string(*node.arguments.back(), scope, flags_keep, flags) == Found::failed)
      return Found::failed;
    regex = regex_of(evaluation, node, pattern, flags);
    return regex != nullptr && evaluation.spend_bytes(text.size()) ? Found::one : Found::failed;
  }
};

/// Somewhere in the text: N1 leaves it open, the reference engines and the invariants of R4 that
/// write ^ and $ agree on it.
template <bool is_full>
Truth truth_matches(Evaluation& evaluation, const Node& node, const Scope& scope) {
  Matched matched;
  const Found found = matched.read(evaluation, node, scope);
  if (found != Found::one) return found == Found::none ? Truth::empty : Truth::failed;
  const re2::StringPiece text(matched.text.data(), matched.text.size());
  return truth_of(is_full ? RE2::FullMatch(text, matched.regex->compiled)
                          : RE2::PartialMatch(text, matched.regex->compiled));
}

/// `$1` and `${name}` of the language become RE2's `\1`.
std::string rewrite_of(std::string_view substitution, const RE2& regex) {
  std::string out;
  for (std::size_t i = 0; i < substitution.size(); ++i) {
    const char c = substitution[i];
    if (c == '\\' && i + 1 < substitution.size() && substitution[i + 1] == '$') {
      out += '$';
      ++i;
    } else if (c == '\\') {
      out += "\\\\";
    } else if (c == '$' && i + 1 < substitution.size() && substitution[i + 1] >= '0' &&
               substitution[i + 1] <= '9') {
      if (substitution[i + 1] - '0' <= regex.NumberOfCapturingGroups())
        out.append("\\").append(1, substitution[i + 1]);
      ++i;
    } else if (const std::size_t end = substitution.find('}', i);
               c == '$' && i + 1 < substitution.size() && substitution[i + 1] == '{' &&
               end != std::string_view::npos) {
      const std::string name(substitution.substr(i + 2, end - i - 2));
      const auto& groups = regex.NamedCapturingGroups();
      if (const auto at = groups.find(name); at != groups.end() && at->second <= 9)
        out.append("\\").append(std::to_string(at->second));
      i = end;
    } else {
      out += c;
    }
  }
  return out;
}

bool visit_replace_matches(Evaluation& evaluation, const Node& node, const Scope& scope,
                           Sink sink) {
  Matched matched;
  const Found found = matched.read(evaluation, node, scope);
  if (found != Found::one) return found == Found::none;
  Item keep;
  std::string_view substitution;
  const Found has_substitution = evaluation.string(*node.arguments[1], scope, keep, substitution);
  if (has_substitution != Found::one) return has_substitution == Found::none;
  if (matched.pattern.empty()) return sink(Item::part_of(matched.text_keep, matched.text));
  // Each character may be replaced by the substitution with the whole text in it, at worst.
  if (!evaluation.spend_bytes(matched.text.size() * (substitution.size() + 1))) return false;
  std::string out(matched.text);
  const RE2& regex = matched.regex->compiled;
  RE2::GlobalReplace(&out, regex, rewrite_of(substitution, regex));
  return evaluation.spend_bytes(out.size()) && sink(Item::of_string(std::move(out)));
}

constexpr Function k_functions[] = {
    {"matches", 1, 2, visit_truth, truth_matches<false>, false, true},
    {"matchesFull", 1, 2, visit_truth, truth_matches<true>, false, true},
    {"replaceMatches", 2, 3, visit_replace_matches, nullptr, false, true},
};

}  // namespace

std::shared_ptr<const Regex> compile_regex(std::string_view pattern, std::string_view flags) {
  if (pattern.size() > k_pattern_bytes_max) return nullptr;
  if (flags.find_first_not_of("im") != std::string_view::npos) return nullptr;
  RE2::Options options;
  options.set_case_sensitive(flags.find('i') == std::string_view::npos);
  // RE2 takes ^ and $ as the ends of the text unless the pattern itself says otherwise.
  const std::string lines =
      flags.find('m') != std::string_view::npos ? "(?m)" + std::string(pattern) : std::string();
  if (!lines.empty()) pattern = lines;
  options.set_log_errors(false);
  options.set_dot_nl(true);
  options.set_max_mem(k_regex_memory_bytes);
  const re2::StringPiece text(pattern.data(), pattern.size());
  auto regex = std::make_shared<const Regex>(text, options);
  return regex->compiled.ok() ? regex : nullptr;
}

std::span<const Function> regex_functions() { return k_functions; }

}  // namespace fhir::fhirpath
