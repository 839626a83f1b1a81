// RFC 5261
#include "fhir/patch/xml_patch.h"

#include "tests/unit/patch/support.h"

namespace {

using patch_test::refusal;

const std::string k_patient =
    R"(<Patient xmlns="http://hl7.org/fhir"><name><use value="official"/><family value="A"/></name>)"
    R"(<name><family value="B"/></name><active value="true"/></Patient>)";

std::string patched(const std::string& target, const std::string& operations) {
  const auto result = fhir::patch::apply_xml_patch(
      target, R"(<diff xmlns:f="http://hl7.org/fhir" xmlns="http://hl7.org/fhir">)" + operations +
                  "</diff>");
  return result ? *result : refusal(result.error());
}

bool is_refused(const std::string& answer, const std::string& how) {
  return answer.starts_with("error " + how);
}

bool has(const std::string& text, const std::string& piece) {
  return text.find(piece) != std::string::npos;
}

}  // namespace

TEST_CASE("the sel selector MUST yield a single, unique node") {
  CHECK(is_refused(patched(k_patient, R"(<remove sel="f:Patient/f:name"/>)"), "422"));
  CHECK(is_refused(patched(k_patient, R"(<remove sel="f:Patient/f:contact"/>)"), "422"));
  CHECK(!has(patched(k_patient, R"(<remove sel="f:Patient/f:name[2]"/>)"), "\"B\""));
}

TEST_CASE("predicates select by position, by attribute and by child") {
  for (const char* selector :
       {"/f:Patient/f:name[1]", "f:Patient/f:name[f:use/@value='official']",
        "f:Patient/f:name[f:family/@value='A']", "f:Patient/*[f:use]", "*/name[use]",
        "//f:name[f:use][1]", "f:Patient/f:name[f:use and f:family/@value='A']",
        "f:Patient/f:name/f:use/.."}) {
    CAPTURE(selector);
    const std::string left = patched(k_patient, "<remove sel=\"" + std::string(selector) + "\"/>");
    CHECK(!has(left, "\"A\""));
    CHECK(has(left, "\"B\""));
  }
  CHECK(!has(patched(k_patient, R"(<remove sel="f:Patient/f:name[last()]"/>)"), "\"B\""));
}

TEST_CASE("a value is replaced, an attribute added, content put before and behind") {
  CHECK(has(patched(k_patient, R"(<replace sel="f:Patient/f:active/@value">false</replace>)"),
            R"(<active value="false")"));
  CHECK(has(patched(k_patient, R"(<add sel="f:Patient/f:active" type="@id">a"b</add>)"),
            R"(id="a&quot;b")"));
  CHECK(is_refused(patched(k_patient, R"(<add sel="f:Patient/f:active" type="@value">x</add>)"),
                   "422"));
  CHECK(
      has(patched(k_patient, R"(<add sel="f:Patient/f:active" pos="before"><id value="1"/></add>)"),
          R"(<id value="1"/><active)"));
  CHECK(has(patched(k_patient,
                    R"(<add sel="f:Patient/f:name[2]" pos="after"><gender value="male"/></add>)"),
            R"(<gender value="male"/><active)"));
  CHECK(
      has(patched(k_patient, R"(<add sel="f:Patient" pos="prepend"><id value="1"/><meta/></add>)"),
          R"(fhir"><id value="1"/><meta/><name>)"));
  CHECK(has(
      patched(k_patient, R"(<replace sel="f:Patient/f:active"><gender value="male"/></replace>)"),
      R"(<gender value="male"/></Patient>)"));
}

TEST_CASE("names keep the namespaces that they had in the patch") {
  const auto result = fhir::patch::apply_xml_patch(
      k_patient,
      R"(<d xmlns:x="http://hl7.org/fhir"><add sel="x:Patient"><x:gender value="male"/></add></d>)");
  REQUIRE(result);
  CHECK(has(*result, R"(<x:gender value="male" xmlns:x="http://hl7.org/fhir"/>)"));
  CHECK(is_refused(patched(k_patient, R"(<remove sel="q:Patient/q:active"/>)"), "400"));
}

TEST_CASE("what a patch does not touch keeps its bytes") {
  const std::string target =
      R"(<Patient xmlns="http://hl7.org/fhir"><text><div xmlns="http://www.w3.org/1999/xhtml">a &lt; b &#160; <b title='x'>c</b>  d</div></text><active value="true"/></Patient>)";
  const std::string left = patched(target, R"(<remove sel="f:Patient/f:active"/>)");
  CHECK(has(left, R"(a &lt; b &#160; <b title="x">c</b>  d</div>)"));
}

TEST_CASE("white space beside what is removed goes where the patch says so") {
  const std::string target = "<a>\n <b/>\n <c/>\n</a>";
  const auto result =
      fhir::patch::apply_xml_patch(target, R"(<d><remove sel="a/b" ws="before"/></d>)");
  REQUIRE(result);
  CHECK(*result == "<a>\n <c/>\n</a>");
  CHECK_FALSE(
      fhir::patch::apply_xml_patch("<a><b/></a>", R"(<d><remove sel="a/b" ws="both"/></d>)"));
}

TEST_CASE("the root stays one element") {
  CHECK(is_refused(patched(k_patient, R"(<remove sel="f:Patient"/>)"), "422"));
  CHECK(is_refused(patched(k_patient, R"(<add sel="f:Patient" pos="after"><Patient/></add>)"),
                   "422"));
}

TEST_CASE("hostile patches are refused") {
  CHECK(is_refused(patched(k_patient, ""), "400"));
  CHECK(is_refused(patched(k_patient, "<spread sel='f:Patient'/>"), "400"));
  CHECK(is_refused(patched(k_patient, "<remove/>"), "400"));
  for (const char* selector : {"f:Patient[", "f:Patient]", "", "@", "f:Patient/f:name[f:use='x",
                               "f:", "f:Patient//", "id('x'", "f:Patient[1 or 2]", "count(*)"}) {
    CAPTURE(selector);
    CHECK(is_refused(patched(k_patient, "<remove sel=\"" + std::string(selector) + "\"/>"), "400"));
  }
  std::string deep;
  for (int i = 0; i < 100'000; ++i) deep += "<a>";
  for (int i = 0; i < 100'000; ++i) deep += "</a>";
  CHECK(is_refused(patched(k_patient, "<add sel=\"f:Patient\">" + deep + "</add>"), "too-long"));
  std::string nested = "f:Patient";
  for (int i = 0; i < 100; ++i) nested += "[f:name";
  CHECK(is_refused(patched(k_patient, "<remove sel=\"" + nested + "\"/>"), "400"));
  std::string wide = "<a>";
  for (int i = 0; i < 3'000; ++i) wide += "<b/>";
  wide += "</a>";
  const auto costly =
      fhir::patch::apply_xml_patch(wide, R"(<d><remove sel="//b[..//b[..//b='x']]"/></d>)");
  REQUIRE_FALSE(costly);
  CHECK(costly.error().type == fhir::IssueType::too_costly);
}
