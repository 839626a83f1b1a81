#include "src/consent/members.h"

#include <doctest/doctest.h>

#include "fhir/formats/json_document.h"
#include "src/search/value_ranges.h"

using namespace server;
using Strings = std::vector<std::string>;

namespace {

constexpr std::string_view k_base = "http://here/fhir";

std::int64_t at(std::string_view instant) { return search::instants_of(instant)->low; }

/// A directory of resources, and who somebody is by it.
struct Directory {
  consent::Members members;

  void put(std::string text) {
    const auto document = fhir::json::Document::read(std::move(text));
    REQUIRE(document);
    const auto& root = document->root();
    const std::string type(root.string_at("resourceType")), id(root.string_at("id"));
    members.put(type + "/" + id, consent::membership_of(type, id, &root, k_base));
  }

  void take(const std::string& type, const std::string& id) {
    members.put(type + "/" + id, consent::membership_of(type, id, nullptr, k_base));
  }

  consent::Names of(const std::string& name, std::string_view now = "2024-06-01") const {
    return members.names_of({name}, at(now));
  }
};

std::string team(std::string_view members, std::string_view more = "") {
  return R"({"resourceType":"CareTeam","id":"t","status":"active")" + std::string(more) +
         R"(,"participant":[)" + std::string(members) + "]}";
}

std::string participant(std::string_view reference, std::string_view more = "") {
  return R"({"member":{"reference":")" + std::string(reference) + "\"}" + std::string(more) + "}";
}

std::string group(std::string_view more) {
  return R"({"resourceType":"Group","id":"g","type":"practitioner")" + std::string(more) + "}";
}

}  // namespace

TEST_CASE("who participates in a team has its name while the team and the part last") {
  Directory here;
  here.put(team(participant("Practitioner/a", R"(,"period":{"end":"2024-06-30"})") + "," +
                    participant("http://here/fhir/Practitioner/b"),
                R"(,"period":{"start":"2024-01-01"})"));
  CHECK(here.of("Practitioner/a").certain == Strings{"CareTeam/t", "Practitioner/a"});
  CHECK(here.of("Practitioner/a").changes_at == at("2024-07-01"));
  CHECK(here.of("Practitioner/a", "2024-07-01").certain == Strings{"Practitioner/a"});
  CHECK(here.of("Practitioner/b", "2024-07-01").certain == Strings{"CareTeam/t", "Practitioner/b"});
  CHECK(here.of("Practitioner/b", "2023-12-31").certain == Strings{"Practitioner/b"});
  CHECK(here.of("Practitioner/c").certain == Strings{"Practitioner/c"});
  here.put(team(participant("Practitioner/c")));
  CHECK(here.of("Practitioner/a").certain == Strings{"Practitioner/a"});
  CHECK(here.of("Practitioner/c").certain == Strings{"CareTeam/t", "Practitioner/c"});
}

TEST_CASE("a team that is not active lets nobody do anything, and holds its members back") {
  Directory here;
  here.put(R"({"resourceType":"CareTeam","id":"t","status":"inactive","participant":[)" +
           participant("Practitioner/a") + "]}");
  CHECK(here.of("Practitioner/a").certain == Strings{"Practitioner/a"});
  CHECK(here.of("Practitioner/a").possible == Strings{"CareTeam/t"});
  CHECK(here.of("Practitioner/b").possible.empty());
}

TEST_CASE("anybody may be in a team that is not there, or whose members are told in words") {
  Directory here;
  here.put(team(R"({"member":{"display":"Dr. Who"}},)" + participant("Practitioner/a")));
  CHECK(here.of("Practitioner/a").certain == Strings{"CareTeam/t", "Practitioner/a"});
  CHECK(here.of("Practitioner/b").possible == Strings{"CareTeam/t"});
  here.put(team(R"({"role":[{"text":"nurse"}]})"));
  CHECK(here.of("Practitioner/b").possible == Strings{"CareTeam/t"});
  here.put(team(""));
  CHECK(here.of("Practitioner/b").possible.empty());
  here.take("CareTeam", "t");
  CHECK(here.of("Practitioner/b").possible == Strings{"CareTeam/t"});
}

