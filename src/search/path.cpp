// https://hl7.org/fhirpath/N1/#path-selection
#include "src/search/path.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "fhir/base/name_hash.h"

namespace server::search {
namespace {

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

bool is_name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

std::string_view trim(std::string_view text) {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

// FHIR's data types begin with a small letter where they are primitive; one R4 parameter
// (Observation's code-value-date) writes `DateTime`.
const fhir::TypeSchema* find_type(std::string_view name, const fhir::DefinitionStore& definitions) {
  if (const fhir::TypeSchema* type = definitions.type(name)) return type;
  std::string small(name);
  if (!small.empty() && small[0] >= 'A' && small[0] <= 'Z')
    small[0] = static_cast<char>(small[0] + 32);
  return definitions.type(small);
}

}  // namespace

/// Reads the subset by recursive descent; every read_* returns false for what is beyond it.
class PathParser {
 public:
  PathParser(std::string_view text, const fhir::DefinitionStore& definitions, Path& path)
      : rest_(text), definitions_(definitions), path_(path) {}

  bool read() { return read_cast() && (skip_spaces(), rest_.empty()); }

 private:
  using Kind = Path::Kind;

  // chain [as Type]
  bool read_cast() {
    if (!read_chain()) return false;
    skip_spaces();
    if (!take_word("as")) return true;
    skip_spaces();
    return add_type(take_name());
  }

  bool read_chain() {
    skip_spaces();
    if (take('(')) {
      if (!read_cast()) return false;
      skip_spaces();
      if (!take(')')) return false;
    } else if (!read_root()) {
      return false;
    }
    while (!rest_.empty()) {
      if (take('.')) {
        if (!read_invocation(take_name())) return false;
      } else if (!rest_.empty() && rest_.front() == '[') {
        if (!read_index()) return false;
      } else {
        break;
      }
    }
    return true;
  }

  bool read_root() {
    if (take('%')) {
      path_.from_resource_ = true;
      return take_name() == "resource";
    }
    const std::string_view name = take_name();
    if (name.empty()) return false;
    const fhir::TypeSchema* type =
        name.front() >= 'A' && name.front() <= 'Z' ? definitions_.type(name) : nullptr;
    if (type != nullptr) return type->kind == fhir::TypeKind::resource;
    return read_invocation(name);
  }

  bool read_invocation(std::string_view name) {
    if (name.empty()) return false;
    if (!take('(')) {
      path_.steps_.push_back({Kind::member, std::string(name), fhir::name_hash(name)});
      return true;
    }
    bool is_read = false;
    if (name == "as" || name == "ofType")
      is_read = add_type(take_name());
    else if (name == "where")
      is_read = read_where();
    else if (name == "extension")
      is_read = read_extension();
    return is_read && take(')');
  }

  // resolve() is Type | name = 'text'
  bool read_where() {
    if (take_text("resolve()")) {
      skip_spaces();
      if (!take_word("is")) return false;
      skip_spaces();
      const std::string_view type = take_name();
      path_.steps_.push_back({Kind::resolves_to, {}, 0, Path::k_all, std::string(type)});
      const fhir::TypeSchema* schema = definitions_.type(type);
      return schema != nullptr && schema->kind == fhir::TypeKind::resource && !schema->is_abstract;
    }
    const std::string_view name = take_name();
    skip_spaces();
    if (name.empty() || !take('=')) return false;
    skip_spaces();
    const auto literal = take_literal();
    if (!literal) return false;
    path_.steps_.push_back(
        {Kind::has_text, std::string(name), fhir::name_hash(name), Path::k_all, *literal});
    return true;
  }

  bool read_extension() {
    const auto url = take_literal();
    if (!url) return false;
    path_.steps_.push_back(
        {Kind::extension, "extension", fhir::name_hash("extension"), Path::k_all, *url});
    return true;
  }

  // [n] counts over all that was reached; here only where the member hangs on the one root.
  bool read_index() {
    rest_.remove_prefix(1);
    std::uint32_t item = 0;
    const auto parsed = std::from_chars(rest_.data(), rest_.data() + rest_.size(), item);
    if (parsed.ec != std::errc{}) return false;
    rest_.remove_prefix(static_cast<std::size_t>(parsed.ptr - rest_.data()));
    if (!take(']') || path_.steps_.size() != 1 || path_.steps_[0].kind != Kind::member)
      return false;
    path_.steps_[0].item = item;
    return item != Path::k_all;
  }

