// The rows that single values make, by hand from the tables of https://hl7.org/fhir/R4/search.html
#include "src/search/extractor.h"

#include "fixture.h"

using search_test::lines;
using search_test::Lines;
using search_test::rows_of;

TEST_CASE("a token indexes codings, concepts, identifiers, codes, booleans and contact points") {
  const auto rows = rows_of(R"({"resourceType":"Patient","id":"p1","active":true,"gender":"male",
    "identifier":[{"system":"http://acme.org","value":"1"},{"value":"2"},{"system":"urn:x"}],
    "telecom":[{"system":"phone","value":"555","use":"home"},{"system":"email","value":"a@b"},
               {"system":"phone"}],
    "maritalStatus":{"coding":[{"system":"http://m","code":"M"}]},
    "communication":[{"language":{"coding":[{"system":"urn:ietf:bcp:47","code":"nl"},{"code":"fr"}],
                                  "text":"Dutch"}},{"language":{"text":"only text"}}],
    "meta":{"tag":[{"system":"http://t","code":"c"},{"display":"nothing"}],
            "security":[{"code":"R"}]}})");
  CHECK(lines(rows, "active") == Lines{"|true"});
  CHECK(lines(rows, "gender") == Lines{"http://hl7.org/fhir/administrative-gender|male"});
  CHECK(lines(rows, "identifier") == Lines{"http://acme.org|1", "urn:x|", "|2"});
  CHECK(lines(rows, "telecom") == Lines{"|555", "|a@b"});
  CHECK(lines(rows, "phone") == Lines{"|555"});
  CHECK(lines(rows, "email") == Lines{"|a@b"});
  CHECK(lines(rows, "language") == Lines{"urn:ietf:bcp:47|nl", "|fr"});
  CHECK(lines(rows, "_tag") == Lines{"http://t|c"});
  CHECK(lines(rows, "_security") == Lines{"|R"});
  CHECK(lines(rows, "_id") == Lines{});  // the store finds ids without an index row
}

TEST_CASE("a string indexes every string of a name and an address, but no codes and periods") {
  const auto rows = rows_of(R"({"resourceType":"Patient",
    "name":[{"use":"official","text":"Dr Zoë","family":"Ång","given":["Zoë","M."],"prefix":["Dr"],
             "suffix":["PhD"],"period":{"start":"2000"}}],
    "address":[{"use":"home","type":"both","text":"all","line":["L1","L2"],"city":"C","district":"D",
                "state":"S","postalCode":"P 1","country":"NL"}]})");
  CHECK(lines(rows, "name") ==
        Lines{"ang/Ång", "dr zoe/Dr Zoë", "dr/Dr", "m/M.", "phd/PhD", "zoe/Zoë"});
  CHECK(lines(rows, "phonetic").size() == 6);
  CHECK(lines(rows, "family") == Lines{"ang/Ång"});
  CHECK(lines(rows, "given") == Lines{"m/M.", "zoe/Zoë"});
  CHECK(lines(rows, "address") ==
        Lines{"all/all", "c/C", "d/D", "l1/L1", "l2/L2", "nl/NL", "p 1/P 1", "s/S"});
  CHECK(lines(rows, "address-postalcode") == Lines{"p 1/P 1"});
  CHECK(lines(rows, "address-use") == Lines{"http://hl7.org/fhir/address-use|home"});
}

TEST_CASE("a date indexes the interval of a date, an instant, a period or a timing") {
  const auto effective = [](const std::string& member) {
    return lines(rows_of(R"({"resourceType":"Observation",)" + member + "}"), "date");
  };
  CHECK(effective(R"("effectiveDateTime":"2012-09")") == Lines{"2012-09-01..2012-10-01"});
  CHECK(effective(R"("effectiveInstant":"2012-09-17T10:00:00.5Z")") ==
        Lines{"2012-09-17T10:00:00.500Z..2012-09-17T10:00:00.600Z"});
  CHECK(effective(R"("effectivePeriod":{"start":"2012","end":"2013-02"})") ==
        Lines{"2012-01-01..2013-03-01"});
  CHECK(effective(R"("effectivePeriod":{"start":"2012"})") == Lines{"2012-01-01..-"});
  CHECK(effective(R"("effectivePeriod":{"end":"2012"})") == Lines{"-..2013-01-01"});
  CHECK(effective(R"("effectivePeriod":{"start":"2013","end":"2012"})") == Lines{});
  CHECK(effective(R"("effectivePeriod":{})") == Lines{});
  CHECK(effective(R"("effectiveTiming":{"event":["2012-05-01","2012-03-01"]})") ==
        Lines{"2012-03-01..2012-05-02"});
  CHECK(effective(R"("effectiveTiming":{"repeat":{"boundsPeriod":{"start":"2012-01-01"}}})") ==
        Lines{"2012-01-01..-"});
  CHECK(effective(R"("effectiveTiming":{"repeat":{"frequency":1}})") == Lines{});
  CHECK(effective(R"("effectiveDateTime":"not a date")") == Lines{});
  CHECK(effective(R"("_effectiveDateTime":{"extension":[{"url":"x","valueCode":"unknown"}]})") ==
        Lines{});
}

