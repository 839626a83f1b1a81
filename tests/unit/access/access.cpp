#include "src/access/access.h"

#include <doctest/doctest.h>

#include "fhir/formats/json_document.h"
#include "src/access/guarded_query.h"
#include "src/access/limit.h"
#include "src/search/extractor.h"
#include "src/search/query_parser.h"
#include "unit/search/fixture.h"

using namespace server;
using access::Access;
using access::Extent;
using access::Identity;
using search::Combination;
using search::Criterion;

namespace {

const fhir::DefinitionStore& definitions() { return *search_test::core(); }

std::shared_ptr<const Identity> shared(Identity identity) {
  return std::make_shared<const Identity>(std::move(identity));
}

Identity identity(std::string_view scopes, std::string patient = "p1") {
  Identity out;
  out.scopes = security::parse_scopes(scopes);
  out.patient = std::move(patient);
  return out;
}

Extent extent(const Identity& who, std::string_view type, security::Rights rights) {
  return Access(shared(who), definitions()).permission(type, rights).extent;
}

search::Query query(std::string_view type,
                    std::vector<std::pair<std::string, std::string>> parameters) {
  search::ParseOptions options;
  options.allow_chains = true;
  auto parsed = search::parse_query(type, parameters, definitions(), options);
  REQUIRE(parsed);
  return *std::move(parsed);
}

bool names_patient(const Criterion& criterion, std::string_view id) {
  for (const search::Operand& operand : criterion.alternatives) {
    if (operand.id == id || operand.code == id) return true;
  }
  for (const Criterion& part : criterion.parts) {
    if (names_patient(part, id)) return true;
  }
  return false;
}

constexpr security::Rights k_rs = security::right_read | security::right_search;

}  // namespace

TEST_CASE("scopes of users and systems allow what they name") {
  const Identity user = identity("user/Observation.rs system/Patient.r");
  CHECK(extent(user, "Observation", k_rs) == Extent::all);
  CHECK(extent(user, "Observation", security::right_update) == Extent::none);
  CHECK(extent(user, "Patient", security::right_read) == Extent::all);
  CHECK(extent(user, "Patient", security::right_search) == Extent::none);
  CHECK(extent(user, "Condition", security::right_read) == Extent::none);
  CHECK(extent(identity("user/Patient.r user/Patient.s"), "Patient", k_rs) == Extent::all);
  CHECK(extent(identity("openid"), "Patient", security::right_read) == Extent::none);
  CHECK(extent(user, "Observation", 0) == Extent::none);
}

TEST_CASE("scopes of a patient are held to the compartment") {
  const Access access(shared(identity("patient/*.cruds")), definitions());
  for (const char* type : {"Patient", "Observation", "Encounter", "Condition", "Device"}) {
    const auto permission = access.permission(type, k_rs);
    REQUIRE(permission.extent == Extent::some);
    CHECK(names_patient(permission.limit, "p1"));
  }
  CHECK(access.permission("Group", k_rs).extent == Extent::none);
  CHECK(access.permission("Bundle", k_rs).extent == Extent::none);
  CHECK_FALSE(access.reads_everything());
}

TEST_CASE("what tells of no patient is read with a patient's scope, never changed") {
  const Identity patient = identity("patient/*.cruds");
  for (const char* type : {"Practitioner", "Organization", "Location", "Medication", "ValueSet"}) {
    CHECK(extent(patient, type, k_rs) == Extent::all);
    CHECK(extent(patient, type, security::right_create) == Extent::none);
    CHECK(extent(patient, type, security::right_update) == Extent::none);
    CHECK(extent(patient, type, security::right_delete) == Extent::none);
  }
}

TEST_CASE("without a patient in context a patient's scope allows nothing of patients") {
  const Identity nobody = identity("patient/*.rs", "");
  CHECK(extent(nobody, "Patient", k_rs) == Extent::none);
  CHECK(extent(nobody, "Observation", k_rs) == Extent::none);
}

