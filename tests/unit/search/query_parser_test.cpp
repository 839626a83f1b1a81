// https://hl7.org/fhir/R4/search.html
#include "src/search/query_parser.h"

#include "fixture.h"
#include "src/search/full_text_query.h"
#include "src/search/percent.h"

using namespace server::search;
using fhir::IssueType;
using search_test::core;
using search_test::Lines;
using search_test::time_text;

namespace {

ParseOptions options() {
  ParseOptions made;
  made.base_url = search_test::k_base_url;
  return made;
}

fhir::Result<Query, std::vector<fhir::Issue>> parse(const char* type, const char* url,
                                                    const ParseOptions& with = options()) {
  const auto parameters = split_query(url);
  REQUIRE(parameters);
  return parse_query(type, *parameters, *core(), with);
}

Query query(const char* type, const char* url, const ParseOptions& with = options()) {
  CAPTURE(url);
  auto parsed = parse(type, url, with);
  if (!parsed) FAIL(parsed.error()[0].diagnostics);
  return *std::move(parsed);
}

Operand operand(const char* type, const char* url) {
  return std::move(query(type, url).criteria.at(0).alternatives.at(0));
}

}  // namespace

TEST_CASE("a token is a code, a system and a code, a code without a system, or a system") {
  struct Case {
    const char* url;
    bool has_system;
    const char* system;
    const char* code;
  };
  const Case cases[] = {
      {"code=1234", false, "", "1234"},
      {"code=http://loinc.org|1234-5", true, "http://loinc.org", "1234-5"},
      {"code=|1234", true, "", "1234"},
      {"code=http://loinc.org|", true, "http://loinc.org", ""},
      {"code=a\\|b\\,c|d\\$e\\\\", true, "a|b,c", "d$e\\"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.url);
    std::string encoded;
    append_pair(encoded, "code", std::string(c.url).substr(5));
    const Operand read = operand("Observation", encoded.c_str());
    CHECK(read.has_system == c.has_system);
    CHECK(read.system == c.system);
    CHECK(read.code == c.code);
  }
}

TEST_CASE("commas are OR, repetition is AND") {
  const Query read = query("Patient", "name=eve,adam&name=smith\\,jones");
  REQUIRE(read.criteria.size() == 2);
  CHECK(read.criteria[0].alternatives.size() == 2);
  CHECK(read.criteria[0].alternatives[1].folded == "adam");
  REQUIRE(read.criteria[1].alternatives.size() == 1);
  CHECK(read.criteria[1].alternatives[0].text == "smith,jones");
}

TEST_CASE("a string is kept as written and folded") {
  const Operand read = operand("Patient", "family=M%C3%BCller++X");
  CHECK(read.text == "Müller  X");
  CHECK(read.folded == "muller x");
}

TEST_CASE("a prefix compares dates, numbers and quantities") {
  struct Case {
    const char* url;
    Prefix prefix;
  };
  const Case cases[] = {{"date=2013", Prefix::eq},
                        {"date=eq2013", Prefix::eq},
                        {"date=ne2013", Prefix::ne},
                        {"date=gt2013", Prefix::gt},
                        {"date=lt2013", Prefix::lt},
                        {"date=ge2013", Prefix::ge},
                        {"date=le2013", Prefix::le},
                        {"date=sa2013", Prefix::sa},
                        {"date=eb2013", Prefix::eb},
                        {"value-quantity=lt-5.4", Prefix::lt},
                        {"value-quantity=ap5.4||mg", Prefix::ap}};
  for (const Case& c : cases) {
    CAPTURE(c.url);
    CHECK(operand("Observation", c.url).prefix == c.prefix);
  }
  CHECK(operand("Observation", "date=ge2013-01-14T10:00:00%2B02:00").low ==
        operand("Observation", "date=ge2013-01-14T10:00:00+02:00").low);
  const Operand date = operand("Observation", "date=2013-01");
  CHECK(time_text(date.low) == "2013-01-01");
  CHECK(time_text(date.high) == "2013-02-01");
}

