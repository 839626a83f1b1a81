// https://hl7.org/fhir/R4/search.html#modifiers
#include <doctest/doctest.h>

#include "fixture.h"
#include "src/search/compartment.h"
#include "src/search/match.h"
#include "src/search/query_parser.h"

using namespace server::search;
using search_test::core;

namespace {

// Two systems of two codes; `http://vs` draws on both.
class TwoSystems final : public Concepts {
 public:
  fhir::Result<std::vector<ConceptCode>> members(std::string_view reference,
                                                 const fhir::SearchParameter&) const override {
    if (reference != "http://vs") {
      return fhir::unexpected(fhir::make_issue(fhir::IssueType::not_found, "no such value set"));
    }
    return std::vector<ConceptCode>{{"http://a", "1"}, {"http://b", "2"}};
  }
  fhir::Result<std::vector<ConceptCode>> at_or_below(std::string_view system, std::string_view code,
                                                     const fhir::SearchParameter&) const override {
    return std::vector<ConceptCode>{{std::string(system), std::string(code)},
                                    {std::string(system), "child"}};
  }
  fhir::Result<std::vector<ConceptCode>> at_or_above(std::string_view system, std::string_view code,
                                                     const fhir::SearchParameter&) const override {
    return std::vector<ConceptCode>{{std::string(system), std::string(code)},
                                    {std::string(system), "parent"}};
  }
};

fhir::Result<Query, std::vector<fhir::Issue>> parse(std::string_view type, std::string name,
                                                    std::string value) {
  static const TwoSystems concepts;
  ParseOptions options;
  options.allow_chains = true;
  options.concepts = &concepts;
  const std::pair<std::string, std::string> pair{std::move(name), std::move(value)};
  return parse_query(type, {&pair, 1}, *core(), options);
}

std::string codes(const Criterion& criterion) {
  std::string text;
  for (const Operand& operand : criterion.alternatives) {
    text += (text.empty() ? "" : " ") + operand.system + "|" + operand.code;
  }
  return text;
}

fhir::IssueType refusal(std::string_view type, std::string name, std::string value) {
  const auto parsed = parse(type, std::move(name), std::move(value));
  REQUIRE(!parsed);
  return parsed.error().front().type;
}

}  // namespace

TEST_CASE(":in, the coding is in the specified value set; :not-in, it is not") {
  const auto in = parse("Observation", "code:in", "http://vs");
  REQUIRE(in);
  CHECK(codes(in->criteria[0]) == "http://a|1 http://b|2");
  CHECK(in->criteria[0].modifier == Modifier::none);
  const auto not_in = parse("Observation", "code:not-in", "http://vs");
  REQUIRE(not_in);
  CHECK(codes(not_in->criteria[0]) == "http://a|1 http://b|2");
  CHECK(not_in->criteria[0].modifier == Modifier::not_);
  CHECK(refusal("Observation", "code:in", "http://unknown") == fhir::IssueType::not_found);
}

TEST_CASE(":above and :below test whether a code subsumes or is subsumed by the search code") {
  CHECK(codes(parse("Observation", "code:below", "http://a|1")->criteria[0]) ==
        "http://a|1 http://a|child");
  CHECK(codes(parse("Observation", "code:above", "http://a|1")->criteria[0]) ==
        "http://a|1 http://a|parent");
  CHECK(refusal("Observation", "code:below", "1") == fhir::IssueType::value);
}

TEST_CASE(":of-type takes system, code and value, all three present") {
  const auto parsed = parse("Patient", "identifier:of-type", "http://v2|MR|446053");
  REQUIRE(parsed);
  const Operand& operand = parsed->criteria[0].alternatives[0];
  CHECK(operand.system == "http://v2");
  CHECK(operand.code == "MR");
  CHECK(operand.text == "446053");
  CHECK(refusal("Patient", "identifier:of-type", "http://v2|MR") == fhir::IssueType::value);
  CHECK(refusal("Patient", "identifier:of-type", "http://v2|MR|") == fhir::IssueType::value);
}

TEST_CASE("a modifier that does not apply to the type of parameter is refused") {
  CHECK(refusal("Patient", "birthdate:exact", "2000") == fhir::IssueType::invalid);
  CHECK(refusal("Patient", "family:in", "http://vs") == fhir::IssueType::invalid);
  CHECK(refusal("Patient", "family:nonsense", "a") == fhir::IssueType::invalid);
}

