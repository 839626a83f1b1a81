// RFC 8259 and https://hl7.org/fhir/R4/json.html
#include "fhir/formats/json_document.h"

#include <doctest/doctest.h>

#include <string>

#include "fhir/formats/json_writer.h"

using fhir::json::Document;

namespace {

fhir::Issue refusal(std::string text, fhir::json::ReadOptions options = {}) {
  auto document = Document::read(std::move(text), options);
  REQUIRE_FALSE(document.has_value());
  return document.error();
}

std::string round_trip(std::string text) {
  auto document = Document::read(std::move(text));
  REQUIRE(document.has_value());
  return fhir::json::to_string(document->root());
}

}  // namespace

TEST_CASE("numbers keep their lexical form") {
  for (const char* number :
       {"1.0", "1.00", "-0", "0.10", "1e3", "1E+03", "123456789012345678901234567890.5", "5"}) {
    CHECK(round_trip(number) == number);
    CHECK(round_trip("[" + std::string(number) + "," + number + "]") ==
          "[" + std::string(number) + "," + number + "]");
    CHECK(round_trip("{\"a\":" + std::string(number) + "}") ==
          "{\"a\":" + std::string(number) + "}");
  }
}

TEST_CASE("strings are decoded, and written with the escapes JSON needs") {
  auto document = Document::read(R"({"a":"\u00e9\n\"\\\/\ud83d\ude00"})");
  REQUIRE(document.has_value());
  CHECK(document->root().string_at("a") == "\xc3\xa9\n\"\\/\xf0\x9f\x98\x80");
  CHECK(fhir::json::to_string(document->root()) ==
        "{\"a\":\"\xc3\xa9\\n\\\"\\\\/\xf0\x9f\x98\x80\"}");
  CHECK(round_trip("\"\\u0000\\u001f\"") == "\"\\u0000\\u001f\"");
}

TEST_CASE("members keep their order") {
  CHECK(round_trip(R"( { "z" : 1 , "a" : [ true , false , null ] , "m" : { } , "n" : [ ] } )") ==
        R"({"z":1,"a":[true,false,null],"m":{},"n":[]})");
}

TEST_CASE("siblings are marked on their object") {
  auto document = Document::read(R"({"a":{"_b":null},"c":{"b":1}})");
  CHECK(document->root().find("a")->has_siblings());
  CHECK_FALSE(document->root().find("c")->has_siblings());
  CHECK_FALSE(document->root().has_siblings());
}

TEST_CASE("a duplicate key is refused where it stands") {
  auto issue = refusal("{\"a\":1,\n  \"b\":2,\n  \"a\":3}");
  CHECK(issue.type == fhir::IssueType::structure);
  CHECK(issue.line == 3);
  CHECK(issue.column == 3);
  std::string many = "{";
  for (int i = 0; i < 100; ++i) many += "\"k" + std::to_string(i) + "\":1,";
  CHECK(refusal(many + "\"k7\":1}").type == fhir::IssueType::structure);
  CHECK(round_trip(many + "\"x\":1}").size() > 100);
}

TEST_CASE("trailing data are refused") {
  CHECK(refusal("{} {}").column == 4);
  CHECK(refusal("{},").type == fhir::IssueType::structure);
  CHECK(refusal(std::string("{}\0", 3)).type == fhir::IssueType::structure);
  CHECK(refusal(std::string("{}\0{}", 5)).type == fhir::IssueType::structure);
  CHECK(round_trip("{} \n\t ") == "{}");
}

TEST_CASE("what is not JSON is refused with line and column") {
  auto issue = refusal("{\n  \"a\": tru\n}");
  CHECK(issue.type == fhir::IssueType::structure);
  CHECK(issue.line == 2);
  for (const char* text :
       {"",       " ",       "{",           "[1,]",  "{\"a\"}", "{a:1}",         "'a'",
        "01",     "1.",      ".5",          "+1",    "NaN",     "nul",           "\"a",
        "\"\t\"", "\"\\x\"", "\"\\ud800\"", "[1 2]", "// c\n1", "\xef\xbb\xbf{}"})
    CHECK_MESSAGE(refusal(text).type == fhir::IssueType::structure, text);
}

TEST_CASE("an escape of half a character is refused, whichever half") {
  CHECK(refusal(R"({"a":"\ud800x"})").type == fhir::IssueType::structure);
  CHECK(refusal(R"({"a":"\udc00x"})").type == fhir::IssueType::structure);
  CHECK(refusal(R"({"\udc00":1})").column == 2);
  CHECK(refusal(R"(["\u00e9","\udfff\ud83d\ude00"])").column == 11);
}

