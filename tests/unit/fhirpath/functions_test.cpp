// Functions of the current build of FHIRPath, each by the examples that its text gives.
// https://build.fhir.org/ig/HL7/FHIRPath/
#include <doctest/doctest.h>

#include "fhir/fhirpath/element_definitions.h"
#include "fhir/fhirpath/item_json.h"
#include "fixture.h"

using fhirpath_test::evaluate;
using fhirpath_test::fails;

TEST_CASE("components of dates and times; what is not written is empty") {
  CHECK(evaluate("@2014-01-05T10:30:00.000.yearOf()") == "2014");
  CHECK(evaluate("@2014-01-05T10:30:00.000.monthOf()") == "1");
  CHECK(evaluate("@2012.monthOf()") == "");
  CHECK(evaluate("@2012-01-01T16:30:40.002-07:00.hourOf()") == "16");
  CHECK(evaluate("@2012-01-01T12:30:00.002-07:00.millisecondOf()") == "2");
  CHECK(evaluate("@2012-01-01T12:30:00.000-07:00.timezoneOffsetOf()") == "-7.0");
  CHECK(evaluate("@2012-01-01T12:30:00.000+08:45.timezoneOffsetOf()") == "8.75");
  CHECK(evaluate("@2012-01-01T12:30:00.000-07:00.dateOf()") == "2012-01-01");
  CHECK(evaluate("@2012-01-01T12:30:00.000-07:00.timeOf()") == "12:30:00.000");
  CHECK(evaluate("@T12:30.minuteOf()") == "30");
  CHECK(evaluate("@T12:30.yearOf() | 'x'.yearOf()") == "");
}

TEST_CASE("duration counts whole periods, difference the boundaries passed") {
  CHECK(evaluate("@2025-01-02.duration(@2025-01-07, 'week')") == "0");
  CHECK(evaluate("@2025-01-01.duration(@2025-09-01, 'year')") == "0");
  CHECK(evaluate("@2024-12-01.duration(@2025-09-01, 'year')") == "0");
  CHECK(evaluate("@2025-01-02.difference(@2025-01-07, 'week')") == "1");
  CHECK(evaluate("@2025-01-01.difference(@2025-09-01, 'year')") == "0");
  CHECK(evaluate("@2024-12-01.difference(@2025-09-01, 'year')") == "1");
  CHECK(evaluate("@2025-03-31.duration(@2025-02-28, 'month')") == "-1");
  CHECK(evaluate("@2024-02-29.duration(@2025-02-28, 'year')") == "0");
  CHECK(evaluate("@T10:59.difference(@T11:01, 'hour')") == "1");
  CHECK(evaluate("@T10:59.duration(@T11:01, 'hour')") == "0");
  CHECK(evaluate("@2025-01-01T00:30:00+01:00.difference(@2024-12-31T23:30:00Z, 'hour')") == "0");
  CHECK(evaluate("@2025.difference(@2025-09-01, 'month')") == "");
  CHECK(fails("@2025-01-01.duration(@2025-09-01, 'hour')"));
  CHECK(fails("@2025-01-01.duration(@T10:00, 'hour')"));
}

TEST_CASE("sum, min, max and avg") {
  CHECK(evaluate("(1 | 2 | 4).sum()") == "7");
  CHECK(evaluate("(1 | 2.5).sum()") == "3.5");
  CHECK(evaluate("(1 | 2).avg()") == "1.5");
  CHECK(evaluate("(3 | 1 | 2).min()") == "1");
  CHECK(evaluate("('b' | 'c' | 'a').max()") == "c");
  CHECK(evaluate("{}.sum() | {}.min() | {}.avg()") == "");
  CHECK(fails("('a' | 'b').sum()"));
  CHECK(fails("(1 | 'b').max()"));
}