TEST_CASE("ap keeps the range as written, for the store to widen by its clock") {
  const Operand number = operand("RiskAssessment", "probability=ap0.5");
  CHECK(number.number_low == 0.45);
  CHECK(number.number_high == 0.55);
  const Operand date = operand("Observation", "date=ap2010-01");
  CHECK(time_text(date.low) == "2010-01-01");
  CHECK(time_text(date.high) == "2010-02-01");
}

TEST_CASE("a quantity has a value, perhaps a system, perhaps a code") {
  const Operand full = operand("Observation", "value-quantity=5.4|http://unitsofmeasure.org|mg");
  CHECK(full.number == 5.4);
  CHECK(full.number_high == 5.45);
  CHECK(full.has_system);
  CHECK(full.system == "http://unitsofmeasure.org");
  CHECK(full.code == "mg");
  const Operand unit = operand("Observation", "value-quantity=5.40e-3||g");
  CHECK_FALSE(unit.has_system);
  CHECK(unit.code == "g");
  CHECK(operand("Observation", "value-quantity=5.4").code.empty());
}

TEST_CASE("a reference is an id, a type and an id, or a url, ours or another's") {
  struct Case {
    const char* url;
    const char* type;
    const char* id;
    const char* text;
  };
  const Case cases[] = {
      {"subject=23", "", "23", ""},
      {"patient=23", "Patient", "23", ""},
      {"subject=Patient/23", "Patient", "23", ""},
      {"subject=Patient/23/_history/2", "Patient", "23", ""},
      {"subject=http://test.example/fhir/Patient/23", "Patient", "23", ""},
      {"subject=http://other.example/Patient/23", "", "", "http://other.example/Patient/23"},
      {"subject=urn:uuid:1", "", "", "urn:uuid:1"},
      {"subject:Group=23", "Group", "23", ""},
      {"subject:Group=Group/23", "Group", "23", ""},
  };
  for (const Case& c : cases) {
    CAPTURE(c.url);
    const Operand read = operand("Observation", c.url);
    CHECK(read.type == c.type);
    CHECK(read.id == c.id);
    CHECK(read.text == c.text);
  }
}

TEST_CASE("a composite has a value for each component, each by its own grammar") {
  const Operand read =
      operand("Observation", "component-code-value-quantity=http://loinc.org|8480-6$lt60");
  REQUIRE(read.parts.size() == 2);
  CHECK(read.parts[0].code == "8480-6");
  CHECK(read.parts[1].prefix == Prefix::lt);
  CHECK(read.parts[1].number == 60);
  CHECK(operand("MolecularSequence", "chromosome-variant-coordinate=1$lt345$gt123").parts.size() ==
        3);
}

TEST_CASE("modifiers are read with the values they ask for") {
  CHECK(query("Patient", "family:exact=X").criteria[0].modifier == Modifier::exact);
  CHECK(query("Patient", "family:contains=X").criteria[0].modifier == Modifier::contains);
  CHECK(query("Patient", "gender:not=male").criteria[0].modifier == Modifier::not_);
  const Query missing = query("Patient", "gender:missing=true&birthdate:missing=false");
  CHECK(missing.criteria[0].modifier == Modifier::missing);
  CHECK(missing.criteria[0].alternatives[0].missing);
  CHECK_FALSE(missing.criteria[1].alternatives[0].missing);
  const Query typed = query("Observation", "subject:Patient=1");
  CHECK(typed.criteria[0].modifier == Modifier::type);
  CHECK(typed.criteria[0].target_type == "Patient");
  const Query identified = query("Observation", "subject:identifier=http://acme.org|1");
  CHECK(identified.criteria[0].modifier == Modifier::identifier);
  CHECK(identified.criteria[0].alternatives[0].system == "http://acme.org");
}

TEST_CASE("parameters of all resources apply to each") {
  const Query read = query("Patient",
                           "_id=a,b&_lastUpdated=gt2020&_tag=http://x|y&_profile=http://p|1&"
                           "_security=|z&_source=http://s");
  CHECK(read.criteria.size() == 6);
  CHECK(read.criteria[0].alternatives[1].code == "b");
}

