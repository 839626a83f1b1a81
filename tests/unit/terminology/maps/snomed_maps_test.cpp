// https://hl7.org/fhir/R4/snomedct.html#implicit-cm
#include "terminology/maps/snomed_maps.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "terminology/maps/map_rule.h"
#include "terminology/translate.h"
#include "unit/terminology/definitions_double.h"
#include "unit/terminology/ecl/edition_double.h"

namespace {

using namespace ecl_test;
using terminology::CodeSystem;
using terminology::ConceptMap;
using terminology::Direction;
using terminology::MapLink;
using Texts = std::vector<std::string>;

/// An edition as a code system: codes and displays only.
class EditionCodes final : public CodeSystem {
 public:
  explicit EditionCodes(const EditionDouble& edition) : edition_(edition) {
    info_.url = "http://snomed.info/sct";
    info_.version = "http://snomed.info/sct/1/version/20290101";
    for (ConceptId id = 0; id < edition.size(); ++id)
      codes_.push_back(std::to_string(edition.sct_id(id)));
  }
  const terminology::CodeSystemInfo& info() const override { return info_; }
  fhir::Membership has(std::string_view code) const override {
    return find(code) != k_no_concept ? fhir::Membership::yes : fhir::Membership::no;
  }
  ConceptId find(std::string_view code) const override {
    const auto found = std::find(codes_.begin(), codes_.end(), code);
    return found != codes_.end() ? static_cast<ConceptId>(found - codes_.begin()) : k_no_concept;
  }
  ConceptId size() const override { return edition_.size(); }
  terminology::Concept at(ConceptId id) const override {
    return {.code = codes_[id], .display = "concept"};
  }
  std::uint32_t property_count(ConceptId) const override { return 0; }
  terminology::Property property(ConceptId, std::uint32_t) const override { return {}; }
  std::uint32_t designation_count(ConceptId) const override { return 0; }
  terminology::Designation designation(ConceptId, std::uint32_t) const override { return {}; }
  std::span<const ConceptId> parents(ConceptId id) const override { return edition_.parents(id); }
  std::span<const ConceptId> children(ConceptId id) const override { return edition_.children(id); }
  bool is_a(ConceptId, ConceptId) const override { return false; }

 private:
  const EditionDouble& edition_;
  terminology::CodeSystemInfo info_;
  std::vector<std::string> codes_;
};

constexpr ecl::SctId k_icd_map = 6011000124106, k_female = 248152002, k_male = 248153007;

EditionDouble make_edition() {
  EditionDouble edition;
  const ConceptId root = edition.add(100000);
  for (const ecl::SctId id : {k_female, k_male, ecl::SctId{447559001}, ecl::SctId{447561005}})
    edition.add(id, {root});
  edition.add(100009, {edition.find(k_female)});
  const ConceptId same_as = edition.add(ecl::k_same_as, {root});
  const ConceptId parts = edition.add(734138000, {root});
  const ConceptId icd = edition.add(k_icd_map, {root});
  const ConceptId unknown = edition.add(100007, {root});
  const ConceptId fever = edition.add(100001, {root});
  const ConceptId old = edition.add(100002);
  const ConceptId other_old = edition.add(100003);
  const std::vector<ecl::Field> association = {{"targetComponentId", ecl::FieldType::component}};
  edition.begin_set(same_as, association);
  edition.add_member(old, {{ecl::FieldType::component, fever, {}}});
  edition.add_member(other_old, {{ecl::FieldType::component, fever, {}}});
  edition.begin_set(parts, association);
  edition.add_member(fever, {{ecl::FieldType::component, root, {}}});
  edition.begin_set(unknown, {{"mapTarget", ecl::FieldType::string}});
  edition.add_member(fever, {{ecl::FieldType::string, k_no_concept, "x"}});
  edition.begin_set(icd, {{"mapGroup", ecl::FieldType::integer},
                          {"mapPriority", ecl::FieldType::integer},
                          {"mapRule", ecl::FieldType::string},
                          {"mapAdvice", ecl::FieldType::string},
                          {"mapTarget", ecl::FieldType::string},
                          {"correlationId", ecl::FieldType::component}});
  const auto row = [&](const char* group, const char* priority, const char* rule,
                       const char* advice, const char* target, ecl::SctId correlation) {
    return &edition.add_member(fever, {{ecl::FieldType::integer, k_no_concept, group},
                                       {ecl::FieldType::integer, k_no_concept, priority},
                                       {ecl::FieldType::string, k_no_concept, rule},
                                       {ecl::FieldType::string, k_no_concept, advice},
                                       {ecl::FieldType::string, k_no_concept, target},
                                       {ecl::FieldType::component, edition.find(correlation), {}}});
  };
  row("2", "1", "TRUE", "ALWAYS Z99", "Z99", 447561005);
  row("1", "3", "OTHERWISE TRUE", "NO CODE", "", 447561005);
  row("1", "1", "IFA 248152002 | Female (finding) |", "IF FEMALE CHOOSE Q77.0", "Q77.0", 447559001);
  row("1", "2", "IFA 248153007 | Male (finding) |", "IF MALE CHOOSE Q77.1", "Q77.1", 447561005);
  row("1", "4", "TRUE", "NEVER", "Q00", 447561005)->is_active = false;
  return edition;
}

class Maps {
 public:
  const ConceptMap* find(ecl::SctId set) const {
    for (const auto& map : maps_) {
      if (map->url() == "http://snomed.info/sct?fhir_cm=" + std::to_string(set)) return map.get();
    }
    return nullptr;
  }
  std::vector<terminology::TranslateMatch> matches(ecl::SctId set, const char* system,
                                                   const char* code, Direction direction,
                                                   std::vector<MapLink> facts) const {
    const ConceptMap* map = find(set);
    REQUIRE(map != nullptr);
    return terminology::translate(
        *terms_, *map,
        {.coding = {.system = system, .version = {}, .code = code, .display = {}},
         .target_system = {},
         .direction = direction,
         .dependencies = std::move(facts)});
  }
  Texts ask(ecl::SctId set, const char* system, const char* code,
            Direction direction = Direction::forward, std::vector<MapLink> facts = {}) const {
    Texts found;
    for (const auto& match : matches(set, system, code, direction, std::move(facts)))
      found.push_back(std::string(match.equivalence) + " " + std::string(match.code));
    return found;
  }
  std::size_t size() const { return maps_.size(); }
  const EditionDouble& edition() const { return edition_; }

