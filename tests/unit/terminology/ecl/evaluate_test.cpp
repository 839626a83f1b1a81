// https://docs.snomed.org/snomed-ct-specifications/snomed-ct-expression-constraint-language
#include "terminology/ecl/evaluate.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "edition_double.h"
#include "terminology/ecl/parse.h"

namespace {

using namespace ecl_test;
using Ids = std::vector<ecl::SctId>;
using ValueKind = ecl::Relationship::ValueKind;

constexpr ecl::SctId k_root = 100000, k_toy = 100001, k_car = 100002, k_boat = 100003,
                     k_raft = 100004, k_old = 100005, k_colour = 100010, k_wheels = 100011,
                     k_name = 100012, k_floats = 100013, k_red = 100020, k_module = 100030,
                     k_other_module = 100031, k_gb = 900000000000508004, k_set = 100040,
                     k_map = 100041;

/// root > toy > car, boat > raft; old was the same as boat.
EditionDouble make_toys() {
  EditionDouble edition;
  const ConceptId root = edition.add(k_root);
  for (const ecl::SctId id : {ecl::k_synonym, ecl::k_fully_specified_name, ecl::k_definition,
                              ecl::k_preferred, ecl::k_acceptable, ecl::k_primitive, ecl::k_defined,
                              ecl::k_is_a, k_module, k_other_module, k_gb})
    edition.add(id, {root});
  const ConceptId history = edition.add(ecl::k_historical_association, {root});
  const ConceptId same_as = edition.add(ecl::k_same_as, {history});
  const ConceptId set = edition.add(k_set, {root});
  const ConceptId map = edition.add(k_map, {root});
  const ConceptId toy = edition.add(k_toy, {root});
  const ConceptId car = edition.add(k_car, {toy});
  const ConceptId boat = edition.add(k_boat, {toy});
  const ConceptId raft = edition.add(k_raft, {boat});
  const ConceptId old = edition.add(k_old);
  edition.nodes[old].is_active = false;
  std::vector<ConceptId> types;
  for (const ecl::SctId id : {k_colour, k_wheels, k_name, k_floats})
    types.push_back(edition.add(id, {root}));
  const ConceptId red = edition.add(k_red, {root});
  edition.relate(car, types[0], red, 1);
  edition.relate(car, types[1], "4", ValueKind::number, 1);
  edition.relate(boat, types[1], "0.50", ValueKind::number, 0);
  edition.relate(boat, types[2], "Sea Bird", ValueKind::string, 0);
  edition.relate(boat, types[3], "true", ValueKind::boolean, 0);
  edition.relate(raft, types[3], "false", ValueKind::boolean, 0);
  for (ConceptId id = 0; id < edition.size(); ++id) {
    edition.nodes[id].module = edition.find(k_module);
    edition.nodes[id].status = edition.find(ecl::k_primitive);
  }
  edition.nodes[raft].module = edition.find(k_other_module);
  edition.nodes[raft].status = edition.find(ecl::k_defined);
  edition.nodes[raft].time = 0;
  edition.nodes[car].time = 20230131;

  edition.describe(car, "Car (toy)").type = edition.find(ecl::k_fully_specified_name);
  edition.describe(car, "Little motor-car");  // 9000002
  edition.describe(car, "Leksaksbil", "sv");
  edition.describe(car, "Jalopy").is_active = false;
  edition.describe(boat, "Sj\xC3\xB6gren boat");  // o with two dots
  edition.describe(boat, "B\xC3\xA5t", "sv").module = edition.find(k_other_module);
  auto& raft_text = edition.describe(raft, "RAFT of logs");
  raft_text.effective_time = 20220131;
  edition.accept(0, edition.find(k_gb), edition.find(ecl::k_preferred));
  edition.accept(1, edition.find(k_gb), edition.find(ecl::k_acceptable));
  edition.accept(4, edition.find(k_gb), edition.find(ecl::k_preferred));
  edition.alternates["TOY#c-1"] = car;

  edition.begin_set(same_as, {{"targetComponentId", ecl::FieldType::component}});
  edition.add_member(old, {{ecl::FieldType::component, boat, {}}});
  edition.begin_set(set);
  edition.add_member(car).module = edition.find(k_other_module);
  edition.add_member(raft).effective_time = 20200131;
  edition.add_member(boat).is_active = false;
  edition.begin_set(map, {{"mapTarget", ecl::FieldType::string},
                          {"mapGroup", ecl::FieldType::integer},
                          {"since", ecl::FieldType::time},
                          {"isMain", ecl::FieldType::boolean}});
  const auto map_to = [&](ConceptId id, const char* code, const char* group, const char* since,
                          const char* main) {
    edition.add_member(id, {{ecl::FieldType::string, k_no_concept, code},
                            {ecl::FieldType::integer, k_no_concept, group},
                            {ecl::FieldType::time, k_no_concept, since},
                            {ecl::FieldType::boolean, k_no_concept, main}});
  };
  map_to(car, "T45.9", "1", "20200101", "1");
  map_to(boat, "T45.91", "2", "20210101T00", "0");
  map_to(raft, "", "10", "", "0");
  return edition;
}

fhir::Result<ConceptSet> run(const std::string& text, const EditionDouble& edition,
                             const ecl::EvaluateOptions& options = {}) {
  const auto expression = ecl::parse(text);
  if (!expression) FAIL(text << ": " << expression.error().diagnostics);
  return ecl::evaluate(*expression, edition, options);
}

Ids find(const std::string& text) {
  static const EditionDouble k_edition = make_toys();
  const auto found = run(text, k_edition);
  if (!found) FAIL(text << ": " << found.error().diagnostics);
  Ids ids;
  found->for_each([&](ConceptId id) { ids.push_back(k_edition.sct_id(id)); });
  return ids;
}

fhir::Issue refusal(const std::string& text) {
  static const EditionDouble k_edition = make_toys();
  const auto found = run(text, k_edition);
  if (found) FAIL(text << " was answered");
  return found.error();
}

}  // namespace