TEST_CASE("sort takes asc and desc after a key") {
  CHECK(evaluate("(3 | 1 | 2).sort()") == "1 ; 2 ; 3");
  CHECK(evaluate("(3 | 1 | 2).sort($this desc)") == "3 ; 2 ; 1");
  CHECK(evaluate("('3' | '1' | '10').sort($this asc)") == "1 ; 10 ; 3");
  CHECK(evaluate("(3 | 1 | 2).sort(-$this)") == "3 ; 2 ; 1");
}

TEST_CASE("matches takes flags") {
  CHECK(evaluate("'AbC'.matches('abc')") == "false");
  CHECK(evaluate("'AbC'.matches('abc', 'i')") == "true");
  CHECK(evaluate("'a\\nb'.matches('^b$')") == "false");
  CHECK(evaluate("'a\\nb'.matches('^b$', 'm')") == "true");
  CHECK(evaluate("'AbC'.replaceMatches('b', 'x', 'i')") == "AxC");
  CHECK(fails("'a'.matches('a', 'q')"));
}

TEST_CASE("toDate and toDateTime take a template") {
  CHECK(evaluate("'15-01-2024'.toDate('dd-MM-yyyy')") == "2024-01-15");
  CHECK(evaluate("'150124'.toDate('ddMMyy')") == "2024-01-15");
  CHECK(evaluate("'12-27'.toDate('MM-yy')") == "2027-12");
  CHECK(evaluate("'1/2/1999'.toDate('d/M/yyyy')") == "1999-02-01");
  CHECK(evaluate("'20240115T2330+0200'.toDateTime('yyyyMMddTHHmmZ')") == "2024-01-15T23:30+02:00");
  CHECK(evaluate("'2024-01-15 12:05:09.250 am'.toDateTime('yyyy-MM-dd hh:mm:ss.SSS a')") ==
        "2024-01-15T00:05:09.250");
  CHECK(evaluate("'32-01-2024'.toDate('dd-MM-yyyy')") == "");
  CHECK(evaluate("'15-01-2024 '.convertsToDate('dd-MM-yyyy')") == "false");
  CHECK(evaluate("'15'.toDate('dd')") == "");
  CHECK(evaluate("'2024'.toDate('qqqq')") == "");
  CHECK(evaluate("@2024-01-15T10:00.toDate('yyyy')") == "2024-01-15");
}

TEST_CASE("a Long is an integer") {
  CHECK(evaluate("5L + 1") == "6");
  CHECK(fails("5 L"));
  CHECK(fails("5.0L"));
}

TEST_CASE("a number takes the unit that toQuantity is given") {
  CHECK(evaluate("45.toQuantity('m')") == "45 'm'");
  CHECK(evaluate("3.toQuantity('days')") == "3 days");
}

TEST_CASE("constants of the caller") {
  const fhir::json::Document empty = fhirpath_test::read("{}");
  const std::vector<fhir::fhirpath::Variable> variables = {
      {"a", fhir::fhirpath::Collection(fhir::fhirpath::Item::of_integer(4))}};
  fhir::fhirpath::Environment environment;
  environment.variables = variables;
  const fhir::Element root{&empty.root()};
  CHECK(evaluate("%a + 1", root, fhirpath_test::none(), environment) == "5");
  CHECK(evaluate("%`a` * 2", root, fhirpath_test::none(), environment) == "8");
  CHECK(evaluate("%b", root, fhirpath_test::none(), environment).starts_with("error: "));
}

TEST_CASE("trace hands its input or the projection of it to the tracer and passes the input on") {
  struct Keeper final : fhir::fhirpath::Tracer {
    std::string text;
    void trace(std::string_view name, const fhir::fhirpath::Collection& items) override {
      text += std::string(name) + "=" + fhirpath_test::rendered(items) + ";";
    }
  } keeper;
  const fhir::json::Document document = fhirpath_test::read(R"({"a":[1,2]})");
  fhir::fhirpath::Environment environment;
  environment.tracer = &keeper;
  const fhir::Element root{&document.root()};
  CHECK(evaluate("a.trace('x').trace('y', $this + $index).count()", root, fhirpath_test::none(),
                 environment) == "2");
  CHECK(keeper.text == "x=1 ; 2;y=1 ; 3;");
}