 private:
  EditionDouble edition_ = make_edition();
  EditionCodes codes_{edition_};
  std::vector<std::unique_ptr<const ConceptMap>> maps_ =
      terminology::maps::snomed_maps(codes_, edition_);
  std::shared_ptr<const terminology::Terminology> terms_ =
      terminology::Terminology::make(std::make_shared<DefinitionsDouble>());
};

constexpr const char* k_snomed = "http://snomed.info/sct";
constexpr const char* k_icd = "http://hl7.org/fhir/sid/icd-10-cm";
constexpr const char* k_gender = "http://hl7.org/fhir/administrative-gender";

}  // namespace

TEST_CASE("a historical association maps what was to what took its place, and back") {
  const Maps maps;
  CHECK(maps.ask(ecl::k_same_as, k_snomed, "100002") == Texts{"equal 100001"});
  CHECK(maps.ask(ecl::k_same_as, k_snomed, "100001").empty());
  CHECK(maps.ask(ecl::k_same_as, k_snomed, "100001", Direction::reverse) ==
        Texts{"equal 100002", "equal 100003"});
}

TEST_CASE("an edition implies maps where source and target are known, no others") {
  const Maps maps;
  CHECK(maps.size() == 2);
  CHECK(maps.find(734138000) == nullptr);
  const ConceptMap* icd = maps.find(k_icd_map);
  REQUIRE(icd != nullptr);
  CHECK(icd->target_value_set() == "http://hl7.org/fhir/sid/icd-10-cm?fhir_vs");
  CHECK(icd->version() == "http://snomed.info/sct/1/version/20290101");
}

TEST_CASE("an extended map without dependencies gives all rows by group and priority") {
  const Maps maps;
  CHECK(maps.ask(k_icd_map, k_snomed, "100001") ==
        Texts{"narrower Q77.0", "relatedto Q77.1", "unmatched ", "relatedto Z99"});
  const auto matches = maps.matches(k_icd_map, k_snomed, "100001", Direction::forward, {});
  CHECK(matches[0].comment == "IF FEMALE CHOOSE Q77.0");
  CHECK(matches[0].system == k_icd);
  REQUIRE(matches[0].own_products.size() == 4);
  CHECK(matches[0].own_products[2].property == "mapRule");
  CHECK(matches[0].own_products[2].display == "IFA 248152002 | Female (finding) |");
}

TEST_CASE("an extended map with dependencies gives the first row of each group that they meet") {
  const Maps maps;
  const auto with = [&](const char* system, const char* code) {
    return maps.ask(k_icd_map, k_snomed, "100001", Direction::forward,
                    {{"Patient.gender", system, code, {}}});
  };
  CHECK(with(k_gender, "female") == Texts{"narrower Q77.0", "relatedto Z99"});
  CHECK(with(k_gender, "male") == Texts{"relatedto Q77.1", "relatedto Z99"});
  CHECK(with(k_snomed, "248152002") == Texts{"narrower Q77.0", "relatedto Z99"});
  CHECK(with(k_snomed, "100009") == Texts{"narrower Q77.0", "relatedto Z99"});  // below it
  CHECK(with(k_gender, "unknown") == Texts{"unmatched ", "relatedto Z99"});
}

TEST_CASE("an extended map is reversed with its equivalence") {
  const Maps maps;
  CHECK(maps.ask(k_icd_map, k_icd, "Q77.0", Direction::reverse) == Texts{"wider 100001"});
  CHECK(maps.ask(k_icd_map, k_icd, "Q00", Direction::reverse).empty());
}

TEST_CASE("a rule is met when all its parts are") {
  using terminology::maps::judge_rule;
  using terminology::maps::RuleOutcome;
  const Maps maps;
  const std::vector<MapLink> female = {{"g", k_gender, "female", {}}};
  const auto judge = [&](const char* rule) { return judge_rule(rule, female, maps.edition()); };
  CHECK(judge("TRUE") == RuleOutcome::met);
  CHECK(judge("IFA 248152002 | Female (finding) |") == RuleOutcome::met);
  CHECK(judge("IFA 248153007 | Male (finding) |") == RuleOutcome::not_met);
  CHECK(judge("IFA 100001 | Fever |") == RuleOutcome::unknown);
  CHECK(judge("IFA 445518008 | Age at onset | < 28.0 days") == RuleOutcome::unknown);
  CHECK(judge("IFA 248152002 | Female | AND IFA 445518008 | Age | >= 1.0 years") ==
        RuleOutcome::unknown);
  CHECK(judge("IFA 445518008 | Age | < 1 years AND IFA 248153007 | Male |") ==
        RuleOutcome::not_met);
  CHECK(judge("no rule") == RuleOutcome::unknown);
}
