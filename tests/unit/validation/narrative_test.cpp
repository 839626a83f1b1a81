#include <doctest/doctest.h>

#include <string>

#include "fhir/validation/narrative.h"
#include "support.h"

using fhir::validation::check_narrative;
using fhir::validation::NarrativeFault;

namespace {

std::string div(const std::string& inside) {
  return "<div xmlns=\"http://www.w3.org/1999/xhtml\">" + inside + "</div>";
}

/// A patient with a contained organization `o`, an element `name-1`, and a narrative.
std::string patient(const std::string& inside) {
  return R"({"resourceType":"Patient","id":"p","contained":[{"resourceType":"Organization","id":"o",
    "name":"x"}],"managingOrganization":{"reference":"#o"},"name":[{"id":"name-1","family":"x"}],
    "text":{"status":"generated","div":"<div xmlns='http://www.w3.org/1999/xhtml'>)" +
         inside + R"(</div>"}})";
}

std::string bundle(const std::string& type, const std::string& resource) {
  return R"({"resourceType":"Bundle","type":")" + type +
         R"(","entry":[{"fullUrl":"urn:uuid:c757873d-ec9a-4326-a141-556f43239520","resource":)" +
         resource + R"(,"request":{"method":"POST","url":"Patient"}}]})";
}

}  // namespace

TEST_CASE("a narrative has the elements and attributes of basic HTML") {
  for (const char* inside :
       {"text", "<p class=\"a\">x</p>", "<a href='http://a'>x</a>",
        "<table border=\"1\"><tr><td colspan=\"2\">x</td></tr></table>",
        "<img src=\"#a\" alt=\"b\"/>", "a&#160;b &lt; c", "<!-- note -->x", "<br/>x",
        "<b style=\"color: red\">x</b>", "<ul><li>x</li></ul>", "<var>x</var>", "<![CDATA[x]]>"}) {
    CAPTURE(inside);
    CHECK(check_narrative(div(inside)) == NarrativeFault::none);
  }
  CHECK(check_narrative(" <div>x</div>\n") == NarrativeFault::none);
}

TEST_CASE("a narrative has no scripts, forms, frames or events") {
  for (const char* inside : {"<script>x</script>", "<form>x</form>", "<iframe>x</iframe>",
                             "<object>x</object>", "<input/>x", "<P>x</P>"}) {
    CAPTURE(inside);
    CHECK(check_narrative(div(inside)) == NarrativeFault::element);
  }
  for (const char* inside :
       {"<p onclick=\"x\">x</p>", "<p href=\"x\">x</p>", "<a foo=\"x\">x</a>"}) {
    CAPTURE(inside);
    CHECK(check_narrative(div(inside)) == NarrativeFault::attribute);
  }
}

TEST_CASE("a narrative is one well-formed div") {
  for (const char* text :
       {"", "x", "<div>x", "<div>x</p>", "<div>x</div><div>y</div>", "<div>x</div>y",
        "<div a=b>x</div>", "<div a>x</div>", "<div>a & b</div>", "<div>&amp</div>",
        "<div><p>x</div></p>", "<div", "<", "<div>x</div", "<div><!-- x</div>", "</div>",
        "<div a=\"<\">x</div>", "<div a='1'b='2'>x</div>"}) {
    CAPTURE(text);
    CHECK(check_narrative(text) == NarrativeFault::malformed);
  }
  CHECK(check_narrative("<p>x</p>") == NarrativeFault::not_a_div);
  CHECK(check_narrative("<div xmlns=\"http://other\">x</div>") == NarrativeFault::not_a_div);
  CHECK(check_narrative("<!DOCTYPE html><div>x</div>") == NarrativeFault::declaration);
  CHECK(check_narrative("<?xml version='1.0'?><div>x</div>") == NarrativeFault::declaration);
}

TEST_CASE("a narrative has some content that is no whitespace") {
  CHECK(check_narrative(div("")) == NarrativeFault::without_content);
  CHECK(check_narrative(div(" <p>\n</p> ")) == NarrativeFault::without_content);
  CHECK(check_narrative("<div/>") == NarrativeFault::without_content);
  CHECK(check_narrative(div("<img src='a'/>")) == NarrativeFault::none);
}

