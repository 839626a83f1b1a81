#include "src/search/percent.h"

#include "fixture.h"

using namespace server::search;

TEST_CASE("a query is split at & and decoded on both sides") {
  struct Case {
    const char* query;
    Parameters parameters;
  };
  const Case cases[] = {
      {"", {}},
      {"a=1&b=2", {{"a", "1"}, {"b", "2"}}},
      {"a=1&a=2", {{"a", "1"}, {"a", "2"}}},
      {"&&a=1&", {{"a", "1"}}},
      {"a", {{"a", ""}}},
      {"a=b=c", {{"a", "b=c"}}},
      {"=x", {{"", "x"}}},
      {"name%3Aexact=M%c3%BCller+A", {{"name:exact", "Müller A"}}},
      {"code=http%3A%2F%2Floinc.org%7C1234-5%5C%2C", {{"code", "http://loinc.org|1234-5\\,"}}},
      {"date=2013-01-14T10:00:00%2B02:00", {{"date", "2013-01-14T10:00:00+02:00"}}},
  };
  for (const Case& c : cases) {
    CAPTURE(c.query);
    const auto split = split_query(c.query);
    REQUIRE(split);
    CHECK(*split == c.parameters);
  }
}

TEST_CASE("a query that is badly encoded is refused") {
  for (const char* query :
       {"a=%", "a=%4", "a=%zz", "%=1", "a=%ff", "a=%c3", "a=%00", "a=1&b=%g1"}) {
    CAPTURE(query);
    const auto split = split_query(query);
    REQUIRE_FALSE(split);
    CHECK(split.error().type == fhir::IssueType::invalid);
    CHECK(split.error().situation == fhir::Situation::malformed);
  }
}

TEST_CASE("a query with too many parameters is refused") {
  CHECK(split_query("a&b&c", 3));
  const auto split = split_query("a&b&c&d", 3);
  REQUIRE_FALSE(split);
  CHECK(split.error().type == fhir::IssueType::too_costly);
}

TEST_CASE("what is encoded for a link decodes to itself") {
  std::string text;
  for (int c = 1; c < 128; ++c) text.push_back(static_cast<char>(c));
  text += "Müller 山";
  std::string query;
  append_pair(query, text, text);
  append_pair(query, "b", "");
  CHECK(query.find(' ') == std::string::npos);
  CHECK(query.find('"') == std::string::npos);
  CHECK(query.find('|') == std::string::npos);
  const auto split = split_query(query);
  REQUIRE(split);
  CHECK(*split == Parameters{{text, text}, {"b", ""}});
}
