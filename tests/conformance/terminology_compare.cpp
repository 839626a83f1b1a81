#include "conformance/terminology_compare.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <regex>
#include <set>

namespace terminology_suite {
namespace {

bool is_managed(std::string_view url) {
  constexpr std::array<std::string_view, 7> k_managed = {"operationoutcome-message-id",
                                                         "rendering-style",
                                                         "rendering-xhtml",
                                                         "coding-sctdescid",
                                                         "structuredefinition-standards-status",
                                                         "valueset-unclosed",
                                                         "valueset-unclosed-reason"};
  constexpr std::string_view k_base = "http://hl7.org/fhir/StructureDefinition/";
  if (url.starts_with("http://hl7.org/fhir/5.0/StructureDefinition/extension-ValueSet.expansion"))
    return true;
  return url.starts_with(k_base) && std::find(k_managed.begin(), k_managed.end(),
                                              url.substr(k_base.size())) != k_managed.end();
}

/// "$optional$": true, or for whom: a server that is not tx.fhir.org and speaks R4.
bool is_optional(const Json& expected) {
  const Json* mark = expected.find("$optional$");
  if (mark == nullptr) return false;
  if (mark->text.starts_with("version:")) return mark->text == "version:4";
  return mark->text != "false";
}

std::string in_lower_case(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

std::vector<std::string> split(std::string_view list) {
  std::vector<std::string> parts;
  while (true) {
    const std::size_t end = std::min(list.find('|'), list.size());
    parts.emplace_back(list.substr(0, end));
    if (end == list.size()) return parts;
    list.remove_prefix(end + 1);
  }
}

bool has_fragments(std::string_view list, std::string_view text) {
  const auto parts = split(list);
  return std::all_of(parts.begin(), parts.end(), [&](const std::string& part) {
    return in_lower_case(text).find(in_lower_case(part)) != std::string::npos;
  });
}

bool matches(const std::string& pattern, const std::string& text) {
  return std::regex_match(text, std::regex(pattern));
}

/// A text against a template: `$name$`, or `$name:argument$`; also `url|$version$`.
bool fits(const std::string& expected, const std::string& text) {
  if (expected.size() < 2 || expected.front() != '$' || expected.back() != '$') {
    const std::size_t at = expected.find("$version$");
    if (at != std::string::npos)
      return text.starts_with(expected.substr(0, at)) && text.size() > at;
    return expected == text;
  }
  const std::string body = expected.substr(1, expected.size() - 2);
  const std::string name = body.substr(0, body.find(':'));
  const std::string argument = name.size() < body.size() ? body.substr(name.size() + 1) : "";
  if (name.empty() || name == "string") return !text.empty();
  if (name == "token" || name == "version") return matches("\\S+", text);
  if (name == "id") return matches("[A-Za-z0-9.-]{1,64}", text);
  if (name == "url") return matches("(https?|urn):\\S+", text);
  if (name == "semver") return matches("\\d+\\.\\d+(\\.\\d+)?.*", text);
  if (name == "uuid") return matches("(urn:uuid:)?[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", text);
  if (name == "instant" || name == "date")
    return matches("\\d{4}(-\\d{2}(-\\d{2}(T[0-9:.]+(Z|[+-]\\d{2}:\\d{2}))?)?)?", text);
  if (name == "choice") {
    const auto choices = split(argument);
    return std::find(choices.begin(), choices.end(), text) != choices.end();
  }
  if (name == "fragments") return has_fragments(argument, text);
  if (name == "external") {
    const std::size_t colon = argument.find(':');
    return colon == std::string::npos || has_fragments(argument.substr(colon + 1), text);
  }
  return false;
}

std::set<std::string> optional_members(const Json& expected) {
  std::set<std::string> names;
  if (const Json* list = expected.find("$optional-properties$")) {
    for (const Json& item : list->items) names.insert(item.text);
  }
  return names;
}

bool may_be_absent(const Json& expected) {
  if (expected.is_array())
    return std::all_of(expected.items.begin(), expected.items.end(), is_optional);
  return is_optional(expected);
}

std::string compare_objects(const Json& expected, const Json& actual, const std::string& path) {
  const std::set<std::string> optional = optional_members(expected);
  for (const auto& [name, value] : expected.members) {
    if (name.starts_with("$")) continue;
    const Json* found = actual.find(name);
    if (found == nullptr) {
      if (optional.count(name) != 0 || may_be_absent(value)) continue;
      return path + "." + name + " is missing";
    }
    std::string problem = difference(value, *found, path + "." + name);
    if (!problem.empty()) return problem;
  }
  for (const auto& [name, value] : actual.members) {
    if (expected.find(name) == nullptr && optional.count(name) == 0)
      return path + "." + name + " is unexpected: " + value.written().substr(0, 200);
  }
  return {};
}

std::string compare_arrays(const Json& expected, const Json& actual, const std::string& path) {
  std::vector<bool> used(actual.items.size());
  for (const Json& item : expected.items) {
    std::string problem = "there is none";
    bool is_found = false;
    for (std::size_t i = 0; i < actual.items.size() && !is_found; ++i) {
      if (used[i]) continue;
      const std::string one =
          difference(item, actual.items[i], path + "[" + std::to_string(i) + "]");
      is_found = one.empty();
      used[i] = is_found;
      const bool is_namesake = item.string_at("name") == actual.items[i].string_at("name") &&
                               item.string_at("code") == actual.items[i].string_at("code");
      if (!is_found && (is_namesake || problem == "there is none")) problem = one;
    }
    if (!is_found && !is_optional(item))
      return path + " lacks " + item.written().substr(0, 300) + " — " + problem;
  }
  for (std::size_t i = 0; i < used.size(); ++i) {
    if (!used[i]) return path + " has, unexpected, " + actual.items[i].written().substr(0, 400);
  }
  return {};
}

}  // namespace

void drop_repeated_locations(Json& resource) {
  const Json* location = resource.find("location");
  const Json* expression = resource.find("expression");
  if (location != nullptr && expression != nullptr && location->written() == expression->written())
    resource.remove("location");
  for (auto& [name, value] : resource.members) drop_repeated_locations(value);
  for (Json& item : resource.items) drop_repeated_locations(item);
}

void drop_uncompared(Json& resource) {
  std::erase_if(resource.members, [](const auto& member) {
    return member.first == "meta" || member.first == "diagnostics" ||
           (member.first == "text" && member.second.is_object());
  });
  if (Json* extensions = resource.find("extension")) {
    std::erase_if(extensions->items,
                  [](const Json& extension) { return !is_managed(extension.string_at("url")); });
    if (extensions->items.empty()) resource.remove("extension");
  }
  for (auto& [name, value] : resource.members) drop_uncompared(value);
  for (Json& item : resource.items) drop_uncompared(item);
}

std::string difference(const Json& expected, const Json& actual, const std::string& path) {
  const bool both_boolean = (expected.text == "true" || expected.text == "false") &&
                            (actual.text == "true" || actual.text == "false");
  if (expected.kind != actual.kind && !both_boolean)
    return path + " is " + actual.written().substr(0, 200) + ", not " + expected.written();
  if (expected.is_object()) return compare_objects(expected, actual, path);
  if (expected.is_array()) return compare_arrays(expected, actual, path);
  if (expected.is_string() ? fits(expected.text, actual.text) : expected.text == actual.text)
    return {};
  return path + " is " + actual.written() + ", not " + expected.written();
}

}  // namespace terminology_suite