TEST_CASE("a quantity indexes value and unit; a comparator or a range opens the value") {
  const auto value = [](const std::string& member) {
    return lines(rows_of(R"({"resourceType":"Observation",)" + member + "}"), "value-quantity");
  };
  CHECK(
      value(
          R"("valueQuantity":{"value":6.30,"unit":"mmol/l","system":"http://u","code":"mmol/L"})") ==
      Lines{"6.3..6.3 http://u|mmol/L", "6.3..6.3 |mmol/l"});
  CHECK(value(R"("valueQuantity":{"value":6,"unit":"mg","system":"http://u","code":"mg"})") ==
        Lines{"6..6 http://u|mg"});
  CHECK(value(R"("valueQuantity":{"value":6,"unit":"mg"})") == Lines{"6..6 |mg"});
  CHECK(value(R"("valueQuantity":{"value":6})") == Lines{"6..6 |"});
  CHECK(value(R"("valueQuantity":{"value":5,"comparator":"<="})") == Lines{"-inf..5 |"});
  CHECK(value(R"("valueQuantity":{"value":5,"comparator":">="})") == Lines{"5..inf |"});
  CHECK(value(R"("valueQuantity":{"unit":"mg"})") == Lines{});
  CHECK(value(R"("valueString":"6")") == Lines{});
  CHECK(value(R"("valueSampledData":{"origin":{"value":10,"code":"mV"},"factor":2,
                 "data":"1 E -3 U 4"})") == Lines{"4..18 |mV"});
  const auto money =
      rows_of(R"({"resourceType":"Invoice","totalNet":{"value":9.5,"currency":"EUR"}})");
  CHECK(lines(money, "totalnet") == Lines{"9.5..9.5 urn:iso:std:iso:4217|EUR"});
  const auto onset = rows_of(R"({"resourceType":"Condition","onsetRange":{
    "low":{"value":10,"code":"a"},"high":{"value":20,"code":"a"}},"abatementAge":{"value":30,"code":"a"}})");
  CHECK(lines(onset, "onset-age") == Lines{"10..20 |a"});
  CHECK(lines(onset, "abatement-age") == Lines{"30..30 |a"});
}

TEST_CASE("a number indexes its exact value, a range its ends") {
  const auto rows = rows_of(R"({"resourceType":"RiskAssessment","prediction":[
    {"probabilityDecimal":0.000168},{"probabilityRange":{"low":{"value":0.1},"high":{"value":0.2}}}]})");
  CHECK(lines(rows, "probability") == Lines{"0.000168..0.000168", "0.1..0.2"});
}