TEST_CASE("JSON without a definition has System types") {
  const fhir::json::Document document =
      fhirpath_test::read(R"({"n":1,"d":1.50,"s":"x","b":true,"o":{"p":[1,2]}})");
  auto say = [&](std::string_view source) {
    return evaluate(source, fhir::Element{&document.root()}, fhirpath_test::none());
  };
  CHECK(say("n is Integer and d is Decimal and s is String and b is Boolean") == "true");
  CHECK(say("n + d") == "2.50");
  CHECK(say("d.type().name") == "Decimal");
  CHECK(say("o.p.pathname()") == "$this.o[0].p[0] ; $this.o[0].p[1]");
  CHECK(say("o.ofType(String)") == "");
}

TEST_CASE("results are named as FHIR names types") {
  const fhir::DefinitionStore* core = fhirpath_test::core();
  if (core == nullptr) return;
  const fhir::json::Document document = fhirpath_test::read(
      R"({"resourceType":"Patient","gender":"male","contact":[{"name":{"family":"A"}}],
          "birthDate":"1974-12-25"})");
  const fhir::Element root = root_element(document.root(), *core);
  auto label = [&](std::string_view source) {
    const auto items = fhir::fhirpath::Expression::compile(source, *core)
                           ->evaluate(root, {.definitions = core, .resource = root});
    REQUIRE(items);
    REQUIRE(items->size() == 1);
    return std::string(type_label((*items)[0])) + " " + literal_text((*items)[0]);
  };
  CHECK(label("gender") == "code male");
  CHECK(label("birthDate") == "date @1974-12-25");
  CHECK(label("birthDate.value") == "date @1974-12-25");
  CHECK(label("contact.name") == "HumanName {\"family\":\"A\"}");
  CHECK(label("contact").starts_with("BackboneElement "));
  CHECK(label("4 'mg'") == "Quantity 4 'mg'");
  CHECK(label("gender = 'male'") == "boolean true");
  CHECK(label("contact.name.family.pathname()") == "string Patient.contact[0].name[0].family[0]");
  CHECK(label("contact.name.family.pathname(true)") == "string Patient.contact[0].name.family");
}

TEST_CASE("elementDefinition gives the definition, checkModifiers refuses what is not understood") {
  const fhir::DefinitionStore* core = fhirpath_test::core();
  if (core == nullptr) return;
  const fhir::json::Document document = fhirpath_test::read(
      R"({"resourceType":"Patient","name":[{"family":"A"}],
          "modifierExtension":[{"url":"http://x.example/m","valueBoolean":true}]})");
  const fhir::Element root = root_element(document.root(), *core);
  fhir::fhirpath::ElementDefinitions definitions(*core);
  fhir::fhirpath::Environment environment;
  environment.element_definitions = &definitions;
  auto say = [&](std::string_view source) { return evaluate(source, root, *core, environment); };
  CHECK(say("name.elementDefinition().path") == "Patient.name");
  CHECK(say("name.elementDefinition().max") == "*");
  CHECK(say("name.family.elementDefinition().type.code") == "string");
  CHECK(say("checkModifiers('http://x.example/m').id.empty()") == "true");
  CHECK(say("checkModifiers('http://a.example, http://x.example/m').exists()") == "true");
  CHECK(say("checkModifiers('http://a.example')").starts_with("error: "));
  CHECK(say("conformsTo('http://hl7.org/fhir/StructureDefinition/Patient')") == "true");
  CHECK(say("conformsTo('http://hl7.org/fhir/StructureDefinition/Person')") == "false");
  CHECK(say("conformsTo('http://x.example/none')").starts_with("error: "));
}
