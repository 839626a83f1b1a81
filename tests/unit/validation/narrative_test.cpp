#include <doctest/doctest.h>

#include <string>

#include "fhir/validation/narrative.h"

using fhir::validation::check_narrative;
using fhir::validation::NarrativeFault;

namespace {

std::string div(const std::string& inside) {
  return "<div xmlns=\"http://www.w3.org/1999/xhtml\">" + inside + "</div>";
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
