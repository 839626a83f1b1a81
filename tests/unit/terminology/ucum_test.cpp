// UCUM beyond its official suite: https://ucum.org/ucum
#include "terminology/ucum/ucum.h"

#include <doctest/doctest.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "fhir/formats/json_document.h"
#include "terminology/terminology.h"
#include "terminology/value_set.h"

namespace {

using fhir::Decimal;
using fhir::Membership;

const std::string k_packages = std::string(MEDISYNC_SOURCE_DIR) + "/profiles/.packages/";
const std::string k_units = k_packages + "@lhncbc/ucum-lhc";

std::shared_ptr<const fhir::DefinitionStore> load(std::vector<std::string> sources) {
  auto loaded = fhir::DefinitionStore::load({.sources = std::move(sources), .cache_folder = {}});
  REQUIRE(loaded);
  return *std::move(loaded);
}

bool is_missing() {
  if (std::filesystem::exists(k_units)) return false;
  MESSAGE("skipped: " << k_units << " is missing");
  return true;
}

const fhir::UnitSystem& units() {
  static const auto store = load({k_units});
  static const auto made = terminology::ucum::Ucum::make(*store);
  REQUIRE(made != nullptr);
  return *made;
}

std::string converted(const char* value, const char* from, const char* to) {
  const auto result = units().convert(*Decimal::parse(value), from, to);
  return result ? result->normalized().to_string() : "nothing";
}

std::string canonical(const char* value, const char* unit) {
  const auto result = units().canonical(*Decimal::parse(value), unit);
  return result ? result->value.normalized().to_string() + " " + result->unit : "nothing";
}

fhir::IssueType problem(const std::string& unit) {
  const auto checked = units().check(unit);
  REQUIRE_FALSE(checked);
  return checked.error().type;
}

fhir::Coding coding(std::string_view system, std::string_view code) {
  return {.system = system, .version = {}, .code = code, .display = {}};
}

std::string repeated(std::string_view text, int times) {
  std::string all;
  for (int i = 0; i < times; ++i) all += text;
  return all;
}

}  // namespace

TEST_CASE("special units convert by their functions") {
  if (is_missing()) return;
  CHECK(converted("37", "Cel", "K") == "310.15");
  CHECK(converted("98.6", "[degF]", "Cel") == "37");
  CHECK(converted("37", "Cel", "[degF]") == "98.6");
  CHECK(converted("-40", "[degF]", "Cel") == "-40");
  CHECK(converted("80", "[degRe]", "Cel") == "100");
  CHECK(converted("37000", "mCel", "Cel") == "37");
  CHECK(converted("7.4", "[pH]", "nmol/L").starts_with("39.810717055349725077025"));
  CHECK(converted("0.0000001", "mol/l", "[pH]") == "7");
  CHECK(converted("20", "dB", "1") == "100");
  CHECK(converted("100", "1", "B") == "2");
  CHECK(converted("1", "Np", "1").starts_with("2.71828182845904523536"));
  CHECK(converted("94", "dB[SPL]", "Pa").starts_with("1.00237446725454"));
  CHECK(converted("120", "dB[uV]", "V") == "1");
  CHECK(converted("120", "dB[10.nV]", "mV") == "10");
  CHECK(converted("30", "dB[W]", "kW") == "1");
  CHECK(converted("8", "bit_s", "1") == "256");
  CHECK(converted("100", "%[slope]", "deg") == "45");
  CHECK(converted("100", "%[slope]", "[p'diop]") == "100");
  CHECK(converted("2", "[hp'_X]", "1") == "0.01");
  CHECK(converted("1", "[hp'_C]", "[hp'_X]") == "2");
  CHECK(converted("3", "[m/s2/Hz^(1/2)]", "m2/s3") == "9");
}

TEST_CASE("outside of a function's domain there is no value") {
  if (is_missing()) return;
  CHECK(converted("-1", "mol/l", "[pH]") == "nothing");
  CHECK(converted("0", "1", "B") == "nothing");
  CHECK(converted("100000", "B", "1") == "nothing");
}

