// https://hl7.org/fhir/R4/search.html#text
#include "src/search/full_text.h"

#include <doctest/doctest.h>

using namespace server::search;

TEST_CASE("the words of a narrative are its text, parted where a reader sees them parted") {
  const FullText words = full_text_of(
      R"({"resourceType":"Basic","text":{"status":"generated","div":"<div xmlns=\"x\"><p>One<br/>two</p><!-- not > this --><img alt=\"not > this\"/><td>th<b>ree</b> &#233;&amp;&#xE9;</td></div>"},"id":"i"})");
  CHECK(words.narrative == "one two three e&e");
  CHECK(words.content == "basic i");
}

TEST_CASE("the content is every string, but not base64, nor what the server writes") {
  const std::string data(400, 'A');
  const FullText words = full_text_of(
      R"({"meta":{"versionId":"7","lastUpdated":"2020","tag":[{"code":"T"}]},"data":")" + data +
      R"(","n":5,"contained":[{"text":{"div":"<div>a<p>b</p></div>"}}]})");
  CHECK(words.content == "t a b");
}

TEST_CASE("what is no resource has no words") {
  CHECK(full_text_of("").content.empty());
  CHECK(full_text_of("[\"a\"]").content.empty());
}

TEST_CASE("characters of scripts without spaces stand alone") {
  CHECK(fold_words("\xE7\xB3\x96\xE5\xB0\xBF") == " \xE7\xB3\x96  \xE5\xB0\xBF ");
  CHECK(count_words(fold_words("\xE7\xB3\x96\xE5\xB0\xBF")) == 2);
  CHECK(count_words("one, two3-") == 2);
  CHECK(count_words(" -- \xE2\x80\x93") == 0);
}
