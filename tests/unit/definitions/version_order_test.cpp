// https://semver.org/#spec-item-11 and the wildcards of FHIR package dependencies.
#include "fhir/definitions/version_order.h"

#include <doctest/doctest.h>

using fhir::compare_versions;
using fhir::matches_version;

TEST_CASE("numbers in a version are compared as numbers") {
  CHECK(compare_versions("10.0.0", "9.0.0") > 0);
  CHECK(compare_versions("3.1.1", "3.1.1") == 0);
  CHECK(compare_versions("3.1", "3.1.1") < 0);
  CHECK(compare_versions("3.01.1", "3.1.1") == 0);
}

TEST_CASE("a pre-release comes before its release, and pre-releases among themselves in order") {
  CHECK(compare_versions("1.0.0-rc1", "1.0.0") < 0);
  CHECK(compare_versions("1.0.0-alpha.2", "1.0.0-alpha.10") < 0);
  CHECK(compare_versions("1.0.0-alpha", "1.0.0-beta") < 0);
  CHECK(compare_versions("1.0.0+a", "1.0.0+b") == 0);
}

TEST_CASE("versions that are dates or words have an order too") {
  CHECK(compare_versions("2018-08-12", "2019-01-01") < 0);
  CHECK(compare_versions("", "1") < 0);
}

TEST_CASE("a date is an older version than a number") {
  CHECK(compare_versions("2018-08-12", "4.0.0") < 0);
  CHECK(compare_versions("4.0.0", "2018-08-12") > 0);
}

TEST_CASE("a wildcard takes every release in its place, and no pre-release") {
  CHECK(matches_version("1.2.x", "1.2.0"));
  CHECK(matches_version("1.2.x", "1.2.17"));
  CHECK_FALSE(matches_version("1.2.x", "1.3.0"));
  CHECK_FALSE(matches_version("1.2.x", "1.2.3-ballot"));
  CHECK(matches_version("1.x", "1.9.4"));
  CHECK(matches_version("latest", "7.0.1"));
  CHECK(matches_version("", "7.0.1"));
}

TEST_CASE("a range without a wildcard takes that version alone") {
  CHECK(matches_version("1.2.3-ballot", "1.2.3-ballot"));
  CHECK(matches_version("1.2.3", "1.2.3"));
  CHECK_FALSE(matches_version("1.2.3", "1.2.30"));
  CHECK_FALSE(matches_version("1.2", "1.2.3"));
}
