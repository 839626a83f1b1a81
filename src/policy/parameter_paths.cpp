#include "src/policy/parameter_paths.h"

#include <algorithm>

namespace server::policy {
namespace {

using Names = std::vector<std::string>;

bool is_name(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/// The names behind `at`, each after a dot, up to the first function or anything else.
Names names_at(std::string_view text, std::size_t at) {
  Names names;
  while (at < text.size() && text[at] == '.') {
    std::size_t end = at + 1;
    while (end < text.size() && is_name(text[end])) ++end;
    if (end == at + 1 || (end < text.size() && text[end] == '(')) break;
    names.emplace_back(text.substr(at + 1, end - at - 1));
    at = end;
    if (at < text.size() && text[at] == '[') {
      const std::size_t close = text.find(']', at);
      if (close == std::string_view::npos) break;
      at = close + 1;
    }
  }
  return names;
}

/// Whether a part of a union begins with a type's name, perhaps behind brackets.
std::string_view first_name(std::string_view part, std::size_t& at) {
  at = 0;
  while (at < part.size() && (part[at] == ' ' || part[at] == '(')) ++at;
  const std::size_t begin = at;
  while (at < part.size() && is_name(part[at])) ++at;
  return part.substr(begin, at - begin);
}

/// Splits at `|`, which stands in no string of these expressions but in brackets.
std::vector<std::string_view> parts_of(std::string_view expression) {
  std::vector<std::string_view> parts;
  int depth = 0;
  std::size_t begin = 0;
  for (std::size_t at = 0; at < expression.size(); ++at) {
    if (expression[at] == '(') ++depth;
    if (expression[at] == ')') --depth;
    if (expression[at] == '|' && depth <= 0) {
      parts.push_back(expression.substr(begin, at - begin));
      begin = at + 1;
    }
  }
  parts.push_back(expression.substr(begin));
  return parts;
}

void add_paths(std::string_view expression, std::string_view type,
               const fhir::DefinitionStore& definitions, std::vector<Names>& out) {
  for (const std::string_view part : parts_of(expression)) {
    std::size_t at = 0;
    const std::string_view name = first_name(part, at);
    const bool is_of_all = name == "Resource" || name == "DomainResource";
    if (name != type && !is_of_all) {
      // `Condition.code` says nothing of a Patient; what begins otherwise may read anything.
      if (definitions.type(name) == nullptr) out.emplace_back();
      continue;
    }
    // A condition in the expression may read elements besides the path's own.
    const std::string_view rest = part.substr(at);
    const bool has_more = rest.find(" and ") != std::string_view::npos ||
                          rest.find(" or ") != std::string_view::npos ||
                          rest.find('|') != std::string_view::npos;
    out.push_back(names_at(part, at));
    if (has_more) {
      for (std::size_t next = rest.find(type); next != std::string_view::npos;
           next = rest.find(type, next + 1))
        out.push_back(names_at(rest, next + type.size()));
    }
  }
}

}  // namespace

std::vector<Names> paths_read(const fhir::SearchParameter& parameter, std::string_view type,
                              const fhir::DefinitionStore& definitions) {
  std::vector<Names> paths;
  if (parameter.expression.empty()) return {Names{}};  // _text, _content: all of it
  if (parameter.code == "_id" || parameter.code == "_lastUpdated") return paths;
  if (parameter.type != fhir::SearchParameterType::composite) {
    add_paths(parameter.expression, type, definitions, paths);
    return paths;
  }
  for (const auto& component : parameter.components) {
    const fhir::SearchParameter* part = definitions.search_parameter_by_url(component.definition);
    if (part == nullptr || part->type == fhir::SearchParameterType::composite) return {Names{}};
    for (Names& names : paths_read(*part, type, definitions)) paths.push_back(std::move(names));
  }
  return paths;
}

}  // namespace server::policy
