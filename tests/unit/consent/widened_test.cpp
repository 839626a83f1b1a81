#include "src/consent/widened.h"

#include <doctest/doctest.h>

using namespace server;
using consent::Condition;

namespace {

Condition labelled(std::string code) {
  Condition out;
  out.kind = Condition::Kind::labels;
  out.codes.push_back({"urn:x", std::move(code)});
  return out;
}

Condition instance(std::string id, consent::Meaning meaning = consent::Meaning::instance) {
  Condition out;
  out.kind = Condition::Kind::data;
  out.data.push_back({meaning, "Observation", std::move(id)});
  return out;
}

Condition period(std::int64_t low, std::int64_t high) {
  Condition out;
  out.kind = Condition::Kind::period;
  out.span = {low, high};
  return out;
}

}  // namespace

TEST_CASE("an alternative is split into its parts, which mean the same together") {
  CHECK(consent::alternatives_of(consent::any_of({labelled("a"), labelled("b")})).size() == 2);
  CHECK(consent::alternatives_of(labelled("a")).size() == 1);
  CHECK(consent::alternatives_of(consent::all_of({labelled("a"), labelled("b")})).size() == 1);
}

TEST_CASE("conditions of one shape become one that meets what either does") {
  Condition one = consent::all_of({instance("1"), period(10, 20)});
  const Condition other = consent::all_of({instance("2"), period(15, 40)});
  REQUIRE(consent::shape_of(one));
  CHECK(consent::shape_of(one) == consent::shape_of(other));
  CHECK(consent::shape_of(one) != consent::shape_of(instance("1")));
  REQUIRE(consent::widen(one, other));
  CHECK(one.parts[0].data.size() == 2);
  CHECK(one.parts[1].span.low == 10);
  CHECK(one.parts[1].span.high == 40);
}

TEST_CASE("what a negation or a reference is part of is not widened: it would withhold less") {
  CHECK_FALSE(consent::shape_of(consent::not_of(labelled("a"))));
  CHECK_FALSE(consent::shape_of(consent::all_of({labelled("b"), consent::not_of(labelled("a"))})));
  CHECK_FALSE(consent::shape_of(instance("1", consent::Meaning::related)));
}

TEST_CASE("a condition does not grow without end") {
  Condition one = labelled("0");
  for (std::size_t i = 1; i < consent::k_widened_codes_max; ++i)
    REQUIRE(consent::widen(one, labelled(std::to_string(i))));
  CHECK_FALSE(consent::widen(one, labelled("more")));
  CHECK(one.codes.size() == consent::k_widened_codes_max);
}