TEST_CASE("a reference is local by type and id, otherwise whole") {
  const auto subject = [](const std::string& reference) {
    return rows_of(
        R"({"resourceType":"Observation","contained":[{"resourceType":"Patient","id":"c"}],
                      "subject":)" +
        reference + "}");
  };
  CHECK(lines(subject(R"({"reference":"Patient/1"})"), "subject") == Lines{"Patient/1"});
  CHECK(lines(subject(R"({"reference":"Patient/1"})"), "patient") == Lines{"Patient/1"});
  CHECK(lines(subject(R"({"reference":"Patient/1/_history/3"})"), "subject") == Lines{"Patient/1"});
  CHECK(lines(subject(R"({"reference":"http://test.example/fhir/Patient/1"})"), "subject") ==
        Lines{"Patient/1"});
  CHECK(lines(subject(R"({"reference":"http://other.example/Patient/1"})"), "subject") ==
        Lines{"http://other.example/Patient/1"});
  CHECK(lines(subject(R"({"reference":"http://other.example/Patient/1"})"), "patient") ==
        Lines{"http://other.example/Patient/1"});
  CHECK(lines(subject(R"({"reference":"Group/1"})"), "patient") == Lines{});
  CHECK(lines(subject(R"({"reference":"#c"})"), "subject") == Lines{"Patient/#c"});
  CHECK(lines(subject(R"({"reference":"#other"})"), "subject") == Lines{});
  CHECK(lines(subject(R"({"display":"someone"})"), "subject") == Lines{});
  const auto by_identifier =
      subject(R"({"type":"Patient","identifier":{"system":"http://i","value":"7"}})");
  CHECK(by_identifier.references.empty());
  CHECK(lines(by_identifier, "subject") == Lines{"http://i|7"});
  CHECK(lines(by_identifier, "patient") == Lines{"http://i|7"});
}

// https://hl7.org/fhir/R4/search.html#contained
TEST_CASE("contained resources have rows of their own, under their id") {
  const auto rows = rows_of(R"({"resourceType":"MedicationRequest","contained":[
    {"resourceType":"Medication","id":"m1","status":"active",
     "manufacturer":{"reference":"#o"},"ingredient":[{"itemReference":{"reference":"#m2"}}]},
    {"resourceType":"Organization","id":"o","name":"Maker","partOf":{"reference":"#"}},
    {"resourceType":"Organization","id":"o","name":"Again"},
    {"resourceType":"Organization","name":"Nameless"}],"medicationReference":{"reference":"#m1"}})");
  CHECK(lines(rows, "medication") == Lines{"Medication/#m1"});
  REQUIRE(rows.contained.size() == 2);
  CHECK(rows.contained[0].type == "Medication");
  CHECK(rows.contained[0].id == "m1");
  CHECK(lines(rows.contained[0].rows, "status") ==
        Lines{"http://hl7.org/fhir/CodeSystem/medication-status|active"});
  CHECK(lines(rows.contained[0].rows, "manufacturer") == Lines{"Organization/#o"});
  CHECK(lines(rows.contained[0].rows, "ingredient") == Lines{});
  CHECK(lines(rows.contained[1].rows, "name") == Lines{"maker/Maker"});
}

TEST_CASE("a uri is indexed whole, a canonical with and without its version") {
  const auto rows = rows_of(R"({"resourceType":"ActivityDefinition","url":"http://a/b|c",
    "meta":{"profile":["http://p|2.0","http://q"],"source":"urn:s"},
    "library":["http://l|1","#contained","Library/a","http://test.example/fhir/Library/b|2","c"]})");
  CHECK(lines(rows, "url") == Lines{"http://a/b|c"});
  CHECK(lines(rows, "_profile") == Lines{"http://p", "http://p|2.0", "http://q"});
  CHECK(lines(rows, "_source") == Lines{"urn:s"});
  CHECK(lines(rows, "depends-on") == Lines{"Library/a", "Library/b", "http://l", "http://l|1",
                                           "http://test.example/fhir/Library/b|2"});
}

TEST_CASE("a composite pairs the values that stand side by side") {
  const auto rows = rows_of(R"({"resourceType":"Observation",
    "code":{"coding":[{"system":"http://l","code":"bp"}]},
    "component":[
      {"code":{"coding":[{"system":"http://l","code":"sys"},{"code":"s"}]},"valueQuantity":{"value":107}},
      {"code":{"coding":[{"system":"http://l","code":"dia"}]},"valueQuantity":{"value":60}},
      {"code":{"coding":[{"system":"http://l","code":"none"}]}}]})");
  CHECK(lines(rows, "component-code-value-quantity") ==
        Lines{"http://l|dia|0|0 $ ||60|60", "http://l|sys|0|0 $ ||107|107", "|s|0|0 $ ||107|107"});
  CHECK(lines(rows, "code-value-quantity") == Lines{});
  CHECK(lines(rows, "combo-code-value-quantity").size() == 3);
}

TEST_CASE("a composite takes the values of its own expression and of %resource, three at most") {
  const auto rows = rows_of(R"({"resourceType":"MolecularSequence","coordinateSystem":0,
    "referenceSeq":{"chromosome":{"coding":[{"code":"1"}]},"windowStart":1,"windowEnd":9},
    "variant":[{"start":2,"end":3},{"start":4}]})");
  CHECK(lines(rows, "chromosome-variant-coordinate") == Lines{"|1|0|0 $ ||2|2 $ ||3|3"});
  CHECK(lines(rows, "chromosome-window-coordinate") == Lines{"|1|0|0 $ ||1|1 $ ||9|9"});
}

TEST_CASE("code-value-date finds dates although its definition writes the type `DateTime`") {
  const auto rows = rows_of(R"({"resourceType":"Observation","valueDateTime":"2012",
    "code":{"coding":[{"code":"d"}]}})");
  CHECK(lines(rows, "code-value-date").size() == 1);
  CHECK(lines(rows, "value-date") == Lines{"2012-01-01..2013-01-01"});
}

TEST_CASE("a bundle refers to the composition or message that is its first entry") {
  const auto rows = rows_of(R"({"resourceType":"Bundle","type":"document","entry":[
    {"resource":{"resourceType":"Composition","id":"c1"}},
    {"resource":{"resourceType":"Composition","id":"c2"}}]})");
  CHECK(lines(rows, "composition") == Lines{"Composition/c1"});
  CHECK(lines(rows, "message") == Lines{});
}

TEST_CASE("rows that say the same are kept once") {
  const auto rows = rows_of(R"({"resourceType":"Patient","name":[{"given":["Peter","James"]},
    {"given":["Peter","James"]},{"given":["Jim"]}]})");
  CHECK(lines(rows, "given") == Lines{"james/James", "jim/Jim", "peter/Peter"});
  std::string many = R"({"resourceType":"Patient","name":[)";
  for (int i = 0; i < 100; ++i) {
    many += (i ? "," : "") + std::string(R"({"family":"f)") + std::to_string(i % 40) + "\"}";
  }
  CHECK(lines(rows_of(many + "]}"), "family").size() == 40);
}

TEST_CASE("whether a patient is deceased is indexed for every patient") {
  const auto deceased = [](const std::string& member) {
    return lines(rows_of(R"({"resourceType":"Patient")" + member + "}"), "deceased");
  };
  CHECK(deceased("") == Lines{"|false"});
  CHECK(deceased(R"(,"deceasedBoolean":false)") == Lines{"|false"});
  CHECK(deceased(R"(,"deceasedBoolean":true)") == Lines{"|true"});
  CHECK(deceased(R"(,"deceasedDateTime":"2015")") == Lines{"|true"});
}

TEST_CASE("values of the wrong type or shape are passed over") {
  const auto rows = rows_of(R"({"resourceType":"Patient","name":"no object","gender":{"a":1},
    "birthDate":12,"identifier":{"value":5},"telecom":[null,7],"link":[{"other":"x"}],
    "unknown":{"b":[1]}})");
  CHECK(lines(rows, "name") == Lines{});
  CHECK(lines(rows, "identifier") == Lines{});
}

TEST_CASE("a resource of unknown type cannot be indexed") {
  for (const char* json : {R"({"resourceType":"Nothing"})", R"({})", "[]", "1"}) {
    CAPTURE(json);
    const auto resource = search_test::document(json);
    const auto rows =
        search_test::extractor().extract(fhir::root_element(resource.root(), *search_test::core()));
    REQUIRE_FALSE(rows);
    CHECK(rows.error().type == fhir::IssueType::structure);
  }
}

TEST_CASE("every official search parameter can be indexed") {
  for (const std::string_view type : search_test::core()->resource_types()) {
    for (const fhir::Issue& problem : search_test::extractor().problems(type)) {
      CAPTURE(type);
      FAIL_CHECK(problem.diagnostics);
    }
  }
}

TEST_CASE("a parameter that fails on a resource does not find it, and the others do") {
  const std::vector<std::string> added = {
      R"json({"resourceType":"SearchParameter","id":"only-given","status":"active","name":"OnlyGiven",
      "url":"http://example.org/SearchParameter/only-given","description":"one given name",
      "code":"only-given","base":["Patient"],"type":"string","expression":"Patient.name.given.single()"})json"};
  const auto definitions = search_test::core()->with(added);
  REQUIRE(definitions);
  const auto extractor = server::search::Extractor::make(*definitions, search_test::k_base_url);
  REQUIRE(extractor);
  const auto rows_of_names = [&](const char* names) {
    const auto resource = search_test::document(
        std::string(R"({"resourceType":"Patient","name":[{"family":"F","given":)") + names + "}]}");
    const auto rows = (*extractor)->extract(fhir::root_element(resource.root(), **definitions));
    REQUIRE(rows);
    return *rows;
  };
  CHECK(lines(rows_of_names(R"(["A"])"), "only-given").size() == 1);
  CHECK(lines(rows_of_names(R"(["A","B"])"), "only-given").empty());
  CHECK(lines(rows_of_names(R"(["A","B"])"), "family").size() == 1);
}