  bool add_type(std::string_view name) {
    const fhir::TypeSchema* type = find_type(name, definitions_);
    path_.steps_.push_back({Kind::is_type, {}, 0, Path::k_all, {}, type});
    return type != nullptr;
  }

  void skip_spaces() {
    while (!rest_.empty() && is_space(rest_.front())) rest_.remove_prefix(1);
  }
  bool take(char c) {
    if (rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }
  bool take_text(std::string_view text) {
    if (rest_.substr(0, text.size()) != text) return false;
    rest_.remove_prefix(text.size());
    return true;
  }
  bool take_word(std::string_view word) {
    return (rest_.size() <= word.size() || !is_name_character(rest_[word.size()])) &&
           take_text(word);
  }
  std::string_view take_name() {
    const std::size_t end = static_cast<std::size_t>(
        std::find_if_not(rest_.begin(), rest_.end(), is_name_character) - rest_.begin());
    const std::string_view name = rest_.substr(0, end);
    rest_.remove_prefix(end);
    return name;
  }
  std::optional<std::string> take_literal() {
    if (!take('\'')) return {};
    const std::size_t end = rest_.find('\'');
    if (end == std::string_view::npos) return {};
    const std::string_view text = rest_.substr(0, end);
    rest_.remove_prefix(end + 1);
    if (text.find('\\') != std::string_view::npos) return {};
    return std::string(text);
  }

  std::string_view rest_;
  const fhir::DefinitionStore& definitions_;
  Path& path_;
};

std::optional<Path> Path::compile(std::string_view expression,
                                  const fhir::DefinitionStore& definitions) {
  Path path;
  if (!PathParser(expression, definitions, path).read()) return {};
  return path;
}

bool Path::holds(const Step& step, const fhir::Element& element, const TargetTypes& targets) {
  if (step.kind == Kind::is_type) {
    // Of the primitives `as` takes the very type, as FHIRPath here does: a canonical is not cast to
    // uri.
    if (element.is_primitive()) return element.type == step.type;
    return element.type != nullptr && element.type->is_a(step.type);
  }
  if (step.kind == Kind::resolves_to) return targets.type_of(element) == step.text;
  bool found = false;
  fhir::for_each_child_named(element, step.name, step.hash, [&](const fhir::Element& child) {
    found = child.has_value() && child.text() == step.text;
    return !found;
  });
  return found;
}

std::string_view root_name(std::string_view expression) {
  std::size_t begin = 0;
  while (begin < expression.size() && (is_space(expression[begin]) || expression[begin] == '('))
    ++begin;
  std::size_t end = begin;
  while (end < expression.size() && is_name_character(expression[end])) ++end;
  return expression.substr(begin, end - begin);
}

std::vector<std::string_view> split_union(std::string_view expression) {
  // Operators that bind looser than `|` at the top: the bar then belongs to one of their sides.
  constexpr std::array<std::string_view, 6> k_looser = {"and",     "or", "xor",
                                                        "implies", "in", "contains"};
  std::vector<std::string_view> operands;
  std::size_t begin = 0, depth = 0;
  for (std::size_t at = 0; at < expression.size(); ++at) {
    const char c = expression[at];
    if (c == '\'' || c == '`') {
      while (++at < expression.size() && expression[at] != c) at += expression[at] == '\\' ? 1 : 0;
    } else if (c == '(' || c == '[' || c == '{') {
      ++depth;
    } else if (c == ')' || c == ']' || c == '}') {
      depth -= depth > 0 ? 1 : 0;
    } else if (depth != 0) {
      continue;
    } else if (c == '|') {
      operands.push_back(trim(expression.substr(begin, at - begin)));
      begin = at + 1;
    } else if (c == '=' || c == '~' || c == '<' || c == '>') {
      return {trim(expression)};
    } else if (is_name_character(c)) {
      const std::size_t from = at;
      while (at + 1 < expression.size() && is_name_character(expression[at + 1])) ++at;
      const std::string_view word = expression.substr(from, at + 1 - from);
      const bool is_operator = from > 0 && is_space(expression[from - 1]);
      if (is_operator && std::find(k_looser.begin(), k_looser.end(), word) != k_looser.end()) {
        return {trim(expression)};
      }
    }
  }
  operands.push_back(trim(expression.substr(std::min(begin, expression.size()))));
  return operands;
}

}  // namespace server::search
