#include "src/search/path.h"

#include "fixture.h"
#include "src/search/plan.h"
#include "src/search/resolver.h"

using namespace server::search;
using search_test::core;
using search_test::Lines;

TEST_CASE("an expression is split at the unions at its top only") {
  using Operands = std::vector<std::string_view>;
  struct Case {
    const char* expression;
    Operands operands;
  };
  const Case cases[] = {
      {"Patient.name", {"Patient.name"}},
      {"A.b | C.d|E.f", {"A.b", "C.d", "E.f"}},
      {"(A.b | C.d).e | F", {"(A.b | C.d).e", "F"}},
      {"A.where(b='x|y') | C", {"A.where(b='x|y')", "C"}},
      {"A.where(b='it\\'s|') | C", {"A.where(b='it\\'s|')", "C"}},
      {"A.b.exists() and A.b | C", {"A.b.exists() and A.b | C"}},
      {"A.b = C | D", {"A.b = C | D"}},
      {"Bundle.in | A.contains('x')", {"Bundle.in", "A.contains('x')"}},
      {"", {""}},
  };
  for (const Case& c : cases) {
    CAPTURE(c.expression);
    CHECK(split_union(c.expression) == c.operands);
  }
  CHECK(root_name("((Patient.name as X)") == "Patient");
  CHECK(root_name("%resource.a").empty());
}

TEST_CASE("what is beyond plain paths is left to FHIRPath") {
  for (const char* expression :
       {"Patient.name", "(Observation.value as Quantity)", "Condition.onset.as(Age)", "value",
        "Account.subject.where(resolve() is Patient)", "Patient.telecom.where(system='email')",
        "Bundle.entry[0].resource", "%resource.referenceSeq.chromosome", "Observation",
        "(Observation.value as CodeableConcept).text", "Patient.extension('http://x').value",
        "value.as(DateTime)"}) {
    CAPTURE(expression);
    CHECK(Path::compile(expression, *core()));
  }
  for (const char* expression :
       {"", "Patient.name.first()", "Patient.deceased.exists() and Patient.deceased != false",
        "Patient.name[1].given[0]", "Patient.name.where(use != 'old')", "a + b", "%context.a",
        "Patient.name as Nothing", "(Patient.name", "Patient..name", "where(x='a' or y='b')",
        "A.where(resolve() is Nothing)", "Patient.name.where(text='it\\'s')", "HumanName.given"}) {
    CAPTURE(expression);
    CHECK_FALSE(Path::compile(expression, *core()));
  }
}

namespace {

Lines walk(const char* expression, std::string json) {
  const auto resource = search_test::document(std::move(json));
  const fhir::Element root = fhir::root_element(resource.root(), *core());
  const ReferenceResolver resolver(root, *core());
  const auto path = Path::compile(expression, *core());
  REQUIRE(path);
  Lines found;
  path->for_each(root, root, resolver, [&](const fhir::Element& element) {
    found.emplace_back(element.is_primitive() ? element.text() : element.type->name);
  });
  return found;
}

}  // namespace

TEST_CASE("a path leads through arrays, choices, casts and conditions") {
  const std::string patient = R"({"resourceType":"Patient","deceasedDateTime":"2020",
    "telecom":[{"system":"phone","value":"1"},{"system":"email","value":"2"},{"value":"3"}],
    "name":[{"given":["a","b"]},{"family":"c"},{"given":["d"]}],
    "extension":[{"url":"http://x","valueCode":"e"},{"url":"http://y","valueCode":"f"}]})";
  CHECK(walk("Patient.name.given", patient) == Lines{"a", "b", "d"});
  CHECK(walk("Patient.telecom.where(system = 'email').value", patient) == Lines{"2"});
  CHECK(walk("Patient.deceased.as(dateTime)", patient) == Lines{"2020"});
  CHECK(walk("(Patient.deceased as boolean)", patient) == Lines{});
  CHECK(walk("Patient.name[1].family", patient) == Lines{"c"});
  CHECK(walk("Patient.name[7].family", patient) == Lines{});
  CHECK(walk("Patient.extension('http://y').value", patient) == Lines{"f"});
  CHECK(walk("Patient", patient) == Lines{"Patient"});
  CHECK(walk("Patient.photo.url", patient) == Lines{});
}

TEST_CASE(
    "resolve() knows a type by the reference's characters, by what is contained, by its type") {
  const auto patient_of = [](const std::string& subject) {
    return walk("Observation.subject.where(resolve() is Patient)",
                R"({"resourceType":"Observation","contained":[{"resourceType":"Patient","id":"p"},
                {"resourceType":"Group","id":"g"}],"subject":)" +
                    subject + "}")
        .size();
  };
  CHECK(patient_of(R"({"reference":"Patient/1"})") == 1);
  CHECK(patient_of(R"({"reference":"Patient/1/_history/2"})") == 1);
  CHECK(patient_of(R"({"reference":"https://other.example/r4/Patient/1"})") == 1);
  CHECK(patient_of(R"({"reference":"#p"})") == 1);
  CHECK(patient_of(R"({"reference":"urn:uuid:1","type":"Patient"})") == 1);
  CHECK(patient_of(R"({"type":"Patient","identifier":{"value":"1"}})") == 1);
  CHECK(patient_of(R"({"reference":"#g"})") == 0);
  CHECK(patient_of(R"({"reference":"#none"})") == 0);
  CHECK(patient_of(R"({"reference":"Group/1"})") == 0);
  CHECK(patient_of(R"({"display":"someone"})") == 0);
}

TEST_CASE("only operands rooted in the type or its ancestors are compiled for it") {
  const TypePlan plan = make_plan(*core()->type("Patient"), *core());
  CHECK(plan.problems.empty());
  for (const ParameterPlan& parameter : plan.parameters) {
    CAPTURE(parameter.parameter->url);
    const bool is_address_use = parameter.parameter->code == "address-use";
    if (is_address_use) CHECK(parameter.operands.size() == 1);
  }
}
