// https://hl7.org/fhir/R4/search_filter.html
#include "src/search/filter.h"

#include "fixture.h"
#include "src/search/filter_expression.h"
#include "src/search/query_parser.h"

using namespace server::search;
using fhir::IssueType;
using search_test::core;

namespace {

CriterionOptions options() { return {{*core(), search_test::k_base_url, {}}, 100, true}; }

std::string describe(const Criterion& criterion);

std::string describe_parts(const Criterion& criterion, const char* between) {
  std::string text = "(";
  for (const Criterion& part : criterion.parts) {
    text += (text.size() > 1 ? between : "") + describe(part);
  }
  return text + ")";
}

// `(a & b)`, `!(a)`, `subject:Patient>name~…`, `~` and the prefix before the value.
std::string describe(const Criterion& criterion) {
  switch (criterion.combination) {
    case Combination::all:
      return describe_parts(criterion, " & ");
    case Combination::any:
      return describe_parts(criterion, " | ");
    case Combination::negation:
      return "!" + describe_parts(criterion, " | ");
    case Combination::none:
      break;
  }
  std::string text(criterion.parameter->code);
  if (criterion.chained)
    return text + ":" + criterion.target_type + ">" + describe(*criterion.chained);
  if (criterion.reverse_chained) {
    return criterion.target_type + "." + text + "<" + describe(*criterion.reverse_chained);
  }
  if (criterion.modifier == Modifier::missing) return text + " present";
  static const char* const k_prefixes[] = {"eq", "ne", "gt", "lt", "ge", "le", "sa",
                                           "eb", "ap", "co", "sw", "ew", "po"};
  const Operand& operand = criterion.alternatives.at(0);
  text.append(" ").append(k_prefixes[static_cast<std::size_t>(operand.prefix)]).append(" ");
  if (!operand.id.empty()) return text + operand.type + "/" + operand.id;
  if (operand.number_low != operand.number_high) return text + search_test::text_of(operand.number);
  if (operand.low != operand.high) return text + search_test::time_text(operand.low);
  if (!operand.folded.empty()) return text + operand.folded;
  if (operand.has_system) text += operand.system + "|";
  return text + operand.code + operand.text;
}

std::string read(const char* type, const char* filter) {
  CAPTURE(filter);
  const auto criterion = parse_filter(type, filter, options());
  if (!criterion) return criterion.error().diagnostics;
  return describe(*criterion);
}

fhir::Issue refused(const char* type, const std::string& filter) {
  CAPTURE(filter);
  auto criterion = parse_filter(type, filter, options());
  REQUIRE_FALSE(criterion.has_value());
  return std::move(criterion).error();
}

}  // namespace

TEST_CASE("_filter: the examples of the specification") {
  CHECK(read("Patient", R"(name co "pet")") == "name co pet");
  CHECK(read("Patient", R"(given eq "peter" and birthdate ge 2014-10-10)") ==
        "(given eq peter & birthdate ge 2014-10-10)");
  CHECK(read("Observation", "code eq http://loinc.org|1234-5") ==
        "code eq http://loinc.org|1234-5");
  CHECK(read("Observation", R"(subject.name co "pet")") ==
        "(subject:Patient>name co pet | subject:Location>name co pet)");
}

TEST_CASE("_filter: logic goes from left to right without precedence") {
  CHECK(read("Patient", "given eq a or given eq b and given eq c") ==
        "((given eq a | given eq b) & given eq c)");
  CHECK(read("Patient", "given eq a or (given eq b and given eq c)") ==
        "(given eq a | (given eq b & given eq c))");
  CHECK(read("Patient", "given eq a and given eq b and given eq c") ==
        "(given eq a & given eq b & given eq c)");
  CHECK(read("Patient", "not (given eq a) AND NOT(given eq b or given eq c)") ==
        "(!(given eq a) & !((given eq b | given eq c)))");
  CHECK(read("Patient", "  ( (given eq a) )\t") == "given eq a");
}

TEST_CASE("_filter: a string may hold spaces, parentheses and brackets; a token ends before them") {
  CHECK(read("Patient", R"(given eq "a) and [b] \"c\"")") == "given eq a and b c");
  CHECK(read("Patient", R"(given eq "\u00e9t\u00E9|$")") == "given eq ete|$");
  CHECK(read("Patient", "(given eq a+b|c)") == "given eq a+b|c");
}

TEST_CASE("_filter: operators by the type of the parameter") {
  CHECK(read("Patient", "birthdate po 1970") == "birthdate po 1970-01-01");
  CHECK(read("Encounter", "date co 2014-10-10") == "date co 2014-10-10");
  CHECK(read("Observation", "value-quantity gt 5.4|ucum|mg") == "value-quantity gt 5.4");
  CHECK(read("RiskAssessment", "probability ap 0.5") == "probability ap 0.5");
  CHECK(read("Observation", "code ne loinc|1234-5") == "code ne http://loinc.org|1234-5");
  CHECK(read("Observation", "subject re Patient/4") == "subject eq Patient/4");
  CHECK(read("Observation", "subject eq http://test.example/fhir/Patient/4") ==
        "subject eq Patient/4");
  CHECK(read("Patient", "_id eq 4 or _lastUpdated sa 2014") ==
        "(_id eq 4 | _lastUpdated sa 2014-01-01)");
  CHECK(read("ValueSet", "url sw http://a") == "url sw http://a");
  CHECK(read("Observation", "code-value-quantity eq http://loinc.org|1234-5$gt5") ==
        "code-value-quantity eq ");
  CHECK(read("Patient", "name pr true") == "name present");
  CHECK(read("Patient", "name pr false") == "!(name present)");
  CHECK(read("Condition", "_list eq 42") == "List.item<_id eq 42");
}

