// The text is split at its operators from the loosest binding to the tightest.
// https://hl7.org/fhirpath/N1/#operator-precedence https://hl7.org/fhirpath/N1/#boolean-logic
#include "fhir/validation/shortcut.h"

#include <algorithm>
#include <cstddef>
#include <optional>

namespace fhir::validation {
namespace {

constexpr int k_depth_max = 32;

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
bool is_name_start(char c) { return (c >= 'a' && c <= 'z') || c == '_'; }
bool is_name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

std::string_view trim(std::string_view text) {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

/// Calls `visit(position)` for each character outside quotes and brackets; stops on true.
template <class Visit>
void for_each_outer(std::string_view text, Visit&& visit) {
  int depth = 0;
  char quote = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (quote != 0) {
      if (c == '\\')
        ++at;
      else if (c == quote)
        quote = 0;
      continue;
    }
    if (c == '\'' || c == '`' || c == '"') {
      quote = c;
    } else if (c == '(' || c == '[' || c == '{') {
      ++depth;
    } else if (c == ')' || c == ']' || c == '}') {
      --depth;
    } else if (depth == 0 && visit(at)) {
      return;
    }
  }
}

bool is_word_at(std::string_view text, std::size_t at, std::string_view word) {
  if (text.substr(at, word.size()) != word) return false;
  if (at == 0 || is_name_character(text[at - 1]) || text[at - 1] == '.') return false;
  const std::size_t end = at + word.size();
  return end < text.size() && !is_name_character(text[end]);
}

struct Split {
  std::string_view left, right, word;
};

/// At the last of these words outside brackets: operators of one level bind to the left.
std::optional<Split> split_at(std::string_view text,
                              std::initializer_list<std::string_view> words) {
  std::optional<Split> found;
  for_each_outer(text, [&](std::size_t at) {
    for (const std::string_view word : words) {
      if (is_word_at(text, at, word))
        found = Split{text.substr(0, at), text.substr(at + word.size()), word};
    }
    return false;
  });
  return found;
}

bool has_other_operator(std::string_view text) {
  bool found = false;
  for_each_outer(text, [&](std::size_t at) {
    const char c = text[at];
    found = c == '<' || c == '>' || c == '|' || c == '&' || c == '+' || c == '*' || c == '/' ||
            c == '~' || c == '=' || c == '!' || is_word_at(text, at, "in") ||
            is_word_at(text, at, "is") || is_word_at(text, at, "as") ||
            is_word_at(text, at, "contains") || is_word_at(text, at, "div") ||
            is_word_at(text, at, "mod");
    return found;
  });
  return found;
}

/// Whether the bracket that opens the text closes at its end.
bool is_bracketed(std::string_view text) {
  if (text.size() < 2 || text.front() != '(' || text.back() != ')') return false;
  bool outer = false;
  for_each_outer(text, [&](std::size_t) { return outer = true; });
  if (outer) return false;
  int depth = 0;
  char quote = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (quote != 0) {
      if (c == '\\')
        ++at;
      else if (c == quote)
        quote = 0;
    } else if (c == '\'' || c == '`' || c == '"') {
      quote = c;
    } else if (c == '(') {
      ++depth;
    } else if (c == ')' && --depth == 0 && at + 1 < text.size()) {
      return false;
    }
  }
  return true;
}

/// Steps that give nothing when they are given nothing.
bool keeps_empty(std::string_view function) {
  constexpr std::string_view k_functions[] = {"where",       "select",  "trace",  "first",
                                              "tail",        "last",    "ofType", "as",
                                              "descendants", "children"};
  return std::find(std::begin(k_functions), std::end(k_functions), function) !=
         std::end(k_functions);
}

Truth of(bool value) { return value ? Truth::yes : Truth::no; }

}  // namespace

