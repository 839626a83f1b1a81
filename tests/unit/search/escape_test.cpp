// https://hl7.org/fhir/R4/search.html#escaping
#include "src/search/escape.h"

#include "fixture.h"

using namespace server::search;

TEST_CASE("separators divide a value unless a backslash precedes them") {
  using Pieces = std::vector<std::string_view>;
  CHECK(split_escaped("a,b", ',') == Pieces{"a", "b"});
  CHECK(split_escaped("a\\,b,c", ',') == Pieces{"a\\,b", "c"});
  CHECK(split_escaped("a\\\\,b", ',') == Pieces{"a\\\\", "b"});
  CHECK(split_escaped("", ',') == Pieces{""});
  CHECK(split_escaped(",", ',') == Pieces{"", ""});
  CHECK(split_escaped("a|b$c", '$') == Pieces{"a|b", "c"});
  CHECK(split_escaped("a\\", ',') == Pieces{"a\\"});
}

TEST_CASE("escaped characters stand for themselves, other backslashes are backslashes") {
  CHECK(unescape("a\\,b\\|c\\$d\\\\e") == "a,b|c$d\\e");
  CHECK(unescape("a\\nb\\") == "a\\nb\\");
  CHECK(unescape(escape("a,b|c$d\\e\\")) == "a,b|c$d\\e\\");
}
