#include "src/access/guarded_write.h"

#include "src/search/query_parser.h"
#include "unit/access/fixture.h"

using namespace access_test;

namespace {

struct Told {
  fhir::Situation situation = fhir::Situation::by_type;
  std::string text;  // empty: done

  bool operator==(const Told& other) const {
    return situation == other.situation && text == other.text;
  }
};

Told write(World& world, const access::Access& access, storage::Write one) {
  access::GuardedStore store(world.store(), access);
  std::vector<storage::Write> writes;
  writes.push_back(std::move(one));
  const auto done = store.write(std::move(writes));
  if (done) return {};
  const fhir::Issue& issue = done.error().issue;
  return {issue.situation, std::string(fhir::code_of(issue.type)) + ": " + issue.diagnostics};
}

bool is(const Told& told, std::string_view code) { return told.text.starts_with(code); }

std::shared_ptr<const search::Query> condition(std::string_view type, std::string_view name,
                                               std::string_view value) {
  const std::vector<std::pair<std::string, std::string>> parameters = {
      {std::string(name), std::string(value)}};
  search::ParseOptions options;
  options.allow_chains = true;
  auto query = search::parse_query(type, parameters, definitions(), options);
  REQUIRE(query);
  return std::make_shared<const search::Query>(*std::move(query));
}

}  // namespace

TEST_CASE("what is written is held to the limit before and after") {
  const Holder patient("patient/*.cruds");
  auto create = write_of(WriteMethod::create, "Observation", "new", of("p1"));
  REQUIRE(access::hold_to_limits(create, patient.access()));
  CHECK(create.limit_before == nullptr);
  CHECK(create.limit_after != nullptr);
  auto update = write_of(WriteMethod::update, "Observation", "a", of("p1"));
  REQUIRE(access::hold_to_limits(update, patient.access()));
  CHECK(update.limit_before != nullptr);
  CHECK(update.limit_after != nullptr);
  auto removal = write_of(WriteMethod::delete_, "Observation", "a");
  REQUIRE(access::hold_to_limits(removal, patient.access()));
  CHECK(removal.limit_before != nullptr);
  CHECK(removal.limit_after == nullptr);
  auto whole = write_of(WriteMethod::update, "Observation", "a", of("p1"));
  REQUIRE(access::hold_to_limits(whole, Holder("user/*.cruds").access()));
  CHECK(whole.limit_before == nullptr);
  CHECK(whole.limit_after == nullptr);
}

TEST_CASE("each method asks for its own right, and nobody may erase") {
  for (const auto& [method, scope] : {std::pair(WriteMethod::create, "user/Observation.c"),
                                      std::pair(WriteMethod::update, "user/Observation.u"),
                                      std::pair(WriteMethod::patch, "user/Observation.u"),
                                      std::pair(WriteMethod::delete_, "user/Observation.d")}) {
    for (const char* held : {"user/Observation.c", "user/Observation.u", "user/Observation.d",
                             "user/Observation.rs", "user/Patient.cruds"}) {
      auto one = write_of(method, "Observation", "a", of("p1"));
      CHECK(access::hold_to_limits(one, Holder(held).access()).has_value() ==
            (std::string_view(held) == scope));
    }
  }
  for (const auto method : {WriteMethod::erase, WriteMethod::erase_history, WriteMethod::reindex}) {
    auto one = write_of(method, "Observation", "a", of("p1"));
    CHECK_FALSE(access::hold_to_limits(one, Holder("system/*.cruds").access()));
  }
}

TEST_CASE("a role tells a patch from an update") {
  const Holder patches("user/*.cruds", R"({"allow":["patch"],"types":["Observation"]})");
  auto patch = write_of(WriteMethod::patch, "Observation", "a", of("p1"));
  auto update = write_of(WriteMethod::update, "Observation", "a", of("p1"));
  CHECK(access::hold_to_limits(patch, patches.access()));
  CHECK_FALSE(access::hold_to_limits(update, patches.access()));
}

TEST_CASE("what is not seen is as if it was not there, and nothing of it changes") {
  World world;
  world.put("Observation", "own", of("p1"));
  world.put("Observation", "other", of("p2"));
  const Holder patient("patient/*.cruds");
  for (const auto method : {WriteMethod::update, WriteMethod::patch, WriteMethod::delete_}) {
    const Told other =
        write(world, patient.access(), write_of(method, "Observation", "other", of("p1")));
    const Told nowhere =
        write(world, patient.access(), write_of(method, "Observation", "nowhere", of("p1")));
    CHECK(is(other, "not-found"));
    CHECK(other == nowhere);
    auto pinned = write_of(method, "Observation", "other", of("p1"));
    pinned.precondition.if_match = 1;
    CHECK(write(world, patient.access(), std::move(pinned)) == nowhere);
  }
  CHECK(world.body("Observation", "other").find("Patient/p2") != std::string::npos);
  CHECK(world.body("Observation", "nowhere").empty());
}

TEST_CASE("what is seen is moved to nobody else") {
  World world;
  world.put("Observation", "own", of("p1"));
  const Holder patient("patient/*.cruds");
  CHECK(is(
      write(world, patient.access(), write_of(WriteMethod::update, "Observation", "own", of("p2"))),
      "forbidden"));
  auto create = write_of(WriteMethod::create, "Observation", "new", of("p2"));
  create.has_new_id = true;
  CHECK(is(write(world, patient.access(), std::move(create)), "forbidden"));
  CHECK(world.body("Observation", "own").find("Patient/p1") != std::string::npos);
  CHECK(world.body("Observation", "new").empty());
  CHECK(write(world, patient.access(),
              write_of(WriteMethod::update, "Observation", "own", of("p1"))) == Told{});
  CHECK(write(world, patient.access(), write_of(WriteMethod::delete_, "Observation", "own")) ==
        Told{});
}

TEST_CASE("a condition finds what a search would find") {
  World world;
  world.put("Observation", "other", of("p2"));
  world.put("Patient", "p1", R"("telecom":[{"system":"phone","value":"1"}])");
  const auto with = [](std::string type, std::shared_ptr<const search::Query> query) {
    auto one =
        write_of(WriteMethod::create, type, "new-" + type, type == "Patient" ? "" : of("p1"));
    one.has_new_id = true;
    one.precondition.must_match_none = std::move(query);
    return one;
  };
  const Holder patient("patient/*.cruds");
  CHECK(write(world, patient.access(),
              with("Observation", condition("Observation", "status", "final"))) == Told{});
  CHECK(is(write(world, patient.access(),
                 with("Observation", condition("Observation", "status", "final"))),
           "duplicate"));
  CHECK_FALSE(write(world, Holder("user/*.c").access(),
                    with("Observation", condition("Observation", "status", "final"))) == Told{});
  const Holder desk("user/*.cruds", R"({"allow":["read","search","create"],"types":["Patient"],)"
                                    R"("hidden":["Patient.telecom"]})");
  CHECK(is(write(world, desk.access(), with("Patient", condition("Patient", "phone", "1"))),
           "forbidden"));
  CHECK(is(write(world, desk.access(), with("Patient", condition("Patient", "phone", "2"))),
           "forbidden"));
}
