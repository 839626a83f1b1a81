#include "src/access/guarded_history.h"

#include "unit/access/fixture.h"

using namespace access_test;

namespace {

/// `id/version` of all pages, with `|` between them; the issue's type when there is one.
std::string told(World& world, const access::Access& access, storage::HistoryRequest request) {
  const auto reader = storage_test::reader_of(world.store());
  std::string text;
  for (int pages = 0; pages < 20; ++pages) {
    access::GuardedHistory history(*reader, access);
    const auto page = history.page(request);
    if (!page) return page.error().type == fhir::IssueType::not_found ? "not found" : "forbidden";
    for (const storage::Version& version : page->versions)
      text += version.id + "/" + std::to_string(version.version_id) + " ";
    if (page->next_cursor.empty()) {
      if (page->has_total) text += "of " + std::to_string(page->total);
      return text;
    }
    text += "| ";
    request.cursor = page->next_cursor;
  }
  return "no end";
}

storage::HistoryRequest of_one(std::string id, std::uint32_t count = 50) {
  storage::HistoryRequest request;
  request.type = "Observation";
  request.id = std::move(id);
  request.count = count;
  return request;
}

void fill(World& world) {
  world.put("Observation", "first", of("p2"));
  world.put("Observation", "moved", of("p1"));
  world.put("Observation", "moved", of("p2"));
  world.put("Observation", "moved", of("p1"));
  world.put("Observation", "lost", of("p1"));
  world.put("Observation", "lost", of("p2"));
  world.put("Observation", "gone", of("p1"));
  world.remove("Observation", "gone");
  world.put("Observation", "own", of("p1"));
  world.put("Observation", "back", of("p1"));
  world.remove("Observation", "back");
  world.put("Observation", "back", of("p1"));
  world.put("Observation", "first", of("p2"));
}

}  // namespace

TEST_CASE("a history shows those versions that could be seen themselves, and counts no others") {
  World world;
  fill(world);
  const Holder patient("patient/*.rs");
  CHECK(told(world, patient.access(), of_one("moved")) == "moved/3 moved/1 of 2");
  CHECK(told(world, patient.access(), of_one("own")) == "own/1 of 1");
  CHECK(told(world, patient.access(), of_one("back")) == "back/3 back/1 of 2");
}

TEST_CASE("what is not seen now has no history, whatever it was") {
  World world;
  fill(world);
  const Holder patient("patient/*.rs");
  for (const char* id : {"first", "lost", "gone", "nowhere"})
    CHECK_MESSAGE(told(world, patient.access(), of_one(id)) == "not found", std::string(id));
}

TEST_CASE("pages end where the last version that is shown does") {
  World world;
  fill(world);
  const Holder patient("patient/*.rs");
  CHECK(told(world, patient.access(), of_one("moved", 1)) == "moved/3 | moved/1 of 2");
  storage::HistoryRequest type;
  type.type = "Observation";
  // The newest and the oldest version are another's: no page begins or ends with nothing.
  CHECK(told(world, patient.access(), type) == "back/3 back/1 own/1 moved/3 moved/1 ");
  type.count = 2;
  CHECK(told(world, patient.access(), type) == "back/3 back/1 | own/1 moved/3 | moved/1 ");
  type.oldest_first = true;
  CHECK(told(world, patient.access(), type) == "moved/1 moved/3 | own/1 back/1 | back/3 ");
}

TEST_CASE("a history of all types is of those that may be listed") {
  World world;
  fill(world);
  world.put("Patient", "p1");
  world.put("Patient", "p2");
  storage::HistoryRequest all;
  CHECK(told(world, Holder("patient/Patient.rs").access(), all) == "p1/1 ");
  CHECK(told(world, Holder("patient/Patient.r").access(), all) == "forbidden");
  CHECK(told(world, Holder("user/Observation.rs?status=final").access(), of_one("gone")) ==
        "not found");
  CHECK(told(world, Holder("patient/Patient.rs").access(), of_one("own")) == "forbidden");
}

TEST_CASE("a role that reads and follows no history is told none") {
  World world;
  fill(world);
  const Holder reads("user/*.rs", R"({"allow":["read","search"],"types":["Observation"],)"
                                  R"("filter":"Observation?subject=Patient/p1"})");
  CHECK(told(world, reads.access(), of_one("own")) == "forbidden");
  const Holder follows("user/*.rs", R"({"allow":["read","search","history"],)"
                                    R"("types":["Observation"],)"
                                    R"("filter":"Observation?subject=Patient/p1"})");
  CHECK(told(world, follows.access(), of_one("moved")) == "moved/3 moved/1 of 2");
}

TEST_CASE("a list names versions, and of those the ones that may be seen are shown") {
  World world;
  fill(world);
  storage::HistoryRequest request;
  request.type = "Observation";
  request.within = {{"Observation", "moved", 2},
                    {"Observation", "own", std::nullopt},
                    {"Observation", "first", std::nullopt},
                    {"Patient", "p1", std::nullopt}};
  CHECK(told(world, Holder("patient/*.rs").access(), request) == "own/1 ");
}
