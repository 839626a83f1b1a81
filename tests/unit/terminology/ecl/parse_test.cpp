// https://docs.snomed.org/snomed-ct-specifications/snomed-ct-expression-constraint-language
#include "terminology/ecl/parse.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "terminology/ecl/metadata.h"

namespace {

using namespace terminology::ecl;

Expression read(const std::string& text) {
  CAPTURE(text);
  auto parsed = parse(text);
  if (!parsed) FAIL(text << ": " << parsed.error().diagnostics);
  return std::move(parsed).value();
}

/// The single sub-expression that a text is.
SubExpression read_sub(const std::string& text) {
  Expression expression = read(text);
  REQUIRE(expression.kind == Expression::Kind::single);
  return std::move(expression.operands.front());
}

std::string refusal(const std::string& text) {
  const auto parsed = parse(text);
  if (parsed) FAIL(text << " was read");
  return parsed.error().diagnostics;
}

}  // namespace

TEST_CASE("an expression constraint is a concept identifier with or without its term") {
  CHECK(read_sub("100001").id == 100001);
  CHECK(read_sub(" 100001 |Some (term), \"with\" brackets [ {| ").id == 100001);
  CHECK(read_sub("123456789012345678").id == 123456789012345678);
  CHECK(read_sub("*").focus == SubExpression::Focus::any);
  CHECK(read_sub("ANY").focus == SubExpression::Focus::any);
}

TEST_CASE("operators are read in brief and in long syntax, in any case") {
  const std::vector<std::tuple<std::string, std::string, Operator>> operators = {
      {"<", "descendantOf", Operator::descendant_of},
      {"<<", "descendantOrSelfOf", Operator::descendant_or_self_of},
      {"<!", "childOf", Operator::child_of},
      {"<<!", "childOrSelfOf", Operator::child_or_self_of},
      {">", "ancestorOf", Operator::ancestor_of},
      {">>", "ancestorOrSelfOf", Operator::ancestor_or_self_of},
      {">!", "parentOf", Operator::parent_of},
      {">>!", "parentOrSelfOf", Operator::parent_or_self_of},
      {"!!>", "top", Operator::top},
      {"!!<", "bottom", Operator::bottom}};
  for (const auto& [brief, full, op] : operators) {
    for (const std::string& text : {brief + "100001", brief + " (100001)", full + " 100001"})
      CHECK(read_sub(text).op == op);
  }
  CHECK(read_sub("DESCENDANTOF 100001").op == Operator::descendant_of);
  const SubExpression both = read_sub("< ^ 100001 |set|");
  CHECK(both.op == Operator::descendant_of);
  CHECK(both.is_member_of);
  CHECK(read_sub("memberOf 100001").is_member_of);
}

TEST_CASE("comments stand wherever white space may") {
  CHECK(read_sub("/* a */ < /* ( \" | */ 100001 /**/ |term /* of it */|\n/* end */").id == 100001);
  CHECK(refusal("100001 /* never ended").find("column 8") != std::string::npos);
}

TEST_CASE("an alternate identifier is read without, with and around quotes") {
  for (const char* text : {"LOINC#54486-6", "LOINC#\"54486-6\"", "\"LOINC#54486-6\" |its term|"}) {
    const SubExpression sub = read_sub(text);
    CHECK(sub.focus == SubExpression::Focus::alternate);
    CHECK(sub.scheme == "LOINC");
    CHECK(sub.code == "54486-6");
  }
  CHECK(read_sub("\"X-1#a (b) c\"").code == "a (b) c");
  CHECK(read_sub("any#1").scheme == "any");
}

TEST_CASE("conjunctions, disjunctions and exclusions join two or more") {
  CHECK(read("100001 AND < 100002 , 100003").operands.size() == 3);
  CHECK(read("100001 and 100002").kind == Expression::Kind::conjunction);
  CHECK(read("100001 OR 100002 or 100003").kind == Expression::Kind::disjunction);
  CHECK(read("100001 MINUS (100002 OR 100003)").kind == Expression::Kind::exclusion);
}