TEST_CASE("a patient's user sees its own patients, whatever the context of the scope") {
  Identity user = identity("user/*.rs", "");
  user.is_patient_user = true;
  user.user_patients = {"p1", "p3"};
  const Access access(shared(user), definitions());
  const auto permission = access.permission("Observation", k_rs);
  REQUIRE(permission.extent == Extent::some);
  CHECK(names_patient(permission.limit, "p1"));
  CHECK(names_patient(permission.limit, "p3"));
  CHECK_FALSE(access.reads_everything());
}

TEST_CASE("several scopes for a type add up, and the widest wins") {
  const std::string filtered = "user/Observation.rs?category=laboratory ";
  CHECK(extent(identity(filtered), "Observation", k_rs) == Extent::some);
  CHECK(extent(identity(filtered + "user/Observation.rs"), "Observation", k_rs) == Extent::all);
  const auto both =
      Access(shared(identity(filtered + "user/Observation.rs?category=vital-signs")), definitions())
          .permission("Observation", security::right_read);
  REQUIRE(both.extent == Extent::some);
  CHECK(both.limit.combination == Combination::any);
  CHECK(both.limit.parts.size() == 2);
}

TEST_CASE("a filter that is no filter allows nothing, and is told before it is granted") {
  const auto enforceable = [](std::string_view text) {
    return access::is_enforceable(security::parse_scope(text).value(), definitions());
  };
  CHECK(enforceable("user/*.rs"));
  CHECK(enforceable("user/Observation.rs?category=laboratory&code=http://loinc.org|8867-4"));
  for (const char* text :
       {"user/Observation.rs?nonsense=x", "user/Nothing.rs", "user/Observation.rs?_sort=date",
        "user/Observation.rs?_include=Observation:subject", "user/Observation.rs?_count=5",
        "user/Observation.rs?subject.name=x", "user/Observation.rs?category=%zz",
        "patient/Patient.rs?_has:Observation:patient:code=x", "patient/Observation.rs?_list=l1",
        "patient/Observation.rs?_list=$current-problems", "patient/Location.rs?partof:below=l1",
        "patient/Observation.rs?_contained=true&code=x"})
    CHECK_MESSAGE(!enforceable(text), std::string(text));
  CHECK(extent(identity("user/Observation.rs?nonsense=x"), "Observation", k_rs) == Extent::none);
}

TEST_CASE("only a scope of all types without a filter reads everything") {
  CHECK(Access(shared(identity("user/*.rs")), definitions()).reads_everything());
  CHECK(Access(shared(identity("system/*.r system/*.s")), definitions()).reads_everything());
  CHECK_FALSE(Access(shared(identity("user/*.r")), definitions()).reads_everything());
  CHECK_FALSE(Access(shared(identity("patient/*.rs")), definitions()).reads_everything());
  CHECK_FALSE(Access(shared(identity("user/Patient.rs")), definitions()).reads_everything());
}

TEST_CASE("a guarded query carries the limit of its type and of every type it leads to") {
  const Access access(shared(identity("patient/*.rs")), definitions());
  const auto guarded =
      access::guarded(query("Observation", {{"subject:Patient.name", "x"}}), access);
  REQUIRE(guarded);
  REQUIRE(guarded->criteria.size() == 2);
  CHECK(names_patient(guarded->criteria[1], "p1"));
  REQUIRE(guarded->criteria[0].chained);
  CHECK(names_patient(*guarded->criteria[0].chained, "p1"));
  const auto has =
      access::guarded(query("Practitioner", {{"_has:Observation:performer:code", "x"}}), access);
  REQUIRE(has);
  REQUIRE(has->criteria[0].reverse_chained);
  CHECK(names_patient(*has->criteria[0].reverse_chained, "p1"));
}

