#include "tests/unit/property/terminology.h"

#include <algorithm>
#include <map>

namespace property_test {

const std::vector<ValueSet>& value_sets() {
  static const std::vector<ValueSet> sets = {
      {"http://acme.org/vs/letters",
       {{"http://loinc.org", "a"},
        {"http://loinc.org", "b"},
        {"http://acme.org/s", "A"},
        {"http://hl7.org/fhir/administrative-gender", "male"}}},
      {"http://acme.org/vs/marks",
       {{"http://snomed.info/sct", "x|y"},
        {"http://snomed.info/sct", "c,d"},
        {"urn:oid:1.2", "a b"},
        {"http://acme.org/s", "8480-6"},
        {"http://hl7.org/fhir/observation-status", "final"}}},
      {"http://acme.org/vs/nothing", {}}};
  return sets;
}

bool is_member(const Token& token, const std::string& value_set) {
  for (const ValueSet& set : value_sets()) {
    if (set.url != value_set) continue;
    return std::any_of(set.members.begin(), set.members.end(), [&](const Token& member) {
      return member.system == token.system && member.code == token.code;
    });
  }
  return false;
}

bool is_held(const std::string& system) {
  return system == "http://loinc.org" || system == "http://snomed.info/sct" ||
         system == "http://acme.org/s" || system == "urn:oid:1.2";
}

std::vector<std::string> parents_of(const std::string& code) {
  static const std::map<std::string, std::vector<std::string>> parents = {
      {"a", {"A"}}, {"b", {"a"}}, {"8480-6", {"a"}}, {"x|y", {"b"}}, {"c,d", {"b", "8480-6"}}};
  const auto found = parents.find(code);
  return found == parents.end() ? std::vector<std::string>() : found->second;
}

bool is_at_or_below(const std::string& code, const std::string& top) {
  if (code == top) return true;
  const auto parents = parents_of(code);
  return std::any_of(parents.begin(), parents.end(),
                     [&](const std::string& parent) { return is_at_or_below(parent, top); });
}

}  // namespace property_test
