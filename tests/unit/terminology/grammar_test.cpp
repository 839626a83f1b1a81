// Code systems that are judged by a grammar.
#include <doctest/doctest.h>

#include "terminology/code_text.h"
#include "terminology/language_tag.h"
#include "terminology/media_type.h"

using terminology::is_language_tag;
using terminology::is_media_type;

TEST_CASE("Tags that RFC 5646 gives as examples are language tags") {
  for (const char* tag : {"de",
                          "i-enochian",
                          "zh-Hant",
                          "sr-Cyrl",
                          "zh-cmn-Hans-CN",
                          "cmn-Hans-CN",
                          "yue-HK",
                          "sr-Latn-RS",
                          "sl-rozaj",
                          "sl-rozaj-biske",
                          "de-CH-1901",
                          "sl-IT-nedis",
                          "hy-Latn-IT-arevela",
                          "de-DE",
                          "es-419",
                          "de-CH-x-phonebk",
                          "az-Arab-x-AZE-derbend",
                          "x-whatever",
                          "qaa-Qaaa-QM-x-southern",
                          "en-US-u-islamcal",
                          "zh-CN-a-myext-x-private",
                          "en-a-myext-b-another",
                          "EN-us",
                          "no-bok"})
    CHECK_MESSAGE(is_language_tag(tag), tag);
}

TEST_CASE("Tags that break the grammar of RFC 5646 are none") {
  for (const char* tag : {"", "e", "de-", "-de", "de--CH", "de_CH", "de-419-DE", "a-DE", "123",
                          "en-x", "en-a", "toolonglanguage", "en-toolongsubtag", "en us", "x"})
    CHECK_MESSAGE(!is_language_tag(tag), tag);
}

TEST_CASE("A general language serves a special one and the reverse; others do not") {
  CHECK(terminology::language_serves("de", "de-CH"));
  CHECK(terminology::language_serves("de-CH", "de"));
  CHECK(terminology::language_serves("DE", "de"));
  CHECK_FALSE(terminology::language_serves("de", "deu"));
  CHECK_FALSE(terminology::language_serves("", "de"));
}

TEST_CASE("Types with and without parameters are media types") {
  for (const char* type :
       {"text/plain", "application/fhir+json", "application/vnd.ms-excel",
        "text/html; charset=UTF-8", "text/html;charset=\"utf-8\"",
        "multipart/mixed; boundary=\"a;b\\\"c\"; x=y", "image/svg+xml", "xml", "json", "ttl"})
    CHECK_MESSAGE(is_media_type(type), type);
}

TEST_CASE("What has no type, no subtype or broken parameters is no media type") {
  for (const char* type :
       {"", "text", "text/", "/plain", "text/pl ain", "te xt/plain", "text/plain; charset",
        "text/plain; =x", "text/plain; a=\"open", "text/plain charset=x", "a/b/c"})
    CHECK_MESSAGE(!is_media_type(type), type);
}

TEST_CASE("Codes that differ in case only have one hash") {
  CHECK(terminology::code_hash("LongishCode-17") == terminology::code_hash("lONGISHcODE-17"));
  CHECK(terminology::code_hash("a") != terminology::code_hash("b"));
  CHECK(terminology::equals_ignoring_case("aB", "Ab"));
  CHECK_FALSE(terminology::equals_ignoring_case("ab", "abc"));
}