TEST_CASE("a team within a team, in a circle") {
  Directory here;
  here.put(team(participant("CareTeam/u") + "," + participant("Practitioner/a")));
  here.put(R"({"resourceType":"CareTeam","id":"u","participant":[)" + participant("CareTeam/t") +
           "," + participant("Practitioner/b") + "]}");
  CHECK(here.of("Practitioner/b").certain == Strings{"CareTeam/t", "CareTeam/u", "Practitioner/b"});
  here.take("CareTeam", "u");
  CHECK(here.of("Practitioner/b").possible == Strings{"CareTeam/t", "CareTeam/u"});
}

TEST_CASE("members of an actual group") {
  Directory here;
  here.put(group(R"(,"actual":true,"member":[{"entity":{"reference":"Practitioner/a"}},)"
                 R"({"entity":{"reference":"Practitioner/b"},"inactive":true}])"));
  CHECK(here.of("Practitioner/a").certain == Strings{"Group/g", "Practitioner/a"});
  CHECK(here.of("Practitioner/b").certain == Strings{"Practitioner/b"});
  CHECK(here.of("Practitioner/b").possible.empty());
}

TEST_CASE("a group that is described may have any member") {
  Directory here;
  here.put(group(R"(,"actual":false,"characteristic":[{"exclude":false}])"));
  CHECK(here.of("Practitioner/a").possible == Strings{"Group/g"});
  here.put(group(R"(,"actual":true,"quantity":5)"));
  CHECK(here.of("Practitioner/a").possible == Strings{"Group/g"});
  here.put(group(R"(,"actual":true,"quantity":0)"));
  CHECK(here.of("Practitioner/a").possible.empty());
}

TEST_CASE("a role has its practitioner and organization, whose whole is meant too") {
  Directory here;
  const auto role = [](std::string_view id, std::string_view organization, std::string_view more) {
    return R"({"resourceType":"PractitionerRole","id":")" + std::string(id) +
           R"(","practitioner":{"reference":"Practitioner/a"},"organization":{"reference":")" +
           std::string(organization) + "\"}" + std::string(more) + "}";
  };
  here.put(role("r", "Organization/ward", ""));
  here.put(role("s", "Organization/other", R"(,"period":{"end":"2020"})"));
  here.put(
      R"({"resourceType":"Organization","id":"ward","partOf":{"reference":"Organization/h"}})");
  const Strings all{"Organization/h", "Organization/ward", "Practitioner/a", "PractitionerRole/r"};
  CHECK(here.of("Practitioner/a").certain == all);
  CHECK(here.of("PractitionerRole/r").certain == all);
  here.put(role("s", "Organization/other", ""));
  CHECK(here.of("PractitionerRole/r").certain == all);  // acts in that role alone
  CHECK(here.of("Practitioner/a").certain.size() == 6);
  here.put(role("r", "Organization/ward", R"(,"active":false)"));
  here.put(role("s", "Organization/other", R"(,"active":false)"));
  CHECK(here.of("Practitioner/a").certain == Strings{"Practitioner/a"});
}

TEST_CASE("a device stands for the client that is its identifier, and nobody else does") {
  Directory here;
  const auto with_identifier = [](std::string_view type) {
    return R"({"resourceType":")" + std::string(type) +
           R"(","id":"d","identifier":[{"system":"urn:medisync:client","value":"feed"},)"
           R"({"system":"urn:x","value":"9"}]})";
  };
  here.put(with_identifier("Device"));
  CHECK(here.of("urn:medisync:client|feed").certain ==
        Strings{"Device/d", "urn:medisync:client|feed", "urn:x|9"});
  here.put(with_identifier("Practitioner"));
  CHECK(here.of("Practitioner/d").certain == Strings{"Practitioner/d", "urn:x|9"});
}