TEST_CASE("result parameters shape the answer") {
  const Query read = query("Observation",
                           "_count=10&_sort=-date,code&_total=accurate&_summary=data&"
                           "_elements=status,Observation.code&_format=json&_pretty=true");
  CHECK(read.count == 10);
  REQUIRE(read.sort.size() == 2);
  CHECK(read.sort[0].descending);
  CHECK(read.sort[0].parameter->code == "date");
  CHECK_FALSE(read.sort[1].descending);
  CHECK(read.total == Total::accurate);
  CHECK(read.summary == Summary::data);
  REQUIRE(read.elements.size() == 2);
  CHECK(read.elements[0].type.empty());
  CHECK(read.elements[0].name == "status");
  CHECK(read.elements[1].type == "Observation");
  CHECK(read.elements[1].name == "code");
  CHECK(query("Patient", "").count == 50);
  const Query counted = query("Patient", "_count=0");
  CHECK(counted.count == 0);
  CHECK(counted.summary == Summary::count);
  CHECK(query("Patient", "_count=99999999999999999999").count == 1000);
}

TEST_CASE("includes name a source type, a reference parameter and perhaps a target type") {
  const Query read =
      query("Observation",
            "_include=Observation:subject&_include=Observation:subject:Patient&_include=*&"
            "_include:iterate=Patient:link&_revinclude=Provenance:target&"
            "_include=Observation:*");
  REQUIRE(read.includes.size() == 6);
  CHECK(read.includes[0].parameter->code == "subject");
  CHECK(read.includes[0].target_type.empty());
  CHECK(read.includes[1].target_type == "Patient");
  CHECK(read.includes[2].parameter == nullptr);
  CHECK(read.includes[2].source_type == "Observation");
  CHECK(read.includes[3].iterate);
  CHECK(read.includes[4].reverse);
  CHECK(read.includes[4].source_type == "Provenance");
  CHECK(read.includes[5].parameter == nullptr);
}

TEST_CASE("the self link holds what was used, with _count as it was capped") {
  CHECK(query("Patient", "name=a+b&_count=5000&_sort=name&birthdate=ge2000%2D01").self ==
        "name=a%20b&_count=1000&_sort=name&birthdate=ge2000-01");
}

TEST_CASE("a version behind a url is that of the resource") {
  const auto parsed = parse("ValueSet", "url=http://x/a|1,http://x/b");
  REQUIRE(parsed);
  REQUIRE(parsed->criteria.size() == 1);
  const auto& any = parsed->criteria[0];
  CHECK(any.combination == server::search::Combination::any);
  REQUIRE(any.parts.size() == 2);
  REQUIRE(any.parts[0].parts.size() == 2);
  CHECK(any.parts[0].parts[0].alternatives[0].text == "http://x/a");
  CHECK(any.parts[0].parts[1].parameter->code == "version");
  CHECK(any.parts[0].parts[1].alternatives[0].code == "1");
  CHECK(any.parts[1].alternatives[0].text == "http://x/b");
}