TEST_CASE("a query that leads to what may not be searched is refused") {
  const Access access(shared(identity("user/Observation.rs")), definitions());
  for (const auto& [type, name] : std::vector<std::pair<std::string, std::string>>{
           {"Observation", "subject:Patient.name"},
           {"Observation", "subject.name"},
           {"Patient", "name"},
           {"Observation", "_has:Provenance:target:agent"}}) {
    const auto refused = access::guarded(query(type, {{name, "x"}}), access);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().type == fhir::IssueType::forbidden);
    CHECK(refused.error().situation == fhir::Situation::refused);
  }
  CHECK(access::guarded(query("Observation", {{"code", "x"}}), access));
}

TEST_CASE("how a search is answered is told to who may see everything: its counts are of all") {
  const auto asked = query("Observation", {{"code", "x"}, {"_explain", "true"}});
  REQUIRE(asked.explain);
  const auto guarded =
      access::guarded(asked, Access(shared(identity("patient/*.rs")), definitions()));
  REQUIRE(guarded);
  CHECK_FALSE(guarded->explain);
}

TEST_CASE("contained resources are searched by who may see everything") {
  const Access limited(shared(identity("patient/*.rs")), definitions());
  for (const char* which : {"true", "both"}) {
    const auto refused = access::guarded(query("Observation", {{"_contained", which}}), limited);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().type == fhir::IssueType::forbidden);
  }
  CHECK(access::guarded(query("Observation", {{"_contained", "false"}}), limited));
}

namespace {

const search::Extractor& extractor() {
  static const auto made =
      search::Extractor::make(search_test::core(), "https://ehr.example/fhir").value();
  return *made;
}

std::optional<bool> is_seen(const Identity& who, std::string json) {
  const auto document = fhir::json::Document::read(std::move(json)).value();
  const fhir::Element resource = fhir::root_element(document.root(), definitions());
  const Access access(shared(who), definitions());
  const auto permission = access.permission(resource.type->name, security::right_read);
  REQUIRE(permission.extent == Extent::some);
  return access::matches(permission.limit, resource, extractor());
}

std::string observation(std::string_view members) {
  return R"({"resourceType":"Observation","id":"o",)" + std::string(members) + "}";
}

}  // namespace

TEST_CASE("a resource is judged by what it refers to as its index rows are") {
  const Identity one = identity("patient/*.rs");
  for (const char* members : {R"("subject":{"reference":"Patient/p1"})",
                              R"("subject":{"reference":"Patient/p1/_history/3"})",
                              R"("subject":{"reference":"https://ehr.example/fhir/Patient/p1"})",
                              R"("subject":{"reference":"Patient/p2"},)"
                              R"("performer":[{"display":"x"},{"reference":"Patient/p1"}])"})
    CHECK_MESSAGE(is_seen(one, observation(members)) == true, std::string(members));
  for (const char* members :
       {R"("subject":{"reference":"Patient/p2"})", R"("subject":{"reference":"Patient/p11"})",
        R"("subject":{"reference":"Group/p1"})",
        R"("subject":{"reference":"https://other.example/fhir/Patient/p1"})",
        R"("subject":{"identifier":{"value":"p1"},"display":"Patient/p1"})",
        R"("focus":[{"reference":"Patient/p1"}])", R"("status":"final")",
        R"("contained":[{"resourceType":"Observation","id":"c","status":"final",)"
        R"("subject":{"reference":"Patient/p1"}}])"})
    CHECK_MESSAGE(is_seen(one, observation(members)) == false, std::string(members));
  CHECK(is_seen(one, R"({"resourceType":"Patient","id":"p1"})") == true);
  CHECK(is_seen(one, R"({"resourceType":"Patient","id":"p2"})") == false);
}

TEST_CASE("a filter takes a search unless the rest decides") {
  const Identity one = identity("patient/Observation.rs?category=laboratory");
  CHECK(is_seen(one, observation(R"("subject":{"reference":"Patient/p2"})")) == false);
  CHECK_FALSE(is_seen(one, observation(R"("subject":{"reference":"Patient/p1"})")).has_value());
  const Identity both =
      identity("patient/Observation.rs?category=laboratory patient/Observation.r");
  CHECK(is_seen(both, observation(R"("subject":{"reference":"Patient/p1"})")) == true);
}
