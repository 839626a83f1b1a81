// The official functional tests of UCUM: https://github.com/FHIR/Ucum-java,
// UcumFunctionalTests.xml. What is not passed stands in ucum_exclusions.txt with a reason, and a
// line there whose test passes is a failure.
#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <pugixml.hpp>
#include <set>
#include <string>

#include "fhir/definitions/definition_store.h"
#include "terminology/ucum/ucum.h"
#include "tests/conformance/suite_files.h"

namespace {

namespace fs = std::filesystem;
using fhir::Decimal;
using fhir::UnitSystem;

/// The digits that count: leading zeros do not, trailing ones do.
int significant_digits(const Decimal& value) { return value.digit_count(); }

/// Rounded to as many significant digits as the outcome has, the two are one.
bool agrees(const Decimal& got, const std::string& outcome) {
  const auto expected = Decimal::parse(outcome);
  REQUIRE(expected);
  const int before_point = got.digit_count() - got.scale();
  // An exponent's zeros are no digits of the outcome: 1e-7 has one.
  const int digits = significant_digits(*Decimal::parse(outcome.substr(0, outcome.find('e'))));
  return got.round(digits - before_point) == *expected;
}

std::string validate(const UnitSystem& units, const pugi::xml_node& test) {
  const bool expected = std::string_view(test.attribute("valid").value()) == "true";
  if (units.is_valid(test.attribute("unit").value()) == expected) return {};
  return std::string(test.attribute("unit").value()) +
         (expected ? " is valid, and refused" : " is not valid, and accepted");
}

std::string display(const UnitSystem& units, const pugi::xml_node& test) {
  const std::string got = units.display(test.attribute("unit").value());
  return got == test.attribute("display").value() ? "" : "displayed as " + got;
}

std::string convert(const UnitSystem& units, const pugi::xml_node& test) {
  const auto value = Decimal::parse(test.attribute("value").value());
  REQUIRE(value);
  const auto got =
      units.convert(*value, test.attribute("srcUnit").value(), test.attribute("dstUnit").value());
  if (!got) return "not converted";
  return agrees(*got, test.attribute("outcome").value()) ? "" : "converted to " + got->to_string();
}

/// Canonically equal to the result that is given.
std::string combine(const UnitSystem& units, const pugi::xml_node& test, bool is_division) {
  const auto a = Decimal::parse(test.attribute("v1").value());
  const auto b = Decimal::parse(test.attribute("v2").value());
  REQUIRE((a && b));
  const char* unit_a = test.attribute("u1").value();
  const char* unit_b = test.attribute("u2").value();
  const auto got =
      is_division ? units.divide(*a, unit_a, *b, unit_b) : units.multiply(*a, unit_a, *b, unit_b);
  if (!got) return "not computed";
  // A result without a unit is written with none, which by the suite's test 1-103 is no code.
  std::string_view wanted = test.attribute("uRes").value();
  if (wanted.empty()) wanted = "1";
  const auto value = units.convert(got->value, got->unit, wanted);
  if (value && agrees(*value, test.attribute("vRes").value())) return {};
  return "gives " + got->value.to_string() + " " + got->unit;
}

std::string run(const UnitSystem& units, const std::string& section, const pugi::xml_node& test) {
  if (section == "validation") return validate(units, test);
  if (section == "displayNameGeneration") return display(units, test);
  if (section == "conversion") return convert(units, test);
  return combine(units, test, section == "division");
}

}  // namespace

TEST_CASE("the official UCUM suite passes but for what is excluded with a reason") {
  const fs::path suite = suites::shared_folder() / "suites/ucum";
  const fs::path package = fs::path(MEDISYNC_SOURCE_DIR) / "profiles/.packages/@lhncbc/ucum-lhc";
  if (!fs::exists(suite) || !fs::exists(package)) {
    MESSAGE("skipped: " << (fs::exists(suite) ? package : suite) << " is missing");
    return;
  }
  fhir::LoadOptions options;
  options.sources = {package.string()};
  const auto definitions = fhir::DefinitionStore::load(options);
  REQUIRE(definitions);
  const auto units = terminology::ucum::Ucum::make(**definitions);
  REQUIRE(units != nullptr);
  const auto exclusions = suites::read_exclusions(fs::path(MEDISYNC_SOURCE_DIR) /
                                                  "tests/conformance/ucum_exclusions.txt");
  pugi::xml_document document;
  REQUIRE(document.load_file((suite / "UcumFunctionalTests.xml").c_str()));
  std::size_t count = 0, passed = 0, excluded = 0;
  std::set<std::string> met;
  for (const char* section :
       {"validation", "displayNameGeneration", "conversion", "multiplication", "division"}) {
    int number = 0;
    for (const pugi::xml_node test : document.document_element().child(section).children("case")) {
      const std::string key = std::string(section) + "/" + std::to_string(++number);
      const std::string problem = run(*units, section, test);
      const bool is_excluded = exclusions.count(key) != 0;
      ++count;
      met.insert(key);
      if (problem.empty()) {
        ++passed;
        CHECK_MESSAGE(!is_excluded, "passes, take its line out: " << key);
      } else if (is_excluded) {
        ++excluded;
      } else {
        FAIL_CHECK(key << "\t" << test.attribute("id").value() << "\t" << problem);
      }
    }
    CHECK_MESSAGE(number != 0, "the suite has no section " << section);
  }
  for (const auto& [key, reason] : exclusions)
    CHECK_MESSAGE(met.count(key) != 0, "excluded, and not in the suite: " << key);
  std::cout << "UCUM suite: run " << count << ", passed " << passed << ", excluded " << excluded
            << "\n";
}
