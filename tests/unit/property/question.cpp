// https://hl7.org/fhir/R4/search.html#escaping
#include "tests/unit/property/question.h"

namespace property_test {
namespace {

std::string escaped(const std::string& text) {
  std::string made;
  for (const char c : text) {
    if (c == '\\' || c == ',' || c == '$' || c == '|') made += '\\';
    made += c;
  }
  return made;
}

}  // namespace

std::string Value::text() const {
  std::string made = prefix;
  for (std::size_t at = 0; at < parts.size(); ++at)
    made += (at == 0 ? "" : "|") + escaped(parts[at]);
  for (std::size_t at = 0; at < components.size(); ++at)
    made += (at == 0 ? "" : "$") + components[at].text();
  return made;
}

std::string Question::name() const {
  if (is_has()) return "_has:" + source_type + ":" + code + ":" + inner.front().name();
  const std::string own = code + (modifier.empty() ? "" : ":" + modifier);
  return inner.empty() ? own : own + "." + inner.front().name();
}

std::string Question::value() const {
  if (!inner.empty()) return inner.front().value();
  if (!words.empty()) return words.front().text();
  std::string made;
  for (std::size_t at = 0; at < values.size(); ++at)
    made += (at == 0 ? "" : ",") + values[at].text();
  return made;
}

}  // namespace property_test