TEST_CASE("what is malformed is refused, by the name of the parameter and without its value") {
  struct Case {
    const char* type;
    const char* url;
    IssueType issue;
  };
  const Case cases[] = {
      {"Patient", "birthdate=secretvalue", IssueType::value},
      {"Patient", "birthdate=gt", IssueType::value},
      {"Patient", "birthdate=2000,", IssueType::value},
      {"Patient", "birthdate=xx2000", IssueType::value},
      {"Patient", "name=", IssueType::value},
      {"Patient", "name=%20", IssueType::value},
      {"Patient", "name=a%5Cb", IssueType::value},
      {"Patient", "gender=a%5C", IssueType::value},
      {"Patient", "name:=x", IssueType::invalid},
      {"Observation", "code-value-quantity:missing=true", IssueType::invalid},
      {"Patient", "gender=|", IssueType::value},
      {"Patient", "gender=a|b|c", IssueType::value},
      {"Patient", "gender:missing=maybe", IssueType::value},
      {"Observation", "value-quantity=abc", IssueType::value},
      {"Observation", "value-quantity=5|mg", IssueType::value},
      {"Observation", "value-quantity=5|a|b|c", IssueType::value},
      {"Observation", "subject=not an id", IssueType::value},
      {"Observation", "subject=%231", IssueType::value},
      {"Observation", "subject:Patient=Group/1", IssueType::value},
      {"Observation", "code-value-quantity=a", IssueType::value},
      {"Observation", "code-value-quantity=a$b", IssueType::value},
      {"Observation", "code-value-quantity=a$1$2", IssueType::value},
      {"Observation", "_profile=", IssueType::value},
      {"Patient", "_count=-1", IssueType::value},
      {"Patient", "_count=ten", IssueType::value},
      {"Patient", "_total=yes", IssueType::value},
      {"Patient", "_summary=yes", IssueType::value},
      {"Patient", "_elements=a,,b", IssueType::value},
      {"Patient", "_include=Patient", IssueType::value},
      {"Patient", "_include=Nothing:x", IssueType::value},
      {"Patient", "_count=1&_count=2", IssueType::invalid},
      {"Patient", "_sort:desc=name", IssueType::invalid},
      {"Patient", "name:nonsense=x", IssueType::invalid},
      {"Patient", "gender:exact=male", IssueType::invalid},
      {"Patient", "name:not=x", IssueType::invalid},
      {"Patient", "name:Patient=x", IssueType::invalid},
      {"Observation", "subject:Encounter=1", IssueType::invalid},
      {"Observation", "code.name=1", IssueType::invalid},
      {"Patient", "_has:x=1", IssueType::invalid},
      {"Patient", "unknown=1", IssueType::not_supported},
      {"Patient", "=1", IssueType::not_supported},
      {"Patient", "gender:in=http://x", IssueType::not_supported},
      {"Patient", "_contained=yes", IssueType::value},
      {"Patient", "_maxresults=0", IssueType::value},
      {"Patient", "_query=x", IssueType::not_supported},
      {"Bundle", "_text=x", IssueType::not_supported},
      {"Patient", "_text:missing=true", IssueType::invalid},
      {"Patient", "_content=(a", IssueType::value},
      {"Patient", "_content=a OR", IssueType::value},
      {"Patient", "_content=\"a", IssueType::value},
      {"Patient", "_content=--", IssueType::value},
      {"Patient", "_content=NOT", IssueType::value},
      {"Location", "near=1", IssueType::value},
      {"Location", "near=91|2", IssueType::value},
      {"Location", "near=1|181", IssueType::value},
      {"Location", "near=1|2|-3", IssueType::value},
      {"Location", "near=1|2|3|kg", IssueType::value},
      {"Location", "near=1|2|3|km|4", IssueType::value},
      {"Location", "near:exact=1|2", IssueType::invalid},
      {"Observation", "subject:Patient.name=x", IssueType::not_supported},
      {"Patient", "_has:Observation:patient:code=x", IssueType::not_supported},
      {"Patient", "_sort=unknown", IssueType::not_supported},
      {"Observation", "_sort=code-value-quantity", IssueType::not_supported},
      {"Patient", "_include=Patient:name", IssueType::not_supported},
      {"Patient", "_include:recurse=Patient:link", IssueType::not_supported},
  };
  for (const Case& c : cases) {
    CAPTURE(c.url);
    const auto parsed = parse(c.type, c.url);
    REQUIRE_FALSE(parsed);
    REQUIRE(parsed.error().size() == 1);
    const fhir::Issue& issue = parsed.error()[0];
    CAPTURE(issue.diagnostics);
    CHECK(issue.type == c.issue);
    CHECK(issue.situation == fhir::Situation::malformed);
    const std::string name = std::string(c.url).substr(0, std::string(c.url).find_first_of(":=."));
    CHECK(issue.expression == "http." + name);
    CHECK(issue.diagnostics.find(name) != std::string::npos);
    CHECK(issue.diagnostics.find("secretvalue") == std::string::npos);
  }
}

TEST_CASE("an expression of words has at most so many, those of phrases too") {
  std::string words = "a";
  for (std::size_t i = 1; i < k_text_words_max; ++i) words += "+a";
  for (const std::string quote : {"", "%22"}) {
    CHECK(parse("Patient", ("_content=" + quote + words + quote).c_str()));
    const auto refused = parse("Patient", ("_content=" + quote + words + "+b" + quote).c_str());
    REQUIRE_FALSE(refused);
    CHECK(refused.error()[0].type == IssueType::too_costly);
  }
}

