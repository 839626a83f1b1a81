// https://hl7.org/fhir/R4/valueset-operation-expand.html (system-version and its kin)
#include "terminology/version_rules.h"

#include <doctest/doctest.h>

#include "terminology/language_range.h"

using terminology::is_newer;
using terminology::version_fits;

TEST_CASE("A pattern of versions fits by its parts, a version only itself") {
  CHECK(version_fits("1.0.0", "1.0.0"));
  CHECK_FALSE(version_fits("1", "1.0.0"));
  CHECK(version_fits("1.x.x", "1.2.0"));
  CHECK(version_fits("1.x", "1.2.0"));
  CHECK(version_fits("*", "2024-01"));
  CHECK_FALSE(version_fits("1.0.x", "1.2.0"));
  CHECK_FALSE(version_fits("1.x.x", "1.2"));
  CHECK_FALSE(version_fits("1.x.x", ""));
}

TEST_CASE("Versions are compared by numbers, then by letters") {
  CHECK(is_newer("1.10.0", "1.9.0"));
  CHECK_FALSE(is_newer("1.9.0", "1.10.0"));
  CHECK_FALSE(is_newer("1.0", "1.0"));
  CHECK(is_newer("1.0.1", "1.0"));
  CHECK(is_newer("2024-05", "2023-12"));
}

TEST_CASE("Languages are wanted in the order of their quality") {
  const terminology::LanguageRanges ranges("en; q=0.4, de-CH, *;q=0, no such, fr;q=0");
  CHECK(ranges.wanted() == std::vector<std::string>{"de-CH", "en"});
  CHECK(ranges.refuses_others());
  CHECK(ranges.name("de"));
  CHECK_FALSE(ranges.name("fr"));
  CHECK(terminology::LanguageRanges("de,*").accepts_any());
  CHECK(terminology::LanguageRanges("").are_none());
}
