#include "src/policy/policies.h"

#include <set>

#include "src/policy/patient_compartment.h"
#include "unit/policy/fixture.h"

using namespace server;
using policy::Extent;
using policy::Interactions;
using policy::Subject;
using policy_test::definitions;
using policy_test::policies_of;

namespace {

const std::vector<std::string> k_patients = {"p1", "p2"};

policy::Permission permission(const std::string& rules, std::string_view type,
                              Interactions interactions,
                              const Subject& subject = {"Practitioner/dr", k_patients}) {
  return policies_of(rules)->role("nurse")->permission(type, interactions, subject, definitions());
}

std::string text_of(const search::Criterion& criterion) {
  std::string out = criterion.parameter != nullptr ? std::string(criterion.parameter->code) : "";
  if (criterion.combination == search::Combination::all) out += "all";
  if (criterion.combination == search::Combination::any) out += "any";
  for (const auto& one : criterion.alternatives)
    out += "," + one.type + (one.type.empty() ? "" : "/") + (one.id.empty() ? one.code : one.id);
  if (!criterion.parts.empty()) {
    out += "(";
    for (const auto& part : criterion.parts) out += text_of(part) + ";";
    out += ")";
  }
  return out;
}

}  // namespace

TEST_CASE("nothing is allowed that no rule allows") {
  const std::string rules = R"({"allow":["read","search"],"types":"Patient"})";
  CHECK(permission(rules, "Patient", policy::interaction_read).extent == Extent::all);
  CHECK(permission(rules, "Patient", policy::interaction_vread).extent == Extent::none);
  CHECK(
      permission(rules, "Patient", policy::interaction_read | policy::interaction_delete).extent ==
      Extent::none);
  CHECK(permission(rules, "Observation", policy::interaction_read).extent == Extent::none);
  CHECK(permission(rules, "Patient", 0).extent == Extent::none);
}

TEST_CASE("rules add up") {
  const std::string rules =
      R"({"allow":"read","types":"Observation","filter":"Observation?category=laboratory"},
         {"allow":["read","search"],"types":"Observation","filter":"Observation?category=vital-signs"},
         {"allow":"search","types":"*","except":["Patient"]})";
  const auto both = permission(rules, "Observation", policy::interaction_read);
  REQUIRE(both.extent == Extent::some);
  CHECK(text_of(both.limit) == "any(category,laboratory;category,vital-signs;)");
  CHECK(permission(rules, "Observation", policy::interaction_search).extent == Extent::all);
  CHECK(permission(rules, "Patient", policy::interaction_search).extent == Extent::none);
  CHECK(permission(rules, "Condition", policy::interaction_search).extent == Extent::all);
}

TEST_CASE("several filters of a type are alternatives, and their parameters are together") {
  const auto found = permission(
      R"({"allow":"read","types":["Observation"],
          "filter":["Observation?category=laboratory&status=final","Observation?code=x"]})",
      "Observation", policy::interaction_read);
  REQUIRE(found.extent == Extent::some);
  CHECK(text_of(found.limit) == "any(all(category,laboratory;status,final;);code,x;)");
}

TEST_CASE("{user} and {patient} stand for whoever asks") {
  const std::string rules =
      R"({"allow":"read","types":"Appointment","filter":"Appointment?practitioner={user}"},
         {"allow":"read","types":"Observation","filter":"Observation?subject={patient}"},
         {"allow":"read","types":"Patient","filter":"Patient?_id={patient}"})";
  CHECK(text_of(permission(rules, "Appointment", policy::interaction_read).limit) ==
        "practitioner,Practitioner/dr");
  CHECK(text_of(permission(rules, "Observation", policy::interaction_read).limit) ==
        "subject,Patient/p1,Patient/p2");
  CHECK(text_of(permission(rules, "Patient", policy::interaction_read).limit) == "_id,p1,p2");
  for (const char* type : {"Appointment", "Observation", "Patient"})
    CHECK(permission(rules, type, policy::interaction_read, {}).extent == Extent::none);
  CHECK(permission(rules, "Appointment", policy::interaction_read, {"Patient/p1", {}}).extent ==
        Extent::none);
}

TEST_CASE("a compartment is that of the user") {
  const std::string rules =
      R"({"allow":"read","types":"compartment","compartment":"patient"},
         {"allow":"search","types":"Encounter","compartment":"practitioner"})";
  const auto own = permission(rules, "Condition", policy::interaction_read);
  REQUIRE(own.extent == Extent::some);
  CHECK(text_of(own.limit).find("Patient/p2") != std::string::npos);
  CHECK(permission(rules, "Condition", policy::interaction_read, {"Practitioner/dr", {}}).extent ==
        Extent::none);
  CHECK(permission(rules, "Organization", policy::interaction_read).extent == Extent::none);
  CHECK(text_of(permission(rules, "Encounter", policy::interaction_search).limit)
            .find("Practitioner/dr") != std::string::npos);
  CHECK(permission(rules, "Encounter", policy::interaction_search, {"Patient/p1", k_patients})
            .extent == Extent::none);
}

TEST_CASE("a Provenance is of the patient whom one of its targets is of") {
  const auto named = policy::of_patient("Provenance", "p1", definitions());
  REQUIRE(named);
  CHECK(text_of(*named).find("target") == std::string::npos);
  const auto own = policy::of_patient("Provenance", "p1", definitions(), policy::Reach::told_of);
  REQUIRE(own);
  std::set<std::string> led_to;
  for (const search::Criterion& part : own->parts) {
    if (!part.chained) continue;
    CHECK(part.parameter->code == "target");
    CHECK(text_of(*part.chained) == "patient,Patient/p1");
    led_to.insert(part.target_type);
  }
  for (const char* type : {"Condition", "Observation", "Device", "MedicationRequest"})
    CHECK(led_to.contains(type));
  for (const char* type : {"Provenance", "Group", "Organization"})
    CHECK_FALSE(led_to.contains(type));
  // Past 64 a store looks at every Provenance rather than from the patient on.
  CHECK(own->parts.size() <= 64);
}

TEST_CASE("operations are allowed by name and type") {
  const auto policies = policies_of(
      R"({"allow":["$everything","$meta"],"types":"Patient"},{"allow":"$*","types":"ValueSet"})");
  const policy::Role& role = *policies->role("nurse");
  CHECK(role.operates("everything", "Patient"));
  CHECK_FALSE(role.operates("everything", "Encounter"));
  CHECK(role.operates("expand", "ValueSet"));
  CHECK(role.operates("meta", ""));
  CHECK_FALSE(
      policies_of(R"({"allow":"$meta","types":"Patient"})")->role("nurse")->operates("export", ""));
}

TEST_CASE("only who sees all of everything needs no limit") {
  const auto reads = [](const std::string& rules) {
    return policies_of(rules)->role("nurse")->reads_everything();
  };
  const std::string all = R"("allow":["read","vread","search","history"],"types":"*")";
  CHECK(reads("{" + all + "}"));
  CHECK_FALSE(reads(R"({"allow":["read","search"],"types":"*"})"));
  CHECK_FALSE(reads("{" + all + R"(,"except":"Claim"})"));
  CHECK_FALSE(reads("{" + all + R"(,"masked":"Patient.telecom"})"));
}

TEST_CASE("a role that no longer compiles may do nothing") {
  auto files =
      policy_test::files_of(R"({"allow":"read","types":"Patient","filter":"Patient?gone=x"})");
  CHECK_FALSE(policy::Policies::make(files, definitions()));
  CHECK(policy::Policies::make_again(files, definitions())->role("nurse") == nullptr);
}