TEST_CASE("operators that need brackets beside one another are refused without them") {
  for (const char* text :
       {"100001 AND 100002 OR 100003", "100001 OR 100002 MINUS 100003",
        "100001 MINUS 100002 MINUS 100003", "100001 : 100002 = 100003 AND 100004",
        "100001 : 100002 = 100003, 100004 = 100005 OR 100006 = 100007",
        "100001 . 100002 AND 100003", "100001 AND 100002 : 100003 = 100004",
        "100001 AND 100002 . 100003"}) {
    CAPTURE(text);
    CHECK(refusal(text).find("expected") != std::string::npos);
  }
  CHECK(refusal("100001 AND 100002 OR 100003").find("line 1, column 19") != std::string::npos);
}

TEST_CASE("a refinement has attributes, groups, and lists of them in brackets") {
  const Expression plain = read("< 100001 : 100002 |type| = << 100003, 100004 = *");
  CHECK(plain.kind == Expression::Kind::refined);
  CHECK(plain.refinement->kind == Refinement::Kind::conjunction);
  CHECK(plain.refinement->parts.size() == 2);

  const Expression groups =
      read("100001 : { 100002 = 100003, 100004 = 100005 } OR [0..0] { [1..2] 100002 = 100003 }");
  CHECK(groups.refinement->kind == Refinement::Kind::disjunction);
  CHECK(groups.refinement->parts[0].kind == Refinement::Kind::group);
  CHECK(groups.refinement->parts[0].parts[0].kind == Refinement::Kind::conjunction);
  CHECK(groups.refinement->parts[1].cardinality.max == 0);
  CHECK(groups.refinement->parts[1].parts[0].cardinality.max == 2);

  const Expression nested =
      read("100001 : 100002 = 100003 AND (100004 = 100005 OR 100006 = 100007)");
  CHECK(nested.refinement->parts[1].kind == Refinement::Kind::disjunction);

  const Expression named = read("100001 : [0..0] ((<< 100002 MINUS 100003) MINUS 100004) = *");
  REQUIRE(named.refinement->kind == Refinement::Kind::attribute);
  CHECK(named.refinement->attribute->name.focus == SubExpression::Focus::nested);
  const Expression filtered = read("100001 : (< 100002) {{ C active = 1 }} = 100003");
  CHECK(filtered.refinement->attribute->name.filters.size() == 1);
  const Expression inner = read("100001 : 100002 = (< 100003 : 100004 = << 100005)");
  CHECK(inner.refinement->attribute->expression->nested->kind == Expression::Kind::refined);
}

TEST_CASE("cardinalities and reverse flags are read in both syntaxes") {
  const auto attribute = [](const std::string& text) {
    return read("100001 : " + text).refinement;
  };
  CHECK(attribute("[2..5] 100002 = *")->cardinality.min == 2);
  CHECK(attribute("[2 to 5] 100002 = *")->cardinality.max == 5);
  CHECK(attribute("[1..*] 100002 = *")->cardinality.max == Cardinality::k_many);
  CHECK(attribute("[1 to many] 100002 = *")->cardinality.max == Cardinality::k_many);
  for (const char* text : {"R 100002 = *", "R100002 = *", "reverseOf 100002 = *", "R < 100002 = *"})
    CHECK(attribute(text)->attribute->is_reversed);
  CHECK_FALSE(attribute("R2#x = *")->attribute->is_reversed);
  CHECK(attribute("[3..3] R 100002 = *")->attribute->is_reversed);
  for (const char* text : {"[5..2] 100002 = *", "[..2] 100002 = *", "[1..] 100002 = *",
                           "[01..2] 100002 = *", "[1..99999999999] 100002 = *"})
    CHECK(refusal(std::string("100001 : ") + text).find("expected") != std::string::npos);
}

