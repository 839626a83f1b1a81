#include "tests/unit/property/filter.h"

#include "tests/unit/property/tree.h"

namespace property_test {

std::string Filter::text() const {
  if (kind == Kind::negation) return "not (" + parts[0].text() + ")";
  if (kind != Kind::test) {
    return "(" + parts[0].text() + (kind == Kind::all ? " and " : " or ") + parts[1].text() + ")";
  }
  std::string made;
  for (const auto& [link, type] : links) made += link + (type.empty() ? "" : ":" + type) + ".";
  std::string written;
  for (std::size_t at = 0; at < value.parts.size(); ++at)
    written += (at == 0 ? "" : "|") + value.parts[at];
  return made + code + " " + operation + " " + (is_quoted ? Tree::string(written).json() : written);
}

}  // namespace property_test
