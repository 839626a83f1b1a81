#include "tests/unit/property/strings.h"

#include "tests/unit/property/folding.h"

namespace property_test {

std::vector<std::string> strings_of(const fhir::Element& element) {
  std::vector<std::string> texts;
  if (element.is_primitive()) {
    if (element.has_value()) texts.emplace_back(element.text());
    return texts;
  }
  // All parts are strings, but for `use`, `type` and `period`.
  fhir::for_each_child(element, [&](std::string_view, const fhir::Element& child) {
    if (child.type != nullptr && child.type->name == "string" && child.has_value())
      texts.emplace_back(child.text());
    return true;
  });
  return texts;
}

std::vector<std::string> family_parts_of(const fhir::Element& element) {
  const std::string family(element.is_primitive() ? element.text()
                                                  : fhir::child(element, "family").text());
  std::vector<std::string> parts;
  for (std::size_t at = 0; at < family.size(); ++at) {
    if (family[at] == ' ' || family[at] == '-') parts.push_back(family.substr(at + 1));
  }
  std::erase_if(parts, [](const std::string& part) { return folded(part).empty(); });
  return parts;
}

bool is_string_match(const std::string& modifier, const std::string& asked,
                     const std::string& text) {
  if (modifier == "exact") return text == asked;
  const std::string value = folded(text), wanted = folded(asked);
  return modifier == "contains" ? value.find(wanted) != std::string::npos
                                : value.starts_with(wanted);
}

}  // namespace property_test
