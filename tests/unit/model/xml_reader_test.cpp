// https://hl7.org/fhir/R4/xml.html, sentence by sentence
#include "xml_support.h"

using namespace xml_test;

namespace {

std::string patient(const std::string& content) {
  return "<Patient xmlns=\"http://hl7.org/fhir\">" + content + "</Patient>";
}

/// The members of a patient with this content.
std::string members_of(const std::string& content) {
  const std::string json = json_of(patient(content));
  constexpr std::string_view k_begin = R"({"resourceType":"Patient")";
  if (!json.starts_with(k_begin)) return json;
  return json.substr(k_begin.size() + 1, json.size() - k_begin.size() - 2);
}

fhir::Issue refusal_of(const std::string& xml, const fhir::XmlReadOptions& options = {}) {
  auto document = fhir::read_xml(xml, core(), options);
  REQUIRE_FALSE(document.has_value());
  return document.error();
}

}  // namespace

TEST_CASE("the name of the root element is the resourceType") {
  CHECK(json_of("<Patient xmlns='http://hl7.org/fhir'/>") == R"({"resourceType":"Patient"})");
  CHECK(json_of("\xef\xbb\xbf<?xml version='1.0' encoding='UTF-8'?><!-- a --><?b c?>\n"
                "<f:Patient xmlns:f='http://hl7.org/fhir'><f:id value='1'/></f:Patient>\n") ==
        R"({"resourceType":"Patient","id":"1"})");
}

TEST_CASE("the value of a primitive is in the attribute value, typed by the definition") {
  CHECK(members_of("<active value='true'/>") == R"("active":true)");
  CHECK(members_of("<multipleBirthInteger value='2'/>") == R"("multipleBirthInteger":2)");
  CHECK(members_of("<birthDate value='1970'/>") == R"("birthDate":"1970")");
  CHECK(json_of("<Observation xmlns='http://hl7.org/fhir'><valueQuantity><value value='1.50E-3'/>"
                "</valueQuantity></Observation>") ==
        R"({"resourceType":"Observation","valueQuantity":{"value":1.50E-3}})");
}

TEST_CASE("a value that is none of its type comes as a string for the validator to report") {
  CHECK(members_of("<active value='True'/>") == R"("active":"True")");
  for (const std::string value : {"007", "+5", "1.", ".5", "-", "1e", "", " 1", "1 ", "0x1", "NaN"})
    CHECK(members_of("<multipleBirthInteger value='" + value + "'/>") ==
          "\"multipleBirthInteger\":\"" + value + "\"");
}

TEST_CASE(
    "elements that may repeat are arrays, also with one item; those of one name go together") {
  CHECK(members_of("<name><given value='A'/><given value='B'/></name>") ==
        R"("name":[{"given":["A","B"]}])");
  CHECK(members_of("<gender value='male'/><gender value='female'/>") ==
        R"("gender":["male","female"])");
  CHECK(members_of("<name><text value='A'/></name><gender value='male'/><name><text value='B'/>"
                   "</name>") == R"("name":[{"text":"A"},{"text":"B"}],"gender":"male")");
}

TEST_CASE("an id is an attribute of elements, a url one of extensions") {
  CHECK(members_of("<extension url='http://x' id='e'><valueCode value='a'/></extension>") ==
        R"("extension":[{"id":"e","url":"http://x","valueCode":"a"}])");
  CHECK(refusal_of(patient("<name url='a'/>")).diagnostics ==
        "Only an extension has the attribute url");
  CHECK(refusal_of(patient("<name><id value='a'/></name>")).diagnostics ==
        "The id of an element is an attribute, not an element");
  CHECK(refusal_of(patient("<extension><url value='a'/></extension>")).diagnostics ==
        "The url of an element is an attribute, not an element");
  CHECK(refusal_of("<Patient xmlns='http://hl7.org/fhir' id='a'/>").diagnostics ==
        "A resource has no attributes; its id is an element");
}

TEST_CASE("the id and extensions of a primitive are in its sibling, nulls fill the arrays") {
  CHECK(members_of("<birthDate id='d' value='1970'/>") ==
        R"("birthDate":"1970","_birthDate":{"id":"d"})");
  CHECK(members_of("<birthDate><extension url='http://x'/></birthDate>") ==
        R"("_birthDate":{"extension":[{"url":"http://x"}]})");
  CHECK(members_of("<name><given value='A'/><given id='b'/><given value='C' id='c'/></name>") ==
        R"("name":[{"given":["A",null,"C"],"_given":[null,{"id":"b"},{"id":"c"}]}])");
  CHECK(members_of("<birthDate/>") == R"("_birthDate":{})");
}

TEST_CASE("a narrative is kept to the byte") {
  const std::string div =
      "<div xmlns=\"http://www.w3.org/1999/xhtml\" title='>'>a &lt; b&#160;<br/>\n"
      "<!-- </div> --><![CDATA[</div>]]><div>c</div ></div>";
  const auto document =
      fhir::read_xml(patient("<text><status value='generated'/>" + div + "</text>"), core());
  REQUIRE(document.has_value());
  CHECK(document->root().find("text")->string_at("div") == div);
}

TEST_CASE("a narrative stands alone, or is refused") {
  CHECK(json_of("<f:Patient xmlns:f='http://hl7.org/fhir' xmlns='http://www.w3.org/1999/xhtml'>"
                "<f:text><div id='a'>b</div></f:text></f:Patient>") ==
        R"({"resourceType":"Patient","text":{"div":"<div xmlns=\"http://www.w3.org/1999/xhtml\")"
        R"( id='a'>b</div>"}})");
  CHECK(refusal_of(patient("<text><h:div xmlns:h='http://www.w3.org/1999/xhtml'/></text>"))
            .diagnostics.starts_with("The narrative's div has a namespace prefix"));
  CHECK(refusal_of(patient("<text><div>a</div></text>"))
            .diagnostics.starts_with("The narrative's div is not in the namespace"));
}