TEST_CASE("a concept that the edition does not have satisfies nothing") {
  CHECK(find("999999").empty());
  CHECK(find("<< 999999").empty());
  CHECK(find("100001 : 999999 = *").empty());
  CHECK(find("NONE#1").empty());
}

TEST_CASE("an alternate identifier is the concept it stands for") {
  CHECK(find("TOY#c-1") == Ids{k_car});
  CHECK(find("> TOY#\"c-1\" AND << 100001") == Ids{k_toy});
}

TEST_CASE("the substrate has inactive concepts, which hierarchy does not reach") {
  CHECK(find("100005") == Ids{k_old});
  CHECK(find("* {{ C active = 0 }}") == Ids{k_old});
  CHECK(find("<< 100000 {{ C active = false }}").empty());
}

TEST_CASE("concrete values are compared as numbers, texts and truth values") {
  CHECK(find("* : 100011 = #4") == Ids{k_car});
  CHECK(find("* : 100011 = #0.5") == Ids{k_boat});
  CHECK(find("* : 100011 < #4") == Ids{k_boat});
  CHECK(find("* : 100011 >= #0.500") == Ids{k_car, k_boat});
  CHECK(find("* : 100011 != #4") == Ids{k_boat});
  CHECK(find("* : 100011 > #-1") == Ids{k_car, k_boat});
  CHECK(find("* : 100012 = \"Sea Bird\"") == Ids{k_boat});
  CHECK(find("* : 100012 = \"sea\"").empty());
  CHECK(find("* : 100012 = match:\"bir sea\"") == Ids{k_boat});
  CHECK(find("* : 100012 = wild:\"sea*\"") == Ids{k_boat});
  CHECK(find("* : 100012 != \"Sea Cow\"") == Ids{k_boat});
  CHECK(find("* : 100012 = (\"Sea Cow\" \"Sea Bird\")") == Ids{k_boat});
  CHECK(find("* : 100013 = true") == Ids{k_boat});
  CHECK(find("* : 100013 != TRUE") == Ids{k_raft});
  CHECK(find("* : 100011 = *") == Ids{k_car, k_boat});
  CHECK(find("* : 100011 = 100020").empty());
}

TEST_CASE("is a may be named as an attribute") {
  CHECK(find("* : 116680003 = 100001") == Ids{k_car, k_boat});
  CHECK(find("100004 . 116680003") == Ids{k_boat});
  CHECK(find("* : R 116680003 = 100004") == Ids{k_boat});
}

TEST_CASE("concept filters ask for status, module, time and activity") {
  const auto toys = [](const std::string& filter) {
    return find("<< 100001 {{ C " + filter + " }}");
  };
  CHECK(toys("definitionStatus = defined") == Ids{k_raft});
  CHECK(toys("definitionStatus != (defined primitive)").empty());
  CHECK(toys("definitionStatusId = 900000000000074008") == Ids{k_toy, k_car, k_boat});
  CHECK(toys("moduleId = 100031") == Ids{k_raft});
  CHECK(toys("moduleId != (100031 |other| 100040)") == Ids{k_toy, k_car, k_boat});
  CHECK(toys("moduleId = (100031 OR 100040)") == Ids{k_raft});
  CHECK(toys("effectiveTime = \"20230131\"") == Ids{k_car});
  CHECK(toys("effectiveTime < \"20240101\"") == Ids{k_car});
  CHECK(toys("effectiveTime = \"\"") == Ids{k_raft});
  CHECK(toys("effectiveTime != (\"20230131\" \"\")") == Ids{k_toy, k_boat});
  CHECK(toys("moduleId = 100030, effectiveTime <= \"20230131\"") == Ids{k_car});
}