TEST_CASE("ordinary units convert exactly") {
  if (is_missing()) return;
  CHECK(converted("5", "mg/dL", "g/L") == "0.05");
  CHECK(converted("1", "[lb_av]", "kg") == "0.45359237");
  CHECK(converted("12", "[in_i]", "[ft_i]") == "1");
  CHECK(converted("1", "[Ch]", "mm").starts_with("0." + repeated("3", 39)));
  CHECK(converted("3", "[Ch]", "mm") == "1");
  CHECK(converted("1", "a", "d") == "365.25");
  CHECK(converted("4", "[diop]", "/m") == "4");
  CHECK(converted("1", "Oe", "A/m").starts_with("79.57747154594766788444188168625"));
  CHECK(converted("1", "[degR]", "K").starts_with("0.5555555555"));
  CHECK(converted("1", "KiBy", "bit") == "8192");
  CHECK(converted("120", "mm[Hg]", "kPa") == "15.99864");
  CHECK(converted("1", "mg{creatinine}", "ug") == "1000");
  CHECK(converted("1", "U", "nkat").starts_with("16.66666666"));
}

TEST_CASE("values of different dimension do not convert") {
  if (is_missing()) return;
  CHECK(converted("1", "mg", "mL") == "nothing");
  CHECK(converted("1", "m", "m2") == "nothing");
  CHECK(converted("1", "mg", "mgg") == "nothing");
}

TEST_CASE("an arbitrary unit is commensurable with nothing but itself") {
  if (is_missing()) return;
  CHECK(converted("1", "[iU]", "1") == "nothing");
  CHECK(converted("1", "[iU]", "[arb'U]") == "nothing");
  CHECK(converted("1", "k[iU]/L", "[IU]/mL") == "1");
  CHECK(canonical("5", "[iU]/mL") == "5000000 [iU].m-3");
}

TEST_CASE("the canonical form is a number of base units in the order of their codes") {
  if (is_missing()) return;
  CHECK(canonical("1", "N") == "1000 g.m.s-2");
  CHECK(canonical("5", "mg/dL") == "50 g.m-3");
  CHECK(canonical("2", "%") == "0.02 1");
  CHECK(canonical("3", "{score}") == "3 1");
  CHECK(canonical("1", "mol") == "602213670000000000000000 1");
  CHECK(canonical("36.6", "Cel") == "309.75 K");
}

TEST_CASE("the empty text is no unit: the unit of one is 1") {
  if (is_missing()) return;
  CHECK_FALSE(units().is_valid(""));
  CHECK_FALSE(units().is_linear(""));
  CHECK(canonical("1", "") == "nothing");
  CHECK(converted("1", "", "1") == "nothing");
  CHECK(converted("1", "1", "") == "nothing");
  const fhir::Decimal one(1);
  CHECK_FALSE(units().multiply(one, "m", one, ""));
  CHECK_FALSE(units().divide(one, "", one, "m"));
}

TEST_CASE("temperatures are straight lines over their base units, logarithms are not") {
  if (is_missing()) return;
  for (const char* unit : {"mg/dL", "Cel", "[degF]", "1", "[iU]"}) CHECK(units().is_linear(unit));
  for (const char* unit : {"[pH]", "dB", "%[slope]", "Cel/s", "bogus"})
    CHECK_FALSE(units().is_linear(unit));
}

TEST_CASE("special units take no part in algebra with other units") {
  if (is_missing()) return;
  for (const char* unit : {"Cel/s", "Cel2", "1/Cel", "m.Cel", "Cel.Cel", "dB-1"}) {
    CHECK(units().is_valid(unit));
    CHECK_MESSAGE(canonical("1", unit) == "nothing", unit);
  }
  CHECK(canonical("2", "10.Cel") == "293.15 K");
}

TEST_CASE("what breaks the grammar is no unit") {
  if (is_missing()) return;
  for (const char* unit :
       {"",        ".",       "/",    "m.",   ".m",    "m//s", "(m",        "m)",
        "()",      "(/m)",    "m2-1", "m+",   "m-",    "2-3",  "{a",        "a}",
        "m{a}{b}", "m {a}",   " m",   "m ",   "[m",    "m]",   "[[m]]",     "5%5",
        "m^2",     "mm[H20]", "kd",   "mmin", "dag/x", "(m)2", "\xce\xbcg", "m\n"})
    CHECK_MESSAGE(!units().is_valid(unit), std::string(unit));
}

TEST_CASE("what the grammar allows is a unit") {
  if (is_missing()) return;
  for (const char* unit : {"/m",           "m/s/s",
                           "m-2",          "m+2",
                           "((m))",        "1",
                           "{}",           "10^3",
                           "dar",          "cd",
                           "''",           "g%",
                           "cal_[15]",     "[m/s2/Hz^(1/2)]",
                           "m[H2O]2",      "%[slope]",
                           "{{a",          "100{cells}",
                           "{clock time}", "g/(8.h){shift}",
                           "/{tot}"})
    CHECK_MESSAGE(units().is_valid(unit) == (std::string_view(unit) != "{{a"), unit);
}