Shortcut::Shortcut(std::string_view expression) {
  root_ = parse(expression, 0);
  is_useful_ = std::any_of(steps_.begin(), steps_.end(), [](const Step& step) {
    return step.op != Op::open && step.op != Op::not_ && step.op < Op::and_;
  });
}

std::uint32_t Shortcut::add(Step step) {
  steps_.push_back(step);
  return static_cast<std::uint32_t>(steps_.size() - 1);
}

std::uint32_t Shortcut::parse(std::string_view text, int depth) {
  text = trim(text);
  if (depth > k_depth_max) return add({});
  const auto binary = [&](const Split& split, Op op) {
    const std::uint32_t left = parse(split.left, depth + 1);
    const std::uint32_t right = parse(split.right, depth + 1);
    return add({op, left, right, 0, {}, {}});
  };
  if (const auto split = split_at(text, {"implies"})) return binary(*split, Op::implies);
  if (const auto split = split_at(text, {"or", "xor"}))
    return binary(*split, split->word == "or" ? Op::or_ : Op::xor_);
  if (const auto split = split_at(text, {"and"})) return binary(*split, Op::and_);
  return parse_operand(text, depth);
}

std::uint32_t Shortcut::parse_operand(std::string_view text, int depth) {
  constexpr std::string_view k_not = ".not()";
  if (is_bracketed(text)) return parse(text.substr(1, text.size() - 2), depth + 1);
  std::size_t equals = std::string_view::npos;
  int signs = 0;
  for_each_outer(text, [&](std::size_t at) {
    if (text[at] == '=') {
      equals = at;
      ++signs;
    }
    return false;
  });
  if (signs == 1 && equals > 0) {
    const bool is_negated = text[equals - 1] == '!';
    const std::string_view left = trim(text.substr(0, is_negated ? equals - 1 : equals));
    const std::string_view right = trim(text.substr(equals + 1));
    if (has_other_operator(left) || has_other_operator(right)) return add({});
    const bool is_name = !left.empty() && is_name_start(left[0]) &&
                         std::all_of(left.begin(), left.end(), is_name_character);
    if (is_name && right.size() >= 2 && right.front() == '\'' &&
        right.find('\'', 1) == right.size() - 1 && right.find('\\') == std::string_view::npos) {
      const std::uint32_t test =
          add({Op::equals_text, 0, 0, name_hash(left), left, right.substr(1, right.size() - 2)});
      return is_negated ? add({Op::not_, test, 0, 0, {}, {}}) : test;
    }
    const std::uint32_t a = parse_operand(left, depth + 1);
    const std::uint32_t b = parse_operand(right, depth + 1);
    return add({is_negated ? Op::differs : Op::same, a, b, 0, {}, {}});
  }
  if (has_other_operator(text)) return add({});
  if (text.ends_with(k_not)) {
    const std::uint32_t operand =
        parse_operand(text.substr(0, text.size() - k_not.size()), depth + 1);
    return add({Op::not_, operand, 0, 0, {}, {}});
  }
  return parse_path(text);
}

/// `child.exists()`, or a longer path that begins with a child and ends in exists() or empty().
std::uint32_t Shortcut::parse_path(std::string_view text) {
  std::size_t at = 0;
  const auto take_name = [&]() -> std::string_view {
    const std::size_t begin = at;
    while (at < text.size() && is_name_character(text[at])) ++at;
    return text.substr(begin, at - begin);
  };
  if (text.empty() || !is_name_start(text[0])) return add({});
  const std::string_view child = take_name();
  const std::uint32_t hash = name_hash(child);
  bool is_direct = true;
  while (at < text.size() && text[at] == '.') {
    ++at;
    const std::string_view step = take_name();
    if (step.empty()) return add({});
    if (at >= text.size() || text[at] != '(') {  // a name
      is_direct = false;
      continue;
    }
    if (text.substr(at) == "()") {
      if (step == "exists")
        return add({is_direct ? Op::exists : Op::path_exists, 0, 0, hash, child, {}});
      if (step == "empty")
        return add({is_direct ? Op::empty : Op::path_empty, 0, 0, hash, child, {}});
      if (step == "hasValue" && is_direct) return add({Op::has_value, 0, 0, hash, child, {}});
    }
    const bool is_true_of_nothing = step == "all" || step == "isDistinct";
    if (!keeps_empty(step) && !is_true_of_nothing) return add({});
    is_direct = false;
    const std::size_t open = at;
    std::size_t close = std::string_view::npos;
    for (std::size_t end = open + 1; end <= text.size() && close == std::string_view::npos; ++end) {
      if (end == text.size() || text[end] == '.') {
        if (is_bracketed(text.substr(open, end - open))) close = end;
      }
    }
    if (close == std::string_view::npos) return add({});
    at = close;
    if (is_true_of_nothing)
      return at == text.size() ? add({Op::path_empty, 0, 0, hash, child, {}}) : add({});
  }
  return add({});
}