TEST_CASE("a description satisfies every condition of a filter") {
  const auto toys = [](const std::string& filter) {
    return find("<< 100001 {{ " + filter + " }}");
  };
  CHECK(toys("term = \"car\", language = sv").empty());
  CHECK(find("<< 100001 {{ term = \"car\" }} {{ language = sv }}") == Ids{k_car});
  CHECK(toys("language != en") == Ids{k_car, k_boat});
  CHECK(toys("language = (SV de)") == Ids{k_car, k_boat});
  CHECK(toys("type = fsn") == Ids{k_car});
  CHECK(toys("typeId = 900000000000003001") == Ids{k_car});
  CHECK(toys("type = (fsn def)") == Ids{k_car});
  CHECK(toys("D moduleId = 100031") == Ids{k_boat});
  CHECK(toys("D effectiveTime = \"20220131\"") == Ids{k_raft});
  CHECK(toys("D id = 9000002") == Ids{k_car});
  CHECK(find("* {{ D id = (9000002 9000006) }}") == Ids{k_car, k_raft});
  CHECK(toys("D id != 9000006") == Ids{k_car, k_boat});
}

TEST_CASE("only active descriptions count unless the filter says otherwise") {
  CHECK(find("* {{ term = \"jalopy\" }}").empty());
  CHECK(find("* {{ term = \"jalopy\", active = 0 }}") == Ids{k_car});
  CHECK(find("* {{ term = \"jalopy\", active = * }}") == Ids{k_car});
  CHECK(find("* {{ term = \"jalopy\", active = true }}").empty());
}

TEST_CASE("words match by their beginnings in any order, wild texts as a whole") {
  const auto terms = [](const std::string& term) { return find("* {{ term = " + term + " }}"); };
  CHECK(terms("\"mot lit\"") == Ids{k_car});
  CHECK(terms("\"motor-c\"") == Ids{k_car});
  CHECK(terms("\"otor\"").empty());
  CHECK(terms("\"(toy\"") == Ids{k_car});
  CHECK(terms("(\"raft\" \"motor\")") == Ids{k_car, k_raft});
  CHECK(terms("wild:\"car*\"") == Ids{k_car});
  CHECK(terms("wild:\"*car\"") == Ids{k_car});
  CHECK(terms("wild:\"raft*l*gs\"") == Ids{k_raft});
  CHECK(terms("wild:\"raft\"").empty());
  CHECK(terms("wild:\"raft of logs\"") == Ids{k_raft});
  CHECK(terms("(match:\"boat\" wild:\"*logs\")") == Ids{k_boat, k_raft});
  CHECK(find("<< 100003 {{ term != \"raft\" }}") == Ids{k_boat});
}

TEST_CASE("unmarked letters match marked ones, marked ones only themselves") {
  const auto terms = [](const std::string& term) { return find("* {{ term = " + term + " }}"); };
  CHECK(terms("\"sjogren\"") == Ids{k_boat});
  CHECK(terms("\"SJ\xC3\x96GREN\"") == Ids{k_boat});
  CHECK(terms("\"sj\xC3\xB8gren\"").empty());
  CHECK(terms("wild:\"sjogren*\"") == Ids{k_boat});
  CHECK(terms("\"r\xC3\xA4"
              "ft\"")
            .empty());
  // In Swedish the ring makes another letter.
  CHECK(terms("\"b\xC3\xA5t\"") == Ids{k_boat});
  CHECK(terms("\"bat\"").empty());
}

TEST_CASE("dialects are language reference sets with acceptabilities") {
  const auto toys = [](const std::string& filter) {
    return find("<< 100001 {{ " + filter + " }}");
  };
  CHECK(toys("dialect = en-gb") == Ids{k_car, k_boat});
  CHECK(toys("dialect = EN-GB (prefer)") == Ids{k_car, k_boat});
  CHECK(toys("dialect = en-gb (accept)") == Ids{k_car});
  CHECK(toys("dialectId = 900000000000508004 (900000000000549004)") == Ids{k_car});
  CHECK(toys("dialect = (en-us en-gb (accept)) (prefer)") == Ids{k_car});
  CHECK(toys("dialectId = (900000000000508004 (prefer) 100040)") == Ids{k_car, k_boat});
  CHECK(toys("dialect = en-us").empty());
  CHECK(toys("dialect != en-gb") == Ids{k_car, k_boat, k_raft});
  CHECK(toys("term = \"car\", dialect = en-gb (prefer), dialect != en-us") == Ids{k_car});
  CHECK(toys("dialectId = (100000 OR 900000000000508004) (accept)") == Ids{k_car});
  CHECK(refusal("* {{ dialect = en-moon }}").type == fhir::IssueType::not_found);
}