TEST_CASE("a problem says where it stands") {
  if (is_missing()) return;
  const auto checked = units().check("mg/dX");
  REQUIRE_FALSE(checked);
  CHECK(checked.error().diagnostics == "No UCUM unit, at character 4: 'dX' is not known");
}

TEST_CASE("hostile expressions end in errors or in no value") {
  if (is_missing()) return;
  CHECK(problem(repeated("(", 100) + "m" + repeated(")", 100)) == fhir::IssueType::too_costly);
  CHECK(problem(repeated("m.", 1000) + "m") == fhir::IssueType::too_long);
  CHECK(problem("m1000000000000") == fhir::IssueType::too_costly);
  CHECK(problem("{" + repeated("a", 300) + "}") == fhir::IssueType::too_long);
  CHECK(canonical("1", "10*999.10*999") == "nothing");
  CHECK(canonical("1", repeated("m999.", 50).append("m").c_str()) == "nothing");
  CHECK(canonical("1", repeated("[pi].", 40).append("m").c_str()) == "nothing");
  CHECK(canonical("1", "[pi]999") == "nothing");
  CHECK(canonical("1", "m/0") == "nothing");
  CHECK(canonical("1", repeated("9", 250).c_str()) != "nothing");
}

TEST_CASE(
    "whatever is put together from pieces of units is judged, and its base units are a unit") {
  if (is_missing()) return;
  const std::vector<std::string> pieces = {
      "m", "g",    "s",      "Cel", "[degF]", "dB",     "k",    "u", "10*", "10^", "[pi]", "mol",
      "%", "[iU]", "m[H2O]", "2",   "-3",     "+1",     "999",  ".", "/",   "(",   ")",    "{a}",
      "{", "[",    "]",      "'",   "rad",    "B[SPL]", "[pH]", "0", ".",   "/",   ".",    "/"};
  std::mt19937 random(20);
  int valid = 0, computable = 0;
  for (int round = 0; round < 20'000; ++round) {
    std::string unit;
    for (int count = 1 + static_cast<int>(random() % 9); count > 0; --count)
      unit += pieces[random() % pieces.size()];
    CAPTURE(unit);
    if (!units().is_valid(unit)) continue;
    ++valid;
    const auto value = units().canonical(Decimal(1), unit);
    if (!value) continue;
    ++computable;
    const auto again = units().canonical(Decimal(1), value->unit);
    REQUIRE(again);
    CHECK(again->unit == value->unit);
    CHECK(again->value == Decimal(1));
  }
  CHECK(valid > 500);
  CHECK(computable > 400);
}

TEST_CASE("products keep the units as written where they can, else count base units") {
  if (is_missing()) return;
  auto text = [](const std::optional<fhir::UnitValue>& value) {
    return value ? value->value.normalized().to_string() + " " + value->unit : "nothing";
  };
  const auto& u = units();
  CHECK(text(u.multiply(Decimal(2), "cm", Decimal(3), "m")) == "0.06 m2");
  CHECK(text(u.multiply(Decimal(2), "mg", Decimal(3), "1")) == "6 mg");
  CHECK(text(u.multiply(Decimal(2), "1", Decimal(3), "Cel")) == "6 Cel");
  CHECK(text(u.multiply(Decimal(2), "K", Decimal(3), "Cel")) == "nothing");
  CHECK(text(u.divide(Decimal(10), "mg", Decimal(2), "dL")) == "5 mg/dL");
  CHECK(text(u.divide(Decimal(10), "mg", Decimal(2), "g")) == "0.005 1");
  CHECK(text(u.divide(Decimal(6), "mg/dL", Decimal(2), "1")) == "3 mg/dL");
  CHECK(text(u.divide(Decimal(1), "m", Decimal(0), "s")) == "nothing");
  CHECK(text(u.multiply(Decimal(2), "zzz", Decimal(3), "m")) == "nothing");
}