Truth Shortcut::value_of(std::uint32_t at, const Element& element) const {
  const Step& step = steps_[at];
  const auto has_child = [&] {
    bool found = false;
    for_each_child_named(element, step.child, step.hash, [&](const Element&) {
      found = true;
      return false;
    });
    return found;
  };
  switch (step.op) {
    case Op::open:
      return Truth::open;
    case Op::exists:
      return of(has_child());
    case Op::empty:
      return of(!has_child());
    case Op::path_exists:
      return has_child() ? Truth::open : Truth::no;
    case Op::path_empty:
      return has_child() ? Truth::open : Truth::yes;
    case Op::has_value: {
      int count = 0;
      bool has_value = false;
      for_each_child_named(element, step.child, step.hash, [&](const Element& child) {
        has_value = child.is_primitive() && child.has_value();
        return ++count < 2;
      });
      return of(count == 1 && has_value);
    }
    case Op::equals_text: {
      int count = 0;
      Element only;
      for_each_child_named(element, step.child, step.hash, [&](const Element& child) {
        only = child;
        return ++count < 2;
      });
      if (count == 0) return Truth::empty;
      if (count > 1 || !only.is_primitive() || !only.has_value() || !only.value->is_string())
        return Truth::open;
      return of(only.text() == step.text);
    }
    case Op::not_: {
      const Truth operand = value_of(step.left, element);
      if (operand == Truth::yes) return Truth::no;
      return operand == Truth::no ? Truth::yes : operand;
    }
    case Op::and_: {
      const Truth left = value_of(step.left, element);
      if (left == Truth::no) return left;
      const Truth right = value_of(step.right, element);
      if (right == Truth::no) return right;
      if (left == Truth::open || right == Truth::open) return Truth::open;
      return left == Truth::yes && right == Truth::yes ? Truth::yes : Truth::empty;
    }
    case Op::or_: {
      const Truth left = value_of(step.left, element);
      if (left == Truth::yes) return left;
      const Truth right = value_of(step.right, element);
      if (right == Truth::yes) return right;
      if (left == Truth::open || right == Truth::open) return Truth::open;
      return left == Truth::no && right == Truth::no ? Truth::no : Truth::empty;
    }
    case Op::implies: {
      const Truth left = value_of(step.left, element);
      if (left == Truth::no) return Truth::yes;
      const Truth right = value_of(step.right, element);
      if (right == Truth::yes) return right;
      if (left == Truth::open || right == Truth::open) return Truth::open;
      return left == Truth::yes ? right : Truth::empty;
    }
    case Op::xor_:
    case Op::same:
    case Op::differs: {
      const Truth left = value_of(step.left, element);
      const Truth right = value_of(step.right, element);
      if (left == Truth::open || right == Truth::open) return Truth::open;
      if (left == Truth::empty || right == Truth::empty) return Truth::empty;
      return of((left == right) == (step.op == Op::same));
    }
  }
  return Truth::open;
}

}  // namespace fhir::validation