TEST_CASE("members are filtered by any field of their reference set") {
  const auto mapped = [](const std::string& filter) {
    return find("^ 100041 {{ M " + filter + " }}");
  };
  CHECK(find("^ 100040") == Ids{k_car, k_raft});
  CHECK(find("^ [referencedComponentId] 100040") == Ids{k_car, k_raft});
  CHECK(find("^ 100040 {{ M active = 0 }}") == Ids{k_boat});
  CHECK(find("^ 100040 {{ M active = * }}") == Ids{k_car, k_boat, k_raft});
  CHECK(find("^ 100040 {{ M moduleId = 100031 }}") == Ids{k_car});
  CHECK(find("^ 100040 {{ M effectiveTime < \"20200601\" }}") == Ids{k_raft});
  CHECK(find("^ 100040 {{ M referencedComponentId = << 100003 }}") == Ids{k_raft});
  CHECK(find("< ^ 100041 {{ M mapTarget = \"T45\", mapGroup != #1 }}") == Ids{k_raft});
  CHECK(mapped("mapTarget = \"T45\"") == Ids{k_car, k_boat});
  CHECK(mapped("mapTarget = \"T45.91\"") == Ids{k_boat});
  CHECK(mapped("mapTarget = wild:\"T45.9\"") == Ids{k_car});
  CHECK(mapped("mapTarget = \"\"") == Ids{k_raft});
  CHECK(mapped("mapTarget != \"T45\"") == Ids{k_raft});
  CHECK(mapped("mapGroup < #10") == Ids{k_car, k_boat});
  CHECK(mapped("since >= \"20200102\"") == Ids{k_boat});
  CHECK(mapped("since = (\"20200101\" \"\")") == Ids{k_car, k_raft});
  CHECK(mapped("isMain = true") == Ids{k_car});
  CHECK(mapped("mapGroup = 100001").empty());
  CHECK(find("^ *") == Ids{k_car, k_boat, k_raft, k_old});
  CHECK(find("^ (100040 OR 900000000000527005)") == Ids{k_car, k_raft, k_old});
}

TEST_CASE("a field that none of the reference sets has is an error, one without concepts too") {
  CHECK(refusal("^ [nothing] 100040").type == fhir::IssueType::not_found);
  CHECK(refusal("^ 100040 {{ M nothing = #1 }}").type == fhir::IssueType::not_found);
  CHECK(refusal("^ [mapTarget] 100041").type == fhir::IssueType::not_supported);
  CHECK(refusal("^ [mapTarget, mapGroup] 100041").type == fhir::IssueType::not_supported);
  CHECK(refusal("^ [referencedComponentId, nothing] 100041").type == fhir::IssueType::not_found);
  CHECK(find("^ (100040 OR 100041) {{ M mapGroup = #2 }}") == Ids{k_boat});
  CHECK(find("^ [nothing] 999999").empty());
}

TEST_CASE("of several fields of a reference set the concepts are given") {
  CHECK(find("^ [targetComponentId] 900000000000527005") == Ids{k_boat});
  CHECK(find("^ [referencedComponentId, targetComponentId] 900000000000527005") ==
        Ids{k_boat, k_old});
  CHECK(find("^ [*] 900000000000527005") == Ids{k_boat, k_old});
  CHECK(find("^ [*] 100041") == Ids{k_car, k_boat, k_raft});
  CHECK(find("^ [referencedComponentId, mapTarget] 100041 {{ M mapGroup = #2 }}") == Ids{k_boat});
  CHECK(find("< ^ [*] 900000000000527005") == Ids{k_raft});
}

TEST_CASE("a history supplement adds what was replaced by the result") {
  CHECK(find("<< 100003 {{ + HISTORY-MIN }}") == Ids{k_boat, k_raft, k_old});
  CHECK(find("<< 100003 {{ + HISTORY }}") == Ids{k_boat, k_raft, k_old});
  CHECK(find("100004 {{ + HISTORY }}") == Ids{k_raft});
  CHECK(find("100003 {{ + HISTORY (100040) }}") == Ids{k_boat});
  CHECK(find("100003 {{ C active = 0 }} {{ + HISTORY }}").empty());
}

TEST_CASE("an evaluation ends at its steps and when it is late") {
  const EditionDouble edition = make_toys();
  ecl::EvaluateOptions few;
  few.steps_max = 10;
  CHECK(run("<< 100000", edition, few).error().type == fhir::IssueType::too_costly);
  ecl::EvaluateOptions late;
  late.is_late = [] { return true; };
  CHECK(run("<< 100000", edition, late).error().type == fhir::IssueType::timeout);
}
