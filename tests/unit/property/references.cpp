#include "tests/unit/property/references.h"

#include <regex>

#include "tests/unit/property/universe.h"

namespace property_test {

std::string target_of(std::string_view reference) {
  static const std::regex local(
      "([A-Z][A-Za-z]+/[A-Za-z0-9.-]{1,64})(/_history/[A-Za-z0-9.-]{1,64})?");
  std::string text(reference);
  const std::string base = std::string(k_base_url) + "/";
  if (text.starts_with(base)) text.erase(0, base.size());
  std::smatch parts;
  return std::regex_match(text, parts, local) ? parts[1].str() : std::string(reference);
}

std::optional<fhir::Element> contained(const Resource& container, std::string_view id) {
  const fhir::json::Value* all = container.document.root().find("contained");
  if (all == nullptr) return {};
  for (const fhir::json::Value& one : all->items()) {
    if (one.string_at("id") == id) return fhir::root_element(one, definitions());
  }
  return {};
}

std::string target_type(const Place& place, const fhir::Element& reference) {
  const std::string text(fhir::child(reference, "reference").text());
  if (text.starts_with("#")) {
    const auto found = contained(*place.container, text.substr(1));
    return found ? std::string(found->type->name) : "";
  }
  static const std::regex named("(.*/)?([A-Z][A-Za-z]+)/[A-Za-z0-9.-]{1,64}(/_history/.*)?");
  std::smatch parts;
  if (std::regex_match(text, parts, named)) return parts[2];
  return std::string(fhir::child(reference, "type").text());
}

}  // namespace property_test
