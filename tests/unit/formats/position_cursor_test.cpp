#include "fhir/formats/position_cursor.h"

#include <doctest/doctest.h>

#include <string>

TEST_CASE("a position is the same whichever one was asked before") {
  const std::string text = "{\n \"ä\": [1,\n\n2] , \"b\": \"€üÊ and a longer text\", \t\"c\": 1\n}";
  for (std::size_t first = 0; first <= text.size() + 1; ++first) {
    fhir::json::PositionCursor cursor(text);
    for (std::size_t second = 0; second <= text.size() + 1; ++second) {
      for (const std::size_t offset : {first, second}) {
        const auto expected = fhir::json::position_in(text, offset);
        const auto found = cursor.at(offset);
        CHECK(found.line == expected.line);
        CHECK(found.column == expected.column);
      }
    }
  }
}