TEST_CASE("_filter: a path goes through references, to one resource that a filter picks") {
  CHECK(read("Observation", "subject:Patient.organization.name sw x") ==
        "subject:Patient>organization:Organization>name sw x");
  CHECK(read("Observation", "subject:Patient[active eq true and given eq a].family eq b") ==
        "subject:Patient>((active eq true & given eq a) & family eq b)");
  CHECK(read("Observation", "subject:Patient.birthdate pr false") ==
        "!(subject:Patient>birthdate present)");
  CHECK(read("Patient", "_has:Observation:patient:code eq loinc|1234-5") ==
        "Observation.patient<code eq http://loinc.org|1234-5");
  CHECK(read("Patient", "_has:Observation:patient[code eq a].value-quantity gt 5") ==
        "Observation.patient<(code eq a & value-quantity gt 5)");
  CHECK(read("Patient", "organization._has:Location:organization:name eq x") ==
        "organization:Organization>Location.organization<name eq x");
  CHECK(read("Group", "characteristic[code eq a].value eq b") == "characteristic-value eq ");
}

TEST_CASE("_filter: what is not of the grammar is refused by its place") {
  struct Case {
    const char* filter;
    std::uint32_t column;
  };
  const Case cases[] = {{"", 1},
                        {"name", 5},
                        {"name co", 8},
                        {"name co ", 9},
                        {"name is x", 6},
                        {"name eq a b", 11},
                        {"name eq \xc3\xa9 and", 14},
                        {"(name eq a", 11},
                        {"name eq a)", 10},
                        {"name eq \"a", 9},
                        {"name eq \"a\"b", 12},
                        {"name eq \"\\x\"", 9},
                        {"organization[name eq a] eq b", 24},
                        {"organization[name eq a.name eq b", 29},
                        {"1name eq a", 1},
                        {"given eq a and nonsense eq b", 16},
                        {"given eq a and birthdate co x", 16},
                        {"organization.(name eq a)", 14}};
  for (const Case& c : cases) {
    const fhir::Issue issue = refused("Patient", c.filter);
    CAPTURE(c.filter);
    CAPTURE(issue.diagnostics);
    CHECK(issue.column == c.column);
  }
}

TEST_CASE("_filter: operators, values and names that do not fit are refused") {
  const auto type_of = [](const char* type, const char* filter) {
    return refused(type, filter).type;
  };
  CHECK(type_of("Patient", "gender sw fem") == IssueType::invalid);
  CHECK(type_of("Patient", "birthdate ew 10") == IssueType::invalid);
  CHECK(type_of("Patient", "name re Patient/4") == IssueType::invalid);
  CHECK(type_of("Patient", "name:exact eq x") == IssueType::invalid);
  CHECK(type_of("Patient", "name.given eq x") == IssueType::invalid);
  CHECK(type_of("Patient", "name pr maybe") == IssueType::value);
  CHECK(type_of("Patient", "birthdate eq gt2014") == IssueType::value);
  CHECK(type_of("Patient", "nonsense eq x") == IssueType::not_supported);
  CHECK(type_of("Patient", "organization.nonsense eq x") == IssueType::not_supported);
  CHECK(type_of("Group", "characteristic[exclude eq true].value eq b") == IssueType::not_supported);
}

TEST_CASE("_filter: limits on nesting and on the number of tests are clean errors") {
  const auto nested = [](std::size_t depth) {
    return std::string(depth, '(') + "name eq a" + std::string(depth, ')');
  };
  CHECK(parse_filter("Patient", nested(k_filter_depth_max), options()));
  CHECK(refused("Patient", nested(k_filter_depth_max + 1)).type == IssueType::too_costly);
  CHECK(refused("Patient", nested(60'000)).type == IssueType::too_costly);
  std::string many = "name eq a";
  for (std::size_t i = 1; i < k_filter_tests_max; ++i) many += " or name eq a";
  CHECK(parse_filter("Patient", many, options()));
  CHECK(refused("Patient", many + " or name eq a").type == IssueType::too_costly);
  std::string chain = "partof.";
  for (int i = 0; i < 8; ++i) chain += "partof.";
  CHECK(refused("Organization", chain + "name eq a").type == IssueType::too_costly);
}

TEST_CASE("chains through references of any type are refused before they multiply too far") {
  ParseOptions chains;
  chains.allow_chains = true;
  const auto parsed = [&](const std::string& name, const std::string& value) {
    const std::vector<std::pair<std::string, std::string>> parameters = {{name, value}};
    return parse_query("Task", parameters, *core(), chains);
  };
  CHECK(parsed("subject.subject.name", "a"));
  for (const auto& [name, value] :
       {std::pair<std::string, std::string>("subject.subject.subject.subject.subject._id", "1"),
        {"_filter", "subject.subject.subject.subject.subject._id eq 1"}}) {
    const auto refused = parsed(name, value);
    REQUIRE_FALSE(refused);
    CHECK(refused.error()[0].type == IssueType::too_costly);
  }
  const std::string one = "subject.name eq a";
  std::string many = one;
  CHECK(parsed("_filter", many));
  for (int at = 0; at < 80; ++at) many += " or " + one;
  const auto refused = parsed("_filter", many);
  REQUIRE_FALSE(refused);
  CHECK(refused.error()[0].type == IssueType::too_costly);
}

TEST_CASE("_filter: lenient handling passes over no part of an expression") {
  ParseOptions lenient;
  lenient.handling = Handling::lenient;
  const std::vector<std::pair<std::string, std::string>> parameters = {
      {"_filter", "name eq a and nonsense eq b"}};
  CHECK_FALSE(parse_query("Patient", parameters, *core(), lenient));
}