TEST_CASE("a reference's :below goes along the parameter by which its targets are parts") {
  const auto self = parse("Location", "partof:below", "Location/1");
  REQUIRE(self);
  REQUIRE(self->criteria[0].hierarchy.size() == 1);
  CHECK(self->criteria[0].hierarchy[0].type == "Location");
  const auto other = parse("Encounter", "location:below", "Location/1");
  REQUIRE(other);
  REQUIRE(other->criteria[0].hierarchy.size() == 1);
  CHECK(other->criteria[0].hierarchy[0].parameter->code == "partof");
  CHECK(refusal("Encounter", "subject:below", "Patient/1") == fhir::IssueType::invalid);
}

TEST_CASE("a chain without a type leads to every type that has the parameter") {
  const auto parsed = parse("Observation", "subject.name", "x");
  REQUIRE(parsed);
  CHECK(parsed->criteria[0].combination == Combination::any);
  CHECK(parsed->criteria[0].parts.size() == 2);  // Patient and Location; a Group's is not searched
  CHECK(parse("Observation", "subject.family", "x")->criteria[0].combination == Combination::none);
  CHECK(refusal("Observation", "subject.nonsense", "x") == fhir::IssueType::not_supported);
}

TEST_CASE("_has nests, and stands inside chains") {
  const auto nested =
      parse("Patient", "_has:Observation:patient:_has:AuditEvent:entity:agent", "x");
  REQUIRE(nested);
  CHECK(nested->criteria[0].reverse_chained->reverse_chained != nullptr);
  const auto inside = parse("Encounter", "patient._has:Group:member:_id", "x");
  REQUIRE(inside);
  CHECK(inside->criteria[0].chained->reverse_chained != nullptr);
}

TEST_CASE("_list finds what the list has as items; $current- lists are those with that code") {
  const auto parsed = parse("Patient", "_list", "42");
  REQUIRE(parsed);
  CHECK(parsed->criteria[0].target_type == "List");
  CHECK(parsed->criteria[0].reverse_chained->parameter->code == "_id");
  const auto current = parse("AllergyIntolerance", "_list", "$current-allergies");
  REQUIRE(current);
  CHECK(current->criteria[0].reverse_chained->combination == Combination::all);
  CHECK(refusal("Patient", "_list", "$current-nonsense") == fhir::IssueType::not_supported);
  CHECK(refusal("Patient", "_query", "mine") == fhir::IssueType::not_supported);
}

TEST_CASE("a compartment holds what one of its parameters leads from") {
  const auto found = compartment_criterion("Patient", "1", "Observation", *core());
  REQUIRE(found);
  CHECK(found->combination == Combination::any);
  CHECK(found->parts.size() >= 2);  // subject, performer
  CHECK(!compartment_criterion("Patient", "1", "Location", *core()));
  CHECK(!compartment_criterion("Location", "1", "Observation", *core()));
}

TEST_CASE("a time between two milliseconds is asked for as a point after the first") {
  const auto parsed = parse("Observation", "date", "1980-05-11T16:32:15.4999999Z");
  REQUIRE(parsed);
  const Operand& operand = parsed->criteria[0].alternatives[0];
  CHECK(operand.low == operand.high);
  CHECK(operand.low % 1000 == 500);
  CHECK(refusal("Patient", "birthdate", "1973-02-28T01:01:09.999999999999999999") ==
        fhir::IssueType::value);
}

TEST_CASE("a time that is kept is found by the same text, however fine") {
  for (const std::string text :
       {"2020-01-01T10:00:30.123456Z", "2020-01-01T10:00:30.123Z", "2020-01-01T10:00:30.123000Z"}) {
    CAPTURE(text);
    const IndexRows rows = search_test::rows_of(
        R"({"resourceType":"Observation","effectiveDateTime":")" + text + "\"}");
    const auto finds = [&](const std::string& prefix) {
      const auto parsed = parse("Observation", "date", prefix + text);
      REQUIRE(parsed);
      const Candidate candidate{"o", 0, &rows};
      return matches(parsed->criteria[0], candidate).value_or(false);
    };
    for (const std::string prefix : {"", "ge", "le"}) CHECK(finds(prefix));
    for (const std::string prefix : {"ne", "gt", "lt", "sa", "eb"}) CHECK_FALSE(finds(prefix));
  }
}
