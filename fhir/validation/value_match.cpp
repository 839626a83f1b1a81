// https://hl7.org/fhir/R4/elementdefinition-definitions.html#ElementDefinition.pattern_x_
#include "fhir/validation/value_match.h"

#include <algorithm>

#include "fhir/base/decimal.h"

namespace fhir::validation {

bool is_same_primitive(const json::Value& a, const json::Value& b) {
  if (a.kind() != b.kind()) return false;
  if (a.is_number())
    return a.text() == b.text() || Decimal::parse(a.text()) == Decimal::parse(b.text());
  return a.text() == b.text();
}

bool matches(const json::Value& value, const json::Value& wanted, bool exactly) {
  if (wanted.is_object()) {
    if (!value.is_object()) return false;
    if (exactly && value.members().size() != wanted.members().size()) return false;
    return std::all_of(wanted.members().begin(), wanted.members().end(),
                       [&](const json::Member& member) {
                         const json::Value* found = value.find(member.name(), member.name_hash);
                         return found != nullptr && matches(*found, member.value, exactly);
                       });
  }
  if (wanted.is_array()) {
    if (!value.is_array()) return false;
    if (exactly && value.items().size() != wanted.items().size()) return false;
    for (std::size_t i = 0; i < wanted.items().size(); ++i) {
      const json::Value& item = wanted.items()[i];
      const bool found =
          exactly ? matches(value.items()[i], item, true)
                  : std::any_of(value.items().begin(), value.items().end(),
                                [&](const json::Value& v) { return matches(v, item, false); });
      if (!found) return false;
    }
    return true;
  }
  return is_same_primitive(value, wanted);
}

std::size_t characters_in(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xc0) != 0x80;
  }));
}

}  // namespace fhir::validation