TEST_CASE("attributes are compared with concepts, numbers, texts and truth values") {
  const auto attribute = [](const std::string& text) {
    Expression expression = read("* : 100002 " + text);
    return std::move(*expression.refinement->attribute);
  };
  CHECK(attribute("= 100003").kind == Attribute::Value::expression);
  for (const char* text : {"!= 100003", "<> 100003", "NOT = 100003"})
    CHECK(attribute(text).comparison == Comparison::not_equal);
  const std::vector<std::pair<std::string, Comparison>> comparisons = {
      {"=", Comparison::equal},   {"!=", Comparison::not_equal},
      {"<", Comparison::less},    {"<=", Comparison::less_or_equal},
      {">", Comparison::greater}, {">=", Comparison::greater_or_equal}};
  for (const auto& [symbol, comparison] : comparisons) {
    CHECK(attribute(symbol + " #250").comparison == comparison);
    CHECK(attribute(symbol + "#-0.5").number == "-0.5");
  }
  CHECK(attribute("= #+7").number == "7");
  CHECK(attribute("= \"a \\\"b\\\" \\\\ c\"").terms[0].text == "a \"b\" \\ c");
  const Attribute wild = attribute("= wild:\"a*b\\*c\"");
  CHECK(wild.terms[0].parts == std::vector<std::string>{"a", "b*c"});
  CHECK(attribute("= (\"a\" match : \"b c\")").terms.size() == 2);
  CHECK(attribute("= TRUE").flag);
  CHECK(attribute("!= false").kind == Attribute::Value::boolean);
  for (const char* text : {"> 100003", "< \"a\"", "= #", "= #01", "= #1.", "= \"a\\b\"",
                           "= match:\"a\\*\"", "R = #5", "="})
    CHECK(refusal(std::string("* : 100002 ") + text).find("expected") != std::string::npos);
  CHECK(refusal("* : R 100002 = #5").find("concepts are expected") != std::string::npos);
}

TEST_CASE("dotted attributes are read from left to right") {
  const Expression dotted = read("< 100001 . < 100002 . 100003 |c|");
  CHECK(dotted.kind == Expression::Kind::dotted);
  CHECK(dotted.operands.size() == 3);
  CHECK(read("(100001 . 100002) AND 100003").kind == Expression::Kind::conjunction);
}

TEST_CASE("memberOf names fields and takes member filters before others") {
  const SubExpression fields = read_sub("^ [ targetComponentId , mapTarget ] 100001");
  CHECK(fields.fields == std::vector<std::string>{"targetComponentId", "mapTarget"});
  CHECK(read_sub("^[*]100001").all_fields);
  const SubExpression sub = read_sub(
      "^ 100001 {{ M mapGroup = #2, mapTarget = wild:\"J*\", active = 0, moduleId = << 100002 }} "
      "{{ m effectiveTime >= \"20210731\" }} {{ C active = true }}");
  REQUIRE(sub.filters.size() == 3);
  CHECK(sub.filters[0].criteria[0].number == "2");
  CHECK(sub.filters[0].criteria[1].field == "mapTarget");
  CHECK(sub.filters[0].criteria[2].kind == Criterion::Kind::active);
  CHECK(sub.filters[0].criteria[3].kind == Criterion::Kind::module);
  CHECK(sub.filters[1].criteria[0].times == std::vector<EffectiveTime>{20210731});
  CHECK(refusal("100001 {{ M active = 1 }}").find("`^`") != std::string::npos);
  CHECK(refusal("^ 100001 {{ C active = 1 }} {{ M active = 1 }}").find("before") !=
        std::string::npos);
}

