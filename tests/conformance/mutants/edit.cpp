#include "edit.h"

#include <algorithm>
#include <cctype>

namespace mutants {
namespace {

std::size_t end_of_string(std::string_view text, std::size_t at) {
  for (++at; text[at] != '"'; ++at) {
    if (text[at] == '\\') ++at;
  }
  return at + 1;
}

bool is_end_of_literal(char c) {
  return c == ',' || c == '}' || c == ']' || std::isspace(static_cast<unsigned char>(c)) != 0;
}

std::size_t end_of(std::string_view text, std::size_t at) {
  if (text[at] == '"') return end_of_string(text, at);
  if (text[at] != '{' && text[at] != '[') {
    while (at < text.size() && !is_end_of_literal(text[at])) ++at;
    return at;
  }
  int depth = 0;
  do {
    if (text[at] == '"') {
      at = end_of_string(text, at);
      continue;
    }
    if (text[at] == '{' || text[at] == '[') ++depth;
    if (text[at] == '}' || text[at] == ']') --depth;
    ++at;
  } while (depth > 0);
  return at;
}

void append_member(std::string_view name, std::string_view json, std::string& out) {
  if (out.size() > 1) out += ',';
  out.append("\"").append(name).append("\":").append(json);
}

}  // namespace

std::string_view raw(std::string_view source, const fhir::json::Value& value) {
  const std::size_t begin = value.offset();
  return source.substr(begin, end_of(source, begin) - begin);
}

std::string with_changes(std::string_view source, const fhir::json::Value& object,
                         std::span<const Change> changes) {
  std::string out = "{";
  for (const fhir::json::Member& member : object.members()) {
    const auto change = std::find_if(changes.begin(), changes.end(), [&](const Change& candidate) {
      return candidate.name == member.name();
    });
    const std::string_view json =
        change != changes.end() ? change->json : raw(source, member.value);
    if (!json.empty()) append_member(member.name(), json, out);
  }
  for (const Change& change : changes) {
    if (!change.json.empty() && object.find(change.name) == nullptr)
      append_member(change.name, change.json, out);
  }
  return out += '}';
}

std::string spliced(std::string_view source, const fhir::json::Value& value,
                    std::string_view replacement) {
  std::string out(source.substr(0, value.offset()));
  out.append(replacement).append(source.substr(value.offset() + raw(source, value).size()));
  return out;
}

}  // namespace mutants
