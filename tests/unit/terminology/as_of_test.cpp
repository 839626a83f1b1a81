// Days of versions: what a `date` of an operation is compared with.
#include "terminology/as_of.h"

#include <doctest/doctest.h>

using terminology::day_of_version;

TEST_CASE("the day of a version is read from the forms that publishers use") {
  CHECK(day_of_version("http://snomed.info/sct/900000000000207008/version/20260101") == "20260101");
  CHECK(day_of_version("20240304") == "20240304");
  CHECK(day_of_version("2024-03-04") == "20240304");
  CHECK(day_of_version("03042024") == "20240304");  // RxNorm's
  CHECK(day_of_version("2022") == "20220101");
}

TEST_CASE("a version that tells no day has none") {
  for (const char* version : {"", "2.77", "4.0.1", "12345678", "1999x", "20240304T00"})
    CHECK(day_of_version(version).empty());
}