TEST_CASE("every wrong parameter is reported") {
  const auto parsed = parse("Patient", "birthdate=x&unknown=1&name=ok&gender:exact=a");
  REQUIRE_FALSE(parsed);
  CHECK(parsed.error().size() == 3);
}

TEST_CASE("lenient handling passes over unknown parameters and says so") {
  ParseOptions lenient = options();
  lenient.handling = Handling::lenient;
  const Query read = query("Patient", "unknown=1&name=a&nothing=x", lenient);
  CHECK(read.criteria.size() == 1);
  CHECK(read.self == "name=a");
  REQUIRE(read.warnings.size() == 2);
  CHECK(read.warnings[0].severity == fhir::Severity::warning);
  CHECK(read.warnings[0].expression == "http.unknown");
}

TEST_CASE("lenient handling still refuses malformed values and unsupported modifiers") {
  ParseOptions lenient = options();
  lenient.handling = Handling::lenient;
  CHECK_FALSE(parse("Patient", "birthdate=x", lenient));
  CHECK_FALSE(parse("Patient", "gender:in=http://x", lenient));
  CHECK_FALSE(parse("Observation", "subject.name=x", lenient));
}

TEST_CASE("limits on parameters, alternatives and lengths are clean errors") {
  ParseOptions narrow = options();
  narrow.parameters_max = 2;
  narrow.alternatives_max = 2;
  narrow.value_bytes_max = 10;
  CHECK(parse("Patient", "name=a,b&name=c", narrow));
  for (const char* url : {"name=a&name=b&name=c", "name=a,b,c", "name=12345678901"}) {
    CAPTURE(url);
    const auto parsed = parse("Patient", url, narrow);
    REQUIRE_FALSE(parsed);
    CHECK(parsed.error()[0].situation == fhir::Situation::too_large);
  }
}

TEST_CASE("a chain goes on with the types that what follows applies to") {
  ParseOptions chains = options();
  chains.allow_chains = true;
  // focus leads anywhere: there are types whose subject is no Patient, or whose type is no token.
  for (const char* url : {"focus.subject:Patient=1", "focus.subject:Patient.name=x",
                          "focus.type:text=x", "focus.performer:identifier=x"}) {
    CAPTURE(url);
    const Query read = query("Observation", url, chains);
    CHECK_FALSE(read.criteria[0].parts.empty());
    for (const Criterion& one : read.criteria[0].parts) {
      REQUIRE(one.chained);
      CHECK(one.chained->parameter->code != "focus");
    }
  }
  const auto refused = parse("Observation", "focus.birthdate=then", chains);
  REQUIRE_FALSE(refused);
  CHECK(refused.error()[0].type == IssueType::value);
}

TEST_CASE("chains and _has are read where the store answers them") {
  ParseOptions chains = options();
  chains.allow_chains = true;
  const Query read = query("Observation", "subject:Patient.name:exact=x", chains);
  const Criterion& outer = read.criteria[0];
  CHECK(outer.parameter->code == "subject");
  CHECK(outer.target_type == "Patient");
  REQUIRE(outer.chained);
  CHECK(outer.chained->parameter->code == "name");
  CHECK(outer.chained->modifier == Modifier::exact);
  CHECK(query("Observation", "patient.organization.name=x", chains)
            .criteria[0]
            .chained->chained->parameter->code == "name");
  const Query has = query("Patient", "_has:Observation:patient:code=1234", chains);
  CHECK(has.criteria[0].parameter->code == "patient");
  CHECK(has.criteria[0].target_type == "Observation");
  CHECK(has.criteria[0].reverse_chained->parameter->code == "code");
  CHECK(parse("Patient", "_has:Observation:patient:_has:AuditEvent:entity:agent=1", chains));
  for (const char* url :
       {"subject.unknown=x", "subject:Nothing.name=x", "subject:Encounter.status=x", "subject.=x",
        "patient.link.link.link.link.link.link.link.name=x"}) {
    CAPTURE(url);
    CHECK_FALSE(parse("Observation", url, chains));
  }
}
