// XML with what FHIR does not allow, read by whoever would tell all that is wrong with it.
#include "xml_support.h"

using namespace xml_test;

namespace {

struct Reading {
  std::string json;  // empty: refused
  std::vector<fhir::Issue> issues;
};

/// The content of a Patient, beginning on line 2.
Reading read(const std::string& content) {
  fhir::IssueList found;
  fhir::XmlReadOptions options;
  options.faults = &found;
  const std::string text = "<Patient xmlns=\"http://hl7.org/fhir\">\n" + content + "</Patient>";
  const auto document = fhir::read_xml(text, core(), options);
  Reading reading;
  if (document) reading.json = fhir::json::to_string(document->root());
  reading.issues = std::move(found.issues());
  return reading;
}

struct Case {
  std::string content;
  std::string expected;  // the members besides resourceType
  std::string expression;
};

}  // namespace

TEST_CASE("what FHIR does not allow is left out and told, and the rest is read") {
  const std::vector<Case> cases = {
      {"<gender something='that' value='male'/><active value='true'/>",
       R"("gender":"male","active":true)", "Patient.gender"},
      {"<name>text<family value='A'/></name>", R"("name":[{"family":"A"}])", "Patient.name[0]"},
      {"<name url='b'><family value='A'/></name>", R"("name":[{"family":"A"}])", "Patient.name[0]"},
      {"<name value='b'><family value='A'/></name>", R"("name":[{"family":"A"}])",
       "Patient.name[0]"},
      {"<name><id value='b'/><family value='A'/></name>", R"("name":[{"family":"A"}])",
       "Patient.name[0].id"},
      {"<x xmlns='urn:other'/><active value='true'/>", R"("active":true)", "Patient"},
      {"<text><status value='empty'/><div/></text>", R"("text":{"status":"empty"})",
       "Patient.text.div"},
      {"<contained a='b'><Basic><id value='c'/></Basic></contained>",
       R"("contained":[{"resourceType":"Basic","id":"c"}])", "Patient.contained[0]"},
      {"<contained><Basic><id value='c'/></Basic><Basic/></contained>",
       R"("contained":[{"resourceType":"Basic","id":"c"}])", "Patient.contained[0]"},
  };
  for (const Case& one : cases) {
    CAPTURE(one.content);
    const Reading reading = read(one.content);
    CHECK(reading.json == R"({"resourceType":"Patient",)" + one.expected + "}");
    REQUIRE(reading.issues.size() == 1);
    CHECK(reading.issues[0].severity == fhir::Severity::error);
    CHECK(reading.issues[0].type == fhir::IssueType::structure);
    CHECK(reading.issues[0].expression == one.expression);
    CHECK(reading.issues[0].line == 2);
    // Without a place for them the first fault is the end of it.
    CHECK_FALSE(fhir::read_xml(
                    "<Patient xmlns=\"http://hl7.org/fhir\">" + one.content + "</Patient>", core())
                    .has_value());
  }
}

TEST_CASE("faults come in the order of the text, each in its place") {
  const Reading reading = read(
      "<name><family a='1' value='A'/></name>\n<active b='2' value='true'/>\n"
      "<name><family c='3' value='B'/></name>");
  REQUIRE(reading.issues.size() == 3);
  CHECK(reading.issues[0].expression == "Patient.name[0].family");
  CHECK(reading.issues[1].expression == "Patient.active");
  CHECK(reading.issues[2].expression == "Patient.name[1].family");
  CHECK(reading.issues[0].column == 15);
  CHECK(reading.issues[1].line == 3);
  CHECK(reading.issues[2].line == 4);
}

TEST_CASE("what no XML may hold is read as U+FFFD") {
  const Reading reading = read("<id value='a\xff'/><language value='b\x01'/>");
  CHECK(reading.json ==
        "{\"resourceType\":\"Patient\",\"id\":\"a\xef\xbf\xbd\",\"language\":\"b\xef\xbf\xbd\"}");
  REQUIRE(reading.issues.size() == 2);
  CHECK(reading.issues[0].line == 2);
  CHECK(reading.issues[1].column > 1);
}

TEST_CASE("what is not well-formed, and faults without an end, are refused all the same") {
  CHECK(read("<active value='true'>").json.empty());
  CHECK(read("<active value='&none;'/>").json.empty());
  CHECK(read("<active value='true' value='true'/>").json.empty());
  std::string many;
  for (std::size_t i = 0; i < fhir::k_read_faults_max; ++i) many += "<active a='b'/>";
  CHECK_FALSE(read(many).json.empty());
  CHECK(read(many + "<active a='b'/>").json.empty());
}

TEST_CASE("another root is refused even where faults are kept") {
  fhir::IssueList found;
  fhir::XmlReadOptions options;
  options.faults = &found;
  CHECK_FALSE(fhir::read_xml("<Patient xmlns='urn:other'/>", core(), options).has_value());
  CHECK_FALSE(fhir::read_xml("<!DOCTYPE a><Patient xmlns='http://hl7.org/fhir'/>", core(), options)
                  .has_value());
}