TEST_CASE("columns count characters, not bytes") {
  auto issue = refusal("{\"\xc3\xa9\xc3\xa9\":1,\"a\":1,\"a\":1}");
  CHECK(issue.column == 15);
}

TEST_CASE("invalid UTF-8 is refused where it stands") {
  auto issue = refusal("{\"a\":\n\"\xc3\x28\"}");
  CHECK(issue.line == 2);
  CHECK(issue.column == 2);
  for (const char* text :
       {"\"\xff\"", "\"\xc0\x80\"", "\"\xed\xa0\x80\"", "\"\xf4\x90\x80\x80\"", "\"\xe2\x82\""})
    CHECK(refusal(text).type == fhir::IssueType::structure);
}

TEST_CASE("nesting beyond the limit is refused, and as deep as the limit is read") {
  CHECK(refusal(std::string(10'000, '[') + std::string(10'000, ']')).type ==
        fhir::IssueType::too_long);
  CHECK(refusal(std::string(100'000, '{')).type !=
        fhir::IssueType::too_long);  // broken before it is deep
  std::string deep;
  for (int i = 0; i < 100'000; ++i) deep += "{\"a\":";
  CHECK(refusal(deep).type == fhir::IssueType::too_long);
  CHECK(round_trip(std::string(200, '[') + std::string(200, ']')).size() == 400);
}

TEST_CASE("a text longer than the limit is refused unread") {
  fhir::json::ReadOptions options;
  options.bytes_max = 10;
  CHECK(refusal("[1,2,3,4,5,6]", options).situation == fhir::Situation::too_large);
}

TEST_CASE("positions of values point at their first character") {
  auto document = Document::read("{\n \"a\": [\n  \"x\",\n  12, true, {\"b\":null}]}");
  REQUIRE(document.has_value());
  auto items = document->root().find("a")->items();
  auto at = [&](const fhir::json::Value& value) {
    auto position = document->position(value.offset());
    return std::pair{position.line, position.column};
  };
  CHECK(at(*document->root().find("a")) == std::pair{2u, 7u});
  CHECK(at(items[0]) == std::pair{3u, 3u});
  CHECK(at(items[1]) == std::pair{4u, 3u});
  CHECK(at(items[2]) == std::pair{4u, 7u});
  CHECK(at(items[3]) == std::pair{4u, 13u});
  CHECK(at(*items[3].find("b")) == std::pair{4u, 18u});
}

TEST_CASE("positions are right after strings with escaped line breaks") {
  auto document = Document::read("{\"a\":\"1\\n2\\n3\",\n\"b\":7}");
  CHECK(document->position(document->root().find("b")->offset()).line == 2);
}

TEST_CASE("every truncation of a text is refused or read, never worse") {
  const std::string text =
      R"({"resourceType":"Patient","name":[{"given":["A\u00e9"],"_given":[null]}],"n":-1.5e3,"t":true})";
  for (std::size_t i = 0; i < text.size(); ++i)
    CHECK_FALSE(Document::read(text.substr(0, i)).has_value());
  for (std::size_t i = 0; i < text.size(); ++i) {
    for (char c : {'\0', '"', '{', '}', '\\', '\xff', ','}) {
      std::string changed = text;
      changed[i] = c;
      auto document = Document::read(changed);
      if (!document) CHECK(document.error().line >= 1);
    }
  }
}

TEST_CASE("a pretty text indents by two spaces") {
  auto document = Document::read(R"({"a":[1,{}],"b":{"c":"d"}})");
  CHECK(fhir::json::to_string(document->root(), true) ==
        "{\n  \"a\": [\n    1,\n    {}\n  ],\n  \"b\": {\n    \"c\": \"d\"\n  }\n}");
}

TEST_CASE("the builder keeps track of commas") {
  std::string out;
  fhir::json::Builder builder(out);
  builder.begin_object()
      .string("a", "x")
      .number("b", -5)
      .key("c")
      .begin_array()
      .boolean(true)
      .string("y")
      .end_array();
  builder.key("d").begin_object().end_object().raw("e", "1.50").end_object();
  CHECK(out == R"({"a":"x","b":-5,"c":[true,"y"],"d":{},"e":1.50})");
}

TEST_CASE("a control character is refused wherever it stands in a string") {
  for (char code = 0; code < 0x20; ++code) {
    for (const std::size_t at : {0, 1, 15, 16, 17, 40, 62}) {
      for (const std::string_view start : {"", "\\n"}) {
        std::string text(63, 'a');
        text[at] = code;
        CAPTURE(static_cast<int>(code));
        const auto document = Document::read("[\"x" + std::string(start) + text + "\"]");
        REQUIRE_FALSE(document);
        CHECK(document.error().type == fhir::IssueType::structure);
        CHECK(document.error().line >= 1);
      }
    }
  }
}