TEST_CASE("contained and nested resources are those that their element holds") {
  CHECK(members_of("<contained><Group><id value='g'/></Group></contained>") ==
        R"("contained":[{"resourceType":"Group","id":"g"}])");
  CHECK(json_of("<Bundle xmlns='http://hl7.org/fhir'><entry><resource><Patient/></resource></entry>"
                "</Bundle>") ==
        R"({"resourceType":"Bundle","entry":[{"resource":{"resourceType":"Patient"}}]})");
  CHECK(refusal_of(patient("<contained><Group/><Group/></contained>")).diagnostics ==
        "The element contained holds one resource and nothing else");
}

TEST_CASE("unknown elements come under their names, for the validator to report") {
  CHECK(members_of("<shoe value='42'/>") == R"("shoe":"42")");
  CHECK(members_of("<shoe id='a'><size value='1'/><size value='2'/><extension url='http://x'/>"
                   "</shoe>") ==
        R"("shoe":{"id":"a","size":["1","2"],"extension":[{"url":"http://x"}]})");
  CHECK(json_of("<Shoe xmlns='http://hl7.org/fhir'><id value='1'/><meta><tag/></meta></Shoe>") ==
        R"({"resourceType":"Shoe","id":"1","meta":{"tag":[{}]}})");
}

TEST_CASE("resourceType is an element only where the definition has one") {
  CHECK(
      json_of("<ExampleScenario xmlns='http://hl7.org/fhir'><instance><resourceType value='Group'/>"
              "</instance></ExampleScenario>") ==
      R"({"resourceType":"ExampleScenario","instance":[{"resourceType":"Group"}]})");
  CHECK(refusal_of(patient("<resourceType value='Group'/>")).line == 1);
}

TEST_CASE("references and white space in attributes are what XML says") {
  CHECK(members_of("<id value='&lt;&amp;&gt;&quot;&apos;&#65;&#x1F600;&#10;'/>") ==
        "\"id\":\"<&>\\\"'A\xf0\x9f\x98\x80\\n\"");
  CHECK(members_of("<id value='a\tb\nc\r\nd'/>") == "\"id\":\"a b c d\"");
  for (const std::string bad : {"&nbsp;", "&", "&amp", "&#0;", "&#xD800;", "&#x110000;", "&#;",
                                "&#99999999999;", "<", "&#xFFFF;", "&;"})
    CHECK(refusal_of(patient("<id value='" + bad + "'/>")).type == fhir::IssueType::structure);
}

TEST_CASE("a document type is refused, and with it every entity") {
  const fhir::Issue issue = refusal_of(
      "<!DOCTYPE Patient [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>\n"
      "<Patient xmlns='http://hl7.org/fhir'><id value='&x;'/></Patient>");
  CHECK(issue.diagnostics == "The XML has a document type declaration, which FHIR does not allow");
  CHECK(issue.type == fhir::IssueType::structure);
  CHECK(refusal_of("<!DOCTYPE a><Patient xmlns='http://hl7.org/fhir'/>").line == 1);
}

TEST_CASE("what is no FHIR XML is refused with its place") {
  struct Case {
    std::string xml;
    std::uint32_t line;
    std::uint32_t column;
  };
  const Case cases[] = {
      {"", 1, 1},
      {"<Patient/>", 1, 1},
      {"<Patient xmlns='http://hl7.org/v3'/>", 1, 1},
      {patient("\n <x:name/>"), 2, 2},
      {patient("\n\n  é<name/>"), 3, 3},
      {patient("\n <birthDate>1970</birthDate>"), 2, 13},
      {patient("\n <![CDATA[x]]>"), 2, 11},
      {patient("\n <birthDate value='1' lang='de'/>"), 2, 23},
      {patient("\n <birthDate xml:id='1'/>"), 2, 13},
      {patient("\n <birthDate value='1' value='2'/>"), 2, 23},
      {patient("\n <name value='1'/>"), 2, 2},
      {patient("\n <_id/>"), 2, 2},
      {patient("\n <p xmlns='http://www.w3.org/1999/xhtml'/>"), 2, 2},
      {patient("") + "\n<a/>", 2, 1},
      {"x" + patient(""), 1, 1},
      {"<div xmlns='http://www.w3.org/1999/xhtml'/>", 1, 1},
      {patient("\n\x01"), 2, 1},
      {patient("\n\xff"), 2, 1},
      {patient("\n<id value='\xef\xbf\xbf'/>"), 2, 12},
  };
  for (const Case& each : cases) {
    CAPTURE(each.xml);
    const fhir::Issue issue = refusal_of(each.xml);
    CAPTURE(issue.diagnostics);
    CHECK(issue.type == fhir::IssueType::structure);
    CHECK(issue.line == each.line);
    CHECK(issue.column == each.column);
  }
  for (const std::string xml : {"<Patient xmlns='http://hl7.org/fhir'>", "<Patient", "<a></b>",
                                "<a b=1/>", "<a b='1'c='2'/>", "</a>", "<", "<!--", "<?xml"}) {
    CAPTURE(xml);
    CHECK(refusal_of(xml).line == 1);
  }
  CHECK(refusal_of("<?xml version='1.0' encoding='iso-8859-1'?>" + patient("")).type ==
        fhir::IssueType::not_supported);
}

TEST_CASE("what is refused is named by the nearest element that is defined") {
  const auto place_in_patient = [](const std::string& inside) {
    return refusal_of(patient(inside)).expression;
  };
  CHECK(place_in_patient("<birthDate value='1970' lang='de'/>") == "Patient.birthDate");
  CHECK(place_in_patient("<birthDate>1970</birthDate>") == "Patient.birthDate");
  CHECK(place_in_patient("<name/><name><given value='a'/><given value='b'>x</given></name>") ==
        "Patient.name[1].given[1]");
  CHECK(place_in_patient("<name><text value='a'><b>x</b></text></name>") == "Patient.name[0].text");
  CHECK(place_in_patient("<multipleBirthInteger value='1' lang='de'/>") ==
        "Patient.multipleBirth.ofType(integer)");
  CHECK(place_in_patient("<contained><Organization><name x='a'/></Organization></contained>") ==
        "Patient.contained[0].name");
  CHECK(place_in_patient("x") == "Patient");
  CHECK(refusal_of("<Nothing xmlns='http://hl7.org/fhir'>x</Nothing>").expression.empty());
}

TEST_CASE("schema locations are no part of the resource") {
  CHECK(json_of("<Patient xmlns='http://hl7.org/fhir' "
                "xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance' "
                "xsi:schemaLocation='http://hl7.org/fhir ../patient.xsd'/>") ==
        R"({"resourceType":"Patient"})");
}

TEST_CASE("a value knows where its element stands") {
  const auto document = fhir::read_xml(patient("\n  <birthDate value='x'/>"), core());
  REQUIRE(document.has_value());
  const auto position = document->position(document->root().find("birthDate")->offset());
  CHECK(position.line == 2);
  CHECK(position.column == 3);
  CHECK_FALSE(document->source().empty());
}

TEST_CASE("every limit has a clean error") {
  auto nested = [](int depth) {
    std::string xml;
    for (int i = 0; i < depth; ++i) xml += "<extension url='a'>";
    for (int i = 0; i < depth; ++i) xml += "</extension>";
    return patient(xml);
  };
  CHECK(refusal_of(nested(100)).type == fhir::IssueType::too_long);
  CHECK(refusal_of(nested(100'000)).type == fhir::IssueType::too_long);
  // What is read here is read as JSON too.
  CHECK(fhir::json::Document::read(json_of(nested(99))).has_value());
  fhir::XmlReadOptions options;
  options.bytes_max = 10;
  CHECK(refusal_of(patient(""), options).situation == fhir::Situation::too_large);
  std::string many = "<id value='1'";
  for (int i = 0; i < 100; ++i) many += " xmlns:a" + std::to_string(i) + "='b'";
  CHECK(refusal_of(patient(many + "/>")).diagnostics == "The element has too many attributes");
}