TEST_CASE("a narrative that nests without end is refused, not followed") {
  std::string text;
  for (int i = 0; i < 100000; ++i) text += "<div>";
  CHECK(check_narrative(text) == NarrativeFault::malformed);
}

TEST_CASE("every cut of a narrative is malformed") {
  const std::string text = div("<p class='a'>x &amp; y<br/><!-- c --></p><![CDATA[z]]>");
  for (std::size_t size = 0; size < text.size(); ++size) {
    CAPTURE(size);
    CHECK(check_narrative(text.substr(0, size)) == NarrativeFault::malformed);
  }
}

TEST_CASE("a link within the resource leads to an id that is there") {
  for (const char* inside :
       {"<a href='#o'>x</a>", "<a href='#name-1'>x</a>", "<a href='#a'>x</a><p id='a'>x</p>",
        "<a name='b'>y</a><a href='#b'>x</a>", "<a href='#'>x</a>", "<img src='#o'/>"}) {
    CAPTURE(inside);
    CHECK(test::validate(patient(inside)).errors() == 0);
  }
  CHECK(test::validate(patient("<a href='#nowhere'>x</a>")).error().expression ==
        "Patient.text.div");
  CHECK(test::validate(patient("<img src='#nowhere'/>")).error().expression == "Patient.text.div");
}

TEST_CASE("a link that leads nowhere is a warning where resources are stored or shown") {
  const std::string broken = patient("<a href='#nowhere'>x</a>");
  fhir::validation::Options options;
  options.broken_links_refused = false;
  CHECK(test::validate(broken, options).has(fhir::Severity::warning, "Patient.text.div"));
  const std::string place = "Bundle.entry[0].resource/*Patient/p*/.text.div";
  CHECK(test::validate(bundle("searchset", broken)).has(fhir::Severity::warning, place));
  CHECK(test::validate(bundle("collection", broken)).has_error(place));
}

TEST_CASE("an image may refer to a contained resource, so that it need not be referred to else") {
  const auto with = [](const std::string& image) {
    return test::validate(
        R"({"resourceType":"Basic","code":{"text":"x"},"contained":[{"resourceType":"Binary","id":"b",
        "contentType":"image/png","data":"AAAA"}],"text":{"status":"generated",
        "div":"<div xmlns='http://www.w3.org/1999/xhtml'>x)" +
        image + R"(</div>"}})");
  };
  CHECK(with("<img src='#b' alt='x'/>").errors() == 0);
  CHECK(with("").has_error("Basic.contained[0]", "dom-3"));
}

TEST_CASE("a link leads to an address, not to a script or a name") {
  CHECK(test::validate(patient("<a href='https://example.org'>x</a>")).errors() == 0);
  CHECK(test::validate(patient("<a href='mailto:a@example.org'>x</a>")).errors() == 0);
  CHECK(test::validate(patient("<a href='Patient/1'>x</a>")).errors() == 0);
  CHECK(test::validate(patient("<a href='JavaScript:x()'>x</a>"))
            .has_error("Patient.text.div", "txt-1"));
  for (const char* written :
       {" javascript:x()", "&#106;avascript:x()", "java&#9;script:x()", "javascript&#x3A;x()",
        "&#32;VBScript:x()", "&#x1;javascript:x()", "javascript&colon;x()", "java\\tscript:x()"}) {
    CAPTURE(written);
    CHECK(test::validate(patient("<a href='" + std::string(written) + "'>x</a>"))
              .has_error("Patient.text.div", "txt-1"));
  }
  CHECK(
      test::validate(patient("<a href='https://example.org/?a=1&amp;b=2&nbsp;'>x</a>")).errors() ==
      0);
  const std::string urn = patient("<a href='urn:uuid:c757873d-ec9a-4326-a141-556f43239520'>x</a>");
  CHECK(test::validate(urn).error().expression == "Patient.text.div");
  // The server replaces it: https://hl7.org/fhir/R4/http.html#trules
  CHECK(test::validate(bundle("transaction", urn)).errors() == 0);
}
