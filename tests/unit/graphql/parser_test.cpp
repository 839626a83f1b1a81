// https://spec.graphql.org/June2018/#sec-Language
#include "src/graphql/parser.h"

#include "fixture.h"
#include "src/graphql/lexer.h"
#include "src/graphql/limits.h"

using namespace server::graphql;

namespace {

Document parsed(std::string_view source) {
  auto document = parse(source);
  if (!document) FAIL(document.error().issue.diagnostics);
  return *std::move(document);
}

/// The place of the error: "line:column".
std::string refused_at(std::string_view source) {
  const auto document = parse(source);
  if (document) return "accepted";
  return std::to_string(document.error().issue.line) + ":" +
         std::to_string(document.error().issue.column);
}

std::string string_value(std::string_view literal) {
  const std::string source = "{a(b:" + std::string(literal) + ")}";
  return parsed(source).operations[0].selections[0].arguments[0].value.text;
}

}  // namespace

TEST_CASE("commas, white space, line ends and comments mean nothing") {
  const Document document = parsed("\xef\xbb\xbf{a,b , c\r\n#d }\n,e\t}");
  const auto& selections = document.operations.at(0).selections;
  REQUIRE(selections.size() == 4);
  CHECK(selections[3].name == "e");
  CHECK(selections[3].at.line == 3);
  CHECK(selections[3].at.column == 2);
}

TEST_CASE("an operation has a kind, a name, variables, directives and selections") {
  const Document document = parsed(
      "query q($a: [Int!]! = [1 -2], $b: ID) @x(y: 1) { z: f(a: $a, b: {c: null, d: E}) @i { g } }"
      "mutation m { h } fragment F on T { ...F ... on U { j } ... @k { l } }");
  const Operation& operation = document.operations.at(0);
  CHECK(operation.name == "q");
  CHECK(operation.variables.at(0).type.non_null);
  CHECK(operation.variables[0].type.item.at(0).name == "Int");
  CHECK(operation.variables[0].default_value->items.at(1).text == "-2");
  const Selection& field = operation.selections.at(0);
  CHECK(field.response_key() == "z");
  CHECK(field.argument("a")->value.kind == ValueKind::variable);
  CHECK(field.argument("b")->value.items.at(0).kind == ValueKind::null);
  CHECK(field.argument("b")->value.items.at(1).kind == ValueKind::enumeration);
  CHECK(document.operations.at(1).kind == OperationKind::mutation);
  const Fragment& fragment = document.fragments.at(0);
  CHECK(fragment.selections.at(0).kind == SelectionKind::spread);
  CHECK(fragment.selections.at(1).name == "U");
  CHECK(fragment.selections.at(2).name.empty());
}

TEST_CASE("keywords are names where a name stands") {
  CHECK(parsed("{ query fragment on type: null(true: true) }").operations[0].selections.size() ==
        4);
}

TEST_CASE("numbers") {
  for (const char* good : {"0", "-0", "12", "1.5", "1e3", "-1.5E-3"}) {
    CAPTURE(good);
    CHECK(parse("{a(b:" + std::string(good) + ")}"));
  }
  for (const char* bad : {"00", "01", "-", "1.", ".5", "1e", "1x", "1.2.3", "+1", "0x1"}) {
    CAPTURE(bad);
    CHECK_FALSE(parse("{a(b:" + std::string(bad) + ")}"));
  }
}

TEST_CASE("strings and their escapes") {
  CHECK(string_value(R"("a\"\\\/\b\f\n\r\t")") == "a\"\\/\b\f\n\r\t");
  CHECK(string_value(R"("\u00e9\u20ac\ud83d\ude00")") == "é€😀");
  CHECK(string_value(R"("# no comment")") == "# no comment");
  for (const char* bad :
       {R"("\x")", R"("\u12")", R"("\ud800")", R"("\udc00")", "\"a\nb\"", "\"a"}) {
    CAPTURE(bad);
    CHECK_FALSE(parse("{a(b:" + std::string(bad) + ")}"));
  }
}

TEST_CASE("block strings lose their indentation and the blank lines at both ends") {
  CHECK(block_string_value("\n    Hello,\n      World!\n\n    Yours,\n      GraphQL.\n  ") ==
        "Hello,\n  World!\n\nYours,\n  GraphQL.");
  CHECK(string_value("\"\"\"a \\\"\"\" \\n b\"\"\"") == "a \"\"\" \\n b");
  CHECK_FALSE(parse("{a(b:\"\"\"x)}"));
}

TEST_CASE("an error names line and column in characters") {
  CHECK(refused_at("{ a\n  é }") == "2:3");
  CHECK(refused_at("{ a(b: \"é\" }") == "1:12");
  CHECK(refused_at("") == "1:1");
  CHECK(refused_at("{ }") == "1:3");
  CHECK(refused_at("{ a() }") == "1:5");
  CHECK(refused_at("{ a } }") == "1:7");
  CHECK(refused_at("query ($a: Int = $b) { a }") == "1:18");
  CHECK(refused_at("fragment on on T { a }") == "1:10");
}

TEST_CASE("a document that is not UTF-8 is refused: what it says comes back in answers") {
  CHECK(parse("{ a(b: \"\xff\") }").error().issue.type == fhir::IssueType::structure);
  CHECK(parse("{ a(b: \"\xed\xa0\x80\") }").error().issue.type == fhir::IssueType::structure);
}

TEST_CASE("definitions of a schema are no part of a request") {
  CHECK(parse("type T { a: Int }").error().issue.type == fhir::IssueType::not_supported);
}

TEST_CASE("size and depth are limited") {
  std::string deep;
  for (int i = 0; i < 10'000; ++i) deep += "{a";
  CHECK(parse(deep).error().issue.type == fhir::IssueType::too_costly);
  CHECK(parse("{a(b:" + std::string(10'000, '[') + ")}").error().issue.type ==
        fhir::IssueType::too_costly);
  CHECK(parse("query($a:" + std::string(10'000, '[') + "){a}").error().issue.type ==
        fhir::IssueType::too_costly);
  std::string wide = "{";
  for (std::size_t i = 0; i <= k_nodes_max; ++i) wide += "a ";
  CHECK(parse(wide + "}").error().issue.type == fhir::IssueType::too_costly);
  CHECK(parse(std::string(k_document_bytes_max + 1, ' ')).error().issue.type ==
        fhir::IssueType::too_long);
}
