#include "terminology/concept_property_reader.h"

namespace terminology {
namespace {

using fhir::json::Member;
using fhir::json::Value;

PropertyType type_of(std::string_view member) {
  if (member == "valueCode") return PropertyType::code;
  if (member == "valueCoding") return PropertyType::coding;
  if (member == "valueInteger") return PropertyType::integer;
  if (member == "valueBoolean") return PropertyType::boolean;
  if (member == "valueDateTime") return PropertyType::date_time;
  if (member == "valueDecimal") return PropertyType::decimal;
  return PropertyType::string;
}

/// A client may write anything; what is no number and no boolean is shown as the text it is.
bool is_written_so(PropertyType type, const Value& value) {
  if (type == PropertyType::integer || type == PropertyType::decimal) return value.is_number();
  return type != PropertyType::boolean || value.is_boolean();
}

}  // namespace

void read_concept_properties(const Value& owner, fhir::Arena& arena, std::vector<Property>& out) {
  const Value* properties = owner.find("property");
  if (properties == nullptr) return;
  for (const Value& item : properties->items()) {
    Property property;
    property.code = arena.copy(item.string_at("code"));
    for (const Member& member : item.members()) {
      if (!member.name().starts_with("value")) continue;
      property.type = type_of(member.name());
      if (!is_written_so(property.type, member.value)) property.type = PropertyType::string;
      property.value =
          arena.copy(property.type == PropertyType::coding ? member.value.string_at("code")
                                                           : member.value.text());
      property.system = arena.copy(member.value.string_at("system"));
      property.display = arena.copy(member.value.string_at("display"));
    }
    out.push_back(property);
  }
}

}  // namespace terminology
