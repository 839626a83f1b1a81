#include "tests/unit/property/data_types.h"

#include <array>

#include "tests/unit/property/universe.h"

namespace property_test {

Tree some_coding(Dice& dice) {
  Tree coding;
  if (dice.chance(80)) coding.set("system", some_system(dice));
  if (dice.chance(95)) coding.set("code", some_code(dice));
  if (dice.chance(40)) coding.set("display", some_text(dice));
  return coding;
}

Tree some_concept(Dice& dice) {
  Tree concept_;
  concept_.set("coding", several(dice, 2, some_coding));
  if (dice.chance(40)) concept_.set("text", some_text(dice));
  return concept_;
}

Tree some_identifier(Dice& dice) {
  Tree identifier;
  if (dice.chance(40)) identifier.set("type", some_concept(dice));
  if (dice.chance(80)) identifier.set("system", some_system(dice));
  if (dice.chance(95)) identifier.set("value", some_code(dice));
  return identifier;
}

namespace {

// In the order of time, whatever their zones are: a Period may take one and a later one.
constexpr std::array<const char*, 9> k_moments = {"1969",
                                                  "1970-01-01",
                                                  "2019-01",
                                                  "2019-12-31T12:00:00Z",
                                                  "2020-01-01T08:00:00+02:00",
                                                  "2020-01-15",
                                                  "2020-02-28T23:59:59.500Z",
                                                  "2020-12",
                                                  "2021-01-01"};

}  // namespace

Tree some_period(Dice& dice) {
  Tree period;
  const std::size_t start = dice.below(k_moments.size());
  const std::size_t end = start + dice.below(k_moments.size() - start);
  if (dice.chance(80)) period.set("start", k_moments[start]);
  if (dice.chance(70)) period.set("end", k_moments[end]);
  return period;
}

Tree some_timing(Dice& dice) {
  Tree timing;
  timing.set("event", several(dice, 2, [](Dice& d) { return Tree::string(some_date_time(d)); }));
  if (dice.chance(40)) {
    Tree repeat;
    if (dice.chance(60)) repeat.set("boundsPeriod", some_period(dice));
    repeat.set("count", Tree::literal("3"));
    timing.set("repeat", repeat);
  }
  return timing;
}

namespace {

void set_unit(Tree& quantity, const Unit& unit) {
  if (!unit.printed.empty()) quantity.set("unit", unit.printed);
  if (!unit.system.empty()) quantity.set("system", unit.system);
  if (!unit.code.empty()) quantity.set("code", unit.code);
}

Tree quantity_of(const std::string& number, const Unit& unit) {
  Tree quantity;
  quantity.set("value", Tree::literal(number));
  set_unit(quantity, unit);
  return quantity;
}

}  // namespace

Tree some_quantity(Dice& dice, bool with_comparator) {
  Tree quantity;
  if (dice.chance(95)) quantity.set("value", Tree::literal(some_number(dice)));
  if (with_comparator && dice.chance(15))
    quantity.set("comparator", dice.pick({"<", "<=", ">=", ">"}));
  set_unit(quantity, some_unit(dice));
  return quantity;
}

Tree some_range(Dice& dice) {
  constexpr std::array<const char*, 6> k_ends = {"0", "0.1", "0.5", "1", "5", "5.5"};
  const std::size_t low = dice.below(k_ends.size());
  const std::size_t high = low + dice.below(k_ends.size() - low);
  const Unit unit = some_unit(dice);
  Tree range;
  if (dice.chance(85)) range.set("low", quantity_of(k_ends[low], unit));
  if (dice.chance(85)) range.set("high", quantity_of(k_ends[high], unit));
  return range;
}

Tree some_money(Dice& dice) {
  Tree money;
  if (dice.chance(90)) money.set("value", Tree::literal(some_number(dice)));
  if (dice.chance(80)) money.set("currency", dice.pick({"EUR", "USD"}));
  return money;
}

Tree some_sampled_data(Dice& dice) {
  Tree sampled;
  sampled.set("origin", quantity_of(dice.pick({"0", "5"}), some_unit(dice)));
  sampled.set("period", Tree::literal("10"));
  if (dice.chance(40)) sampled.set("factor", Tree::literal("0.5"));
  sampled.set("dimensions", Tree::literal("1"));
  sampled.set("data", dice.pick({"1 2 3", "E 4 U", "10", "E U", "-1 0 1.5"}));
  return sampled;
}

Tree some_human_name(Dice& dice) {
  Tree name;
  if (dice.chance(20)) name.set("text", some_text(dice));
  if (dice.chance(80)) name.set("family", some_text(dice));
  name.set("given", several(dice, 2, [](Dice& d) { return Tree::string(some_text(d)); }));
  if (dice.chance(10)) name.set("suffix", Tree::array().add(Tree::string(some_text(dice))));
  return name;
}

Tree some_address(Dice& dice) {
  Tree address;
  address.set("use", dice.pick({"home", "work"}));
  for (const char* part : {"text", "city", "district", "state", "postalCode", "country"}) {
    if (dice.chance(35)) address.set(part, some_text(dice));
  }
  address.set("line", several(dice, 2, [](Dice& d) { return Tree::string(some_text(d)); }));
  return address;
}

Tree some_contact_point(Dice& dice) {
  Tree contact;
  if (dice.chance(90)) contact.set("system", dice.pick({"phone", "email", "fax"}));
  if (dice.chance(90)) contact.set("value", dice.pick({"555-1", "555-2", "a@acme.org"}));
  if (dice.chance(30)) contact.set("use", dice.pick({"home", "work"}));
  return contact;
}

Tree some_meta(Dice& dice) {
  Tree meta;
  if (dice.chance(30)) meta.set("source", some_uri(dice));
  meta.set("profile", several(dice, 2, [](Dice& d) { return Tree::string(some_canonical(d)); }));
  meta.set("security", several(dice, 1, some_coding));
  meta.set("tag", several(dice, 2, some_coding));
  return meta;
}

Tree some_reference(Dice& dice, std::initializer_list<const char*> types) {
  Tree reference;
  const std::string type = dice.pick(types);
  const std::string local = type + "/" + some_id(dice);
  switch (dice.below(16)) {
    case 0:
      reference.set("reference", std::string(k_base_url) + "/" + local);
      break;
    case 1:
      reference.set("reference", local + "/_history/2");
      break;
    case 2:
      reference.set("reference", "http://other.example/fhir/" + local);
      break;
    case 3:
      reference.set("reference", "urn:uuid:53fefa32-fcbb-4ff8-8a92-55ee120877b7");
      if (dice.chance(50)) reference.set("type", type);
      break;
    case 4:
      if (type == "Patient") reference.set("reference", "#c");
      break;
    case 5:
      if (dice.chance(50)) reference.set("type", type);
      break;
    default:
      reference.set("reference", local);
  }
  if (dice.chance(25)) reference.set("identifier", some_identifier(dice));
  if (dice.chance(15)) reference.set("display", some_text(dice));
  return reference;
}

}  // namespace property_test
