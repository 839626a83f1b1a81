// https://hl7.org/fhir/R4/xml.html, sentence by sentence
#include "xml_support.h"

using namespace xml_test;

namespace {

/// The XML of a resource, without the declaration and the root's tags.
std::string content_of(const std::string& members) {
  const std::string xml = xml_of(R"({"resourceType":"Patient",)" + members + "}");
  constexpr std::string_view k_begin =
      R"(<?xml version="1.0" encoding="UTF-8"?><Patient xmlns="http://hl7.org/fhir">)";
  constexpr std::string_view k_end = "</Patient>";
  if (!xml.starts_with(k_begin) || !xml.ends_with(k_end)) return xml;
  return xml.substr(k_begin.size(), xml.size() - k_begin.size() - k_end.size());
}

std::string narrative_of(const std::string& div) {
  std::string json = R"("text":{"div":)";
  fhir::json::append_string(json, div);
  const std::string xml = content_of(json + "}");
  CHECK(json_of("<Patient xmlns='http://hl7.org/fhir'>" + xml + "</Patient>").starts_with("{"));
  return xml.substr(6, xml.size() - 13);
}

}  // namespace

TEST_CASE("elements come in the order of their definition") {
  CHECK(content_of(R"("birthDate":"1970","id":"a","name":[{"given":["A"],"use":"usual"}],)"
                   R"("meta":{"profile":["p"],"versionId":"1"})") ==
        R"(<id value="a"/><meta><versionId value="1"/><profile value="p"/></meta>)"
        R"(<name><use value="usual"/><given value="A"/></name><birthDate value="1970"/>)");
}

TEST_CASE("ids of elements and urls of extensions are attributes") {
  CHECK(content_of(R"("extension":[{"valueCode":"c","url":"u","id":"i"}])") ==
        R"(<extension url="u" id="i"><valueCode value="c"/></extension>)");
  CHECK(content_of(R"("link":[{"other":{"id":"1"}}])") == R"(<link><other id="1"/></link>)");
}

TEST_CASE("a primitive and its sibling are one element") {
  CHECK(content_of(R"("_birthDate":{"id":"d","extension":[{"url":"u"}]},"birthDate":"1970")") ==
        R"(<birthDate id="d" value="1970"><extension url="u"/></birthDate>)");
  CHECK(content_of(R"("name":[{"given":["A",null],"_given":[null,{"id":"b"}]}])") ==
        R"(<name><given value="A"/><given id="b"/></name>)");
  CHECK(content_of(R"("_active":{"id":"a"})") == R"(<active id="a"/>)");
}

TEST_CASE("numbers and booleans keep their lexical form") {
  CHECK(content_of(R"("active":true,"multipleBirthInteger":2)") ==
        R"(<active value="true"/><multipleBirthInteger value="2"/>)");
  CHECK(xml_of(R"({"resourceType":"Observation","valueQuantity":{"value":1.500E+2}})")
            .find(R"(<value value="1.500E+2"/>)") != std::string::npos);
}

TEST_CASE("resources stand in the element that names their role") {
  CHECK(content_of(R"("contained":[{"resourceType":"Group","id":"g"}])") ==
        R"(<contained><Group><id value="g"/></Group></contained>)");
}

TEST_CASE("every string comes back as it was, but for what XML cannot hold") {
  CHECK(content_of(R"("id":"<&>\"'\t\n\r é")") ==
        "<id value=\"&lt;&amp;&gt;&quot;'&#9;&#10;&#13; é\"/>");
  CHECK(content_of(R"("id":"a\u0000b\u001fc\uffff")") ==
        "<id value=\"a\xef\xbf\xbd"
        "b\xef\xbf\xbd"
        "c\xef\xbf\xbd\"/>");
}

TEST_CASE("a narrative is written as it is where it can stand in XML") {
  const std::string div =
      "<div xmlns=\"http://www.w3.org/1999/xhtml\"><p>a &amp; b</p>\n<br/></div>";
  CHECK(narrative_of(div) == div);
  CHECK(narrative_of(" " + div + "\n") == div);
  CHECK(narrative_of("<div>\x01\xef\xbf\xbf</div>") ==
        "<div xmlns=\"http://www.w3.org/1999/xhtml\">\xef\xbf\xbd\xef\xbf\xbd</div>");
  CHECK(narrative_of("<div>a</div>") == "<div xmlns=\"http://www.w3.org/1999/xhtml\">a</div>");
  CHECK(narrative_of("<div>&nbsp;&foo;&lt;& b;&#5;</div>") ==
        "<div xmlns=\"http://www.w3.org/1999/xhtml\">&#160;&amp;foo;&lt;&amp; b;&amp;#5;</div>");
}

TEST_CASE("what is no well-formed div becomes the text of one, and breaks nothing") {
  for (const std::string div :
       {"", "text", "<div>", "</text><x/>", "<div></div></text><text><div></div>", "<div><p></div>",
        "<p>a</p>", "<div xmlns=\"http://other\"/>", "<div a='1' a='2'/>", "<div a='<'/>",
        "<div><x:y/></div>", "<div>]]></div>", "<!DOCTYPE a><div/>", "<div><!-- a -- b --></div>",
        "<div/><div/>", "<divider/>", "<div", "<div><![CDATA[</div>"}) {
    CAPTURE(div);
    std::string expected = "<div xmlns=\"http://www.w3.org/1999/xhtml\">";
    for (const char c : div) {
      expected += c == '<' ? "&lt;" : c == '>' ? "&gt;" : c == '"' ? "&quot;" : std::string(1, c);
    }
    CHECK(narrative_of(div) == expected + "</div>");
  }
}

TEST_CASE("unknown members follow the known ones; what is no name in XML is left out") {
  CHECK(
      content_of(R"("shoe":{"size":[1,2],"id":"s"},"a b":"x","<x/>":1,"":2,"__id":{},"id":"1")") ==
      R"(<id value="1"/><shoe id="s"><size value="1"/><size value="2"/></shoe>)");
  CHECK(xml_of(R"({"resourceType":"Shoe","id":"1"})").ends_with(R"(<id value="1"/></Shoe>)"));
  CHECK(xml_of(R"({"resourceType":"A B"})").empty());
  CHECK(xml_of("[]").empty());
}

TEST_CASE("trees that FHIR does not allow are written without a crash") {
  for (const std::string members :
       {R"("name":"x")", R"("name":[["x"]])", R"("birthDate":{"a":1})", R"("birthDate":[null])",
        R"("contained":["x",{},{"resourceType":"<"}])", R"("_birthDate":"x")", R"("_name":[1])",
        R"("text":"x")", R"("text":{"div":{"a":1}})", R"("id":{"a":{}})", R"("extension":{})",
        R"("x":{"resourceType":"Patient"})", R"("name":[{"id":1}])", R"("active":null)"}) {
    CAPTURE(members);
    const std::string json = json_of(xml_of(R"({"resourceType":"Patient",)" + members + "}"));
    CHECK(json.find("The body is not XML") == std::string::npos);
  }
}

TEST_CASE("pretty XML is indented by two spaces a level") {
  CHECK(xml_of(R"({"resourceType":"Patient","active":true,"name":[{"text":"a"}]})", true) ==
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Patient xmlns=\"http://hl7.org/fhir\">\n"
        "  <active value=\"true\"/>\n  <name>\n    <text value=\"a\"/>\n  </name>\n</Patient>\n");
}