TEST_CASE("every unit of the table has a meaning, of the magnitude that its package computed") {
  if (is_missing()) return;
  std::ifstream in(k_units + "/data/ucumDefs.min.json", std::ios::binary);
  auto document = fhir::json::Document::read(std::string(std::istreambuf_iterator<char>(in), {}));
  REQUIRE(document);
  const auto* table = document->root().find("units");
  std::vector<std::string> columns;
  for (const auto& column : table->find("config")->items())
    columns.emplace_back(column.is_array() ? "dimension" : column.string());
  auto cell = [&](const fhir::json::Value& row, std::string_view name) {
    for (std::size_t i = 0; i < columns.size(); ++i) {
      if (columns[i] == name) return row.items()[i].text();
    }
    return std::string_view();
  };
  int compared = 0;
  for (const auto& row : table->find("data")->items()) {
    const std::string code(cell(row, "csCode_"));
    // The package pads some combinations with a blank, and adds a unit of one field of view twice.
    if (code.ends_with(' ') || code == "[LPF]" || code.find("LPF") != std::string::npos) continue;
    CAPTURE(code);
    CHECK(units().is_valid(code));
    const auto value = units().canonical(Decimal(1), code);
    REQUIRE(value);
    const bool has_function = !cell(row, "cnv_").empty() && cell(row, "cnv_") != "null";
    if (has_function || cell(row, "source_") != "UCUM") continue;
    const double expected = std::stod(std::string(cell(row, "magnitude_")));
    CHECK(value->value.to_double() / expected == doctest::Approx(1).epsilon(1e-9));
    ++compared;
  }
  CHECK(compared > 280);
}

TEST_CASE("many threads may ask at once, from the first question on") {
  if (is_missing()) return;
  const auto store = load({k_units});
  const auto fresh = terminology::ucum::Ucum::make(*store);
  std::vector<std::thread> threads;
  std::atomic<int> wrong = 0;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 500; ++i) {
        const std::string unit = std::to_string(i % 50 + 1) + ".mg/dL";
        const auto value = fresh->canonical(Decimal(1), unit);
        if (!value || value->unit != "g.m-3" || !(value->value == Decimal(10 * (i % 50 + 1))))
          ++wrong;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(wrong == 0);
}

TEST_CASE("UCUM is a code system, and its units are value sets") {
  const std::string core = k_packages + "hl7.fhir.r4.examples";
  if (is_missing() || !std::filesystem::exists(core)) return;
  const auto terminology = terminology::Terminology::make(load({core, k_units}));
  REQUIRE(terminology->units() != nullptr);
  CHECK(terminology->in_code_system("http://unitsofmeasure.org", "mg/dL") == Membership::yes);
  CHECK(terminology->in_code_system("http://unitsofmeasure.org", "mg/dLL") == Membership::no);
  for (const char* url : {"http://hl7.org/fhir/ValueSet/ucum-units", "http://unitsofmeasure.org/vs",
                          "http://unitsofmeasure.org", "http://unitsofmeasure.org?fhir_vs"}) {
    CAPTURE(url);
    const fhir::CodeSet* set = terminology->value_set(url);
    REQUIRE(set != nullptr);
    CHECK(set->contains(coding("http://unitsofmeasure.org", "10*3/uL")) == Membership::yes);
    CHECK(set->contains(coding("http://unitsofmeasure.org", "bogus")) == Membership::no);
    CHECK(set->contains(coding("http://loinc.org", "mg")) == Membership::no);
  }
}

TEST_CASE("a filter on canonical takes the units that can be brought to one") {
  const std::string core = k_packages + "hl7.fhir.r4.examples";
  if (is_missing() || !std::filesystem::exists(core)) return;
  const auto terminology = terminology::Terminology::make(load({core, k_units}));
  const fhir::CodeSet* lengths =
      terminology->value_set("http://hl7.org/fhir/ValueSet/all-distance-units");
  REQUIRE(lengths != nullptr);
  CHECK(lengths->contains(coding("http://unitsofmeasure.org", "[ft_i]")) == Membership::yes);
  CHECK(lengths->contains(coding("http://unitsofmeasure.org", "kg")) == Membership::no);
  CHECK(lengths->contains(coding("http://unitsofmeasure.org", "ft")) == Membership::no);
}

TEST_CASE("the common units that FHIR lists are units") {
  const std::string core = k_packages + "hl7.fhir.r4.examples";
  if (is_missing() || !std::filesystem::exists(core)) return;
  const auto terminology = terminology::Terminology::make(load({core, k_units}));
  const auto* common = terminology->find_value_set("http://hl7.org/fhir/ValueSet/ucum-common");
  REQUIRE(common != nullptr);
  const auto members = common->members(5000);
  REQUIRE(members);
  CHECK(members->size() > 1300);
  for (const auto& unit : *members) CHECK_MESSAGE(units().is_valid(unit.code), unit.code);
}
