// The few values that resources and questions are made of, so that they meet often.
#pragma once

#include <string>
#include <vector>

#include "tests/unit/property/dice.h"

namespace property_test {

inline constexpr const char* k_base_url = "http://test.example/fhir";
inline constexpr const char* k_ucum = "http://unitsofmeasure.org";

struct Unit {
  std::string system, code, printed;
};

inline std::string some_id(Dice& dice) { return dice.pick({"1", "2", "3", "4", "a-1"}); }
inline std::string some_system(Dice& dice) {
  return dice.pick(
      {"http://loinc.org", "http://snomed.info/sct", "http://acme.org/s", "urn:oid:1.2"});
}
inline std::string some_code(Dice& dice) {
  return dice.pick({"a", "A", "b", "8480-6", "x|y", "c,d", "e$f", "a b"});
}
inline std::string some_number(Dice& dice) {
  return dice.pick({"0",   "0.0", "1",    "1.0",  "1.5",   "2",     "5",    "5.00", "5.5",
                    "4.5", "10",  "100",  "99.5", "100.5", "-5",    "0.05", "4.95", "5.05",
                    "9",   "11",  "90",   "110",  "0.1",   "0.3",   "0.27", "0.33", "95",
                    "105", "37",  "98.6", "50",   "500",   "310.15"});
}
inline std::string some_text(Dice& dice) {
  return dice.pick({"M\xc3\xbcller",
                    "MULLER",
                    "muller",
                    "Mu\xcc\x88ller",
                    "Mueller",
                    "van der Berg",
                    "Van  der BERG",
                    "O'Neil",
                    "ONeil",
                    "\xef\xbc\xa1\xef\xbd\x8c\xef\xbd\x89\xef\xbd\x83\xef\xbd\x85",
                    "alice",
                    "Stra\xc3\x9f"
                    "e",
                    "STRASSE",
                    "\xc5\x81ukasz",
                    "a,b",
                    "a$b|c\\d",
                    "\xc3\x89",
                    "e",
                    "\xe6\x9d\xb1\xe4\xba\xac",
                    " Zoe",
                    "Jean-Luc",
                    "\xef\xac\x81nn",
                    "\xc5\xbdi\xc5\xbe"
                    "ek",
                    "100% sure_"});
}
inline std::string some_uri(Dice& dice) {
  return dice.pick({"http://acme.org/a", "http://acme.org/a/b", "http://acme.org/a/b/",
                    "http://acme.org/ab", "http://acme.org/a/b/c", "http://acme.org/A",
                    "urn:oid:1.2.3", "http://acme.org"});
}
inline std::string some_canonical(Dice& dice) {
  return dice.pick({"http://acme.org/p", "http://acme.org/p|1.0", "http://acme.org/p|2.0",
                    "http://acme.org/p/q|1.0"});
}
inline Unit some_unit(Dice& dice) {
  static const std::vector<Unit> units = {{k_ucum, "g/L", "g/L"},
                                          {k_ucum, "mg/dL", ""},
                                          {k_ucum, "g/L", ""},
                                          {k_ucum, "mg/dL", "mg/dl"},
                                          {k_ucum, "mg/L", "mg/L"},
                                          {k_ucum, "g/L", "g/l"},
                                          {k_ucum, "mg/dL", ""},
                                          {k_ucum, "ug/mL", "mcg/mL"},
                                          {k_ucum, "mg", "mg"},
                                          {k_ucum, "g", "grams"},
                                          {k_ucum, "Cel", "C"},
                                          {k_ucum, "[degF]", "F"},
                                          {k_ucum, "K", ""},
                                          {k_ucum, "[pH]", "pH"},
                                          {k_ucum, "{score}", ""},
                                          {k_ucum, "%", "%"},
                                          {k_ucum, "1", ""},
                                          {"http://acme.org/u", "mg", "mg"},
                                          {"", "", "mg"},
                                          {"", "", ""},
                                          {k_ucum, "no-unit", "tbl"},
                                          {k_ucum, "mm[Hg]", "mmHg"},
                                          {k_ucum, "kg/m3", ""}};
  return dice.pick(units);
}

// The kinds of functional lists.
inline constexpr const char* k_list_kinds =
    "http://terminology.hl7.org/CodeSystem/list-example-use-codes";

/// Few places: some beside each other, at the date line and at the poles.
inline std::string some_latitude(Dice& dice) {
  return dice.pick({"0", "0.005", "51.5", "51.51", "-45.25", "89.9", "-90"});
}
inline std::string some_longitude(Dice& dice) {
  return dice.pick({"0", "0.005", "-0.12", "-0.1", "179.95", "-179.95", "90"});
}

/// YYYY, YYYY-MM, YYYY-MM-DD: few of each, at the edges of months and years.
inline std::string some_date(Dice& dice) {
  // What one of these ends with the next begins with.
  if (dice.chance(30)) {
    return dice.pick({"2019", "2019-12", "2019-12-31", "2020", "2020-01", "2020-01-01"});
  }
  const std::string year = dice.pick({"2019", "2020", "2020", "2021", "1970", "1969"});
  const std::size_t precision = dice.below(4);
  if (precision == 0) return year;
  const std::string month = year + dice.pick({"-01", "-02", "-12"});
  if (precision == 1) return month;
  return month + dice.pick({"-01", "-28", "-15"});
}
inline std::string some_zone(Dice& dice) {
  return dice.pick({"Z", "+02:00", "-05:00", "+14:00", "-00:30"});
}
inline std::string some_day(Dice& dice) {
  return dice.pick(
      {"2019-12-31", "2020-01-01", "2020-02-28", "2020-02-29", "2021-01-01", "1970-01-01"});
}
/// A dateTime as resources hold it: seconds and a zone where there is a time.
inline std::string some_date_time(Dice& dice) {
  if (dice.chance(50)) return some_date(dice);
  return some_day(dice) +
         dice.pick(
             {"T00:00:00", "T12:30:00", "T23:59:59", "T08:15:30.5", "T08:15:30.250", "T22:00:00"}) +
         some_zone(dice);
}
/// As questions may have it: also to the minute, also without a zone.
inline std::string some_asked_date(Dice& dice) {
  if (dice.chance(70)) return some_date_time(dice);
  return some_day(dice) + dice.pick({"T00:00", "T12:30", "T12:30:00", "T23:59:59"}) +
         (dice.chance(50) ? "" : some_zone(dice));
}

}  // namespace property_test
