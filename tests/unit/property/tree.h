// JSON that is made and taken apart again: what a generator builds and a shrinker prunes.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace property_test {

struct Tree {
  enum class Kind { object, array, literal };

  Kind kind = Kind::object;
  std::string text;                                   // of a literal, as JSON
  std::vector<std::pair<std::string, Tree>> members;  // items of an array have no name

  static Tree literal(std::string_view json) { return {Kind::literal, std::string(json), {}}; }
  static Tree string(std::string_view value) {
    std::string json = "\"";
    for (const char c : value) {
      if (c == '"' || c == '\\') json += '\\';
      json += c;
    }
    return literal(json + "\"");
  }
  static Tree array() { return {Kind::array, {}, {}}; }

  /// Sets what is not set yet; an empty object is nothing.
  Tree& set(std::string_view name, Tree value) {
    const bool is_nothing = value.kind != Kind::literal && value.members.empty();
    if (!is_nothing) members.emplace_back(name, std::move(value));
    return *this;
  }
  Tree& set(std::string_view name, std::string_view value) { return set(name, string(value)); }
  Tree& add(Tree item) { return set("", std::move(item)); }

  std::string json() const {
    if (kind == Kind::literal) return text;
    std::string made(kind == Kind::object ? "{" : "[");
    for (const auto& [name, value] : members) {
      if (made.size() > 1) made += ",";
      if (kind == Kind::object) made += "\"" + name + "\":";
      made += value.json();
    }
    return made + (kind == Kind::object ? "}" : "]");
  }
};

}  // namespace property_test