TEST_CASE("description filters are those that no letter says") {
  const SubExpression sub = read_sub(
      "100001 {{ term = \"heart att\", language = sv, type = (syn fsn), typeId = (100002 |a| "
      "100003), dialect = (en-gb (prefer) en-us) (accept), dialectId = 100004 (100005), id = "
      "(9000001 9000002), active = *, effectiveTime = (\"20240131\" \"\") }}");
  REQUIRE(sub.filters.size() == 1);
  const auto& criteria = sub.filters[0].criteria;
  CHECK(sub.filters[0].kind == Filter::Kind::description);
  CHECK(criteria[0].terms[0].parts == std::vector<std::string>{"heart", "att"});
  CHECK(criteria[1].words == std::vector<std::string>{"sv"});
  CHECK(criteria[2].ids == std::vector<SctId>{k_synonym, k_fully_specified_name});
  CHECK(criteria[3].ids == std::vector<SctId>{100002, 100003});
  REQUIRE(criteria[4].dialects.size() == 2);
  CHECK(criteria[4].dialects[0].acceptabilities == std::vector<SctId>{k_preferred});
  CHECK(criteria[4].dialects[1].acceptabilities == std::vector<SctId>{k_acceptable});
  CHECK(criteria[5].dialects[0].acceptabilities == std::vector<SctId>{100005});
  CHECK(criteria[6].ids.size() == 2);
  CHECK_FALSE(criteria[7].flag);
  CHECK(criteria[8].times == std::vector<EffectiveTime>{20240131, 0});
  for (const char* text : {"100001{{term=\"a\"}}", "100001 {{D term = \"a\"}}",
                           "100001 {{ d term != \"a\" }}", "100001 {{Dterm = \"a\"}}",
                           "100001 {{ type = fullySpecifiedName }} {{ language = (EN sv) }}"})
    CHECK(read_sub(text).filters[0].kind == Filter::Kind::description);
  CHECK(read_sub("100001 {{ C definitionStatus = (primitive defined) }}").filters[0].kind ==
        Filter::Kind::of_concept);
}

TEST_CASE("history supplements are profiles or a set of association reference sets") {
  using Profile = HistorySupplement::Profile;
  CHECK(read_sub("100001 {{ + HISTORY }}").history->profile == Profile::maximum);
  CHECK(read_sub("100001 {{+history-min}}").history->profile == Profile::minimum);
  CHECK(read_sub("100001 {{ +HISTORY_MOD }}").history->profile == Profile::moderate);
  CHECK(read_sub("100001 {{ + HISTORY-MAX }}").history->profile == Profile::maximum);
  CHECK(read_sub("100001 {{ + HISTORY (100002 OR 100003) }}").history->profile == Profile::subset);
  CHECK(refusal("100001 {{ + HISTORY-NONE }}").find("MIN, MOD or MAX") != std::string::npos);
  CHECK(refusal("100001 {{ + HISTORY }} {{ C active = 1 }}").find("no filter") !=
        std::string::npos);
}

TEST_CASE("what is no expression constraint is refused with its place and what is expected") {
  for (const char* text : {"",
                           "  ",
                           "<",
                           "12345",
                           "0123456",
                           "1234567890123456789",
                           "100001 |",
                           "100001 ||",
                           "100001 | |",
                           "(100001",
                           "100001)",
                           "(100001]",
                           "100001 100002",
                           "100001 AND",
                           "100001 : ",
                           "100001 : 100002",
                           "100001 : {}",
                           "100001 : { { 100002 = * } }",
                           "100001 : {{ 100002 = * }}",
                           "100001 {{ }}",
                           "100001 {{ X a = 1 }}",
                           "100001 {{ C term = "
                           "\"a\" }}",
                           "100001 {{ term = \"\" }}",
                           "100001 {{ term = \"a }}",
                           "100001 {{ language = "
                           "eng }}",
                           "100001 {{ type = foo }}",
                           "100001 {{ D effectiveTime = \"20241301\" }}",
                           "100001 {{ active = 2 }}",
                           "100001 {{ active > 1 }}",
                           "100001 {{ id = 12 }}",
                           "^ [] 100001",
                           "^ [a b] 100001",
                           "< < 100001",
                           "100001 . ",
                           "LOINC#",
                           "\"LOINC\"",
                           "foo",
                           "R 100001",
                           "100001 : 100002 = 100003 }",
                           "100001 : (100002 = 100003"}) {
    CAPTURE(text);
    const std::string said = refusal(text);
    CHECK(said.find("Expression constraint, line 1, column ") == 0);
  }
  CHECK(refusal("100001 AND\n  \xC3\xA5 foo").find("line 2, column 3") != std::string::npos);
  CHECK(parse(std::string(70'000, ' ')).error().type == fhir::IssueType::too_long);
  const std::string deep = std::string(200, '(') + "100001" + std::string(200, ')');
  CHECK(parse(deep).error().type == fhir::IssueType::too_costly);
  const std::string allowed = std::string(50, '(') + "100001" + std::string(50, ')');
  CHECK(parse(allowed).has_value());
}
