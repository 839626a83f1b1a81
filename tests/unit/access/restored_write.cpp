#include "src/access/restored_write.h"

#include "src/policy/shaded_body.h"
#include "unit/access/fixture.h"

using namespace access_test;

namespace {

const std::string k_mask(policy::k_masked_element);

/// Sees patients without contacts' names and photos, and of telecom that it is there.
const Holder& desk() {
  static const Holder holder(
      "user/*.cruds",
      R"({"allow":["read","search","create","update","patch"],"types":["Patient","Observation"],)"
      R"("hidden":["Patient.contact.name","Patient.photo"],"masked":["Patient.telecom","Patient.birthDate"]})");
  return holder;
}

/// What is stored after an update, without meta; the issue's text when it is refused.
std::string after(World& world, const std::string& members, const std::string& type = "Patient") {
  access::GuardedStore store(world.store(), desk().access());
  std::vector<storage::Write> writes;
  writes.push_back(write_of(WriteMethod::update, type, "a", members));
  const auto done = store.write(std::move(writes));
  if (!done) return std::string(fhir::code_of(done.error().issue.type));
  std::string body = world.body(type, "a");
  const std::size_t meta = body.find("\"meta\":{");
  body.erase(0, body.find('}', meta) + 1);
  return body;
}

}  // namespace

TEST_CASE("what is hidden or masked stays as it is when the rest is written") {
  World world;
  world.put(
      "Patient", "a",
      R"("active":true,"birthDate":"1980","telecom":[{"value":"1"},{"value":"2"}],"photo":[{"title":"t"}])");
  const std::string kept =
      R"("birthDate":"1980","telecom":[{"value":"1"},{"value":"2"}],"photo":[{"title":"t"}]})";
  CHECK(after(world, R"("active":false)") == R"(,"active":false,)" + kept);
  // As it was read, with the masks and the labels.
  CHECK(after(world, R"("active":true,"_birthDate":)" + k_mask + R"(,"telecom":[)" + k_mask +
                         "]") == R"(,"active":true,)" + kept);
}

TEST_CASE("what is not seen cannot be written, whether it is there or not") {
  for (const char* stored :
       {R"("active":true)", R"("birthDate":"1980","telecom":[{"value":"1"}])"}) {
    World world;
    world.put("Patient", "a", stored);
    const std::string before = world.body("Patient", "a");
    for (const char* sent :
         {R"("birthDate":"1980")", R"("telecom":[{"value":"1"}])", R"("photo":[{"title":"t"}])",
          R"("telecom":[])", R"("contact":[{"name":{"text":"n"}}])"}) {
      CHECK_MESSAGE(after(world, sent) == "forbidden", std::string(sent));
      CHECK(world.body("Patient", "a") == before);
    }
  }
}

TEST_CASE("a search finds by what was kept") {
  World world;
  world.put("Patient", "a", R"("active":true,"telecom":[{"system":"phone","value":"77"}])");
  CHECK(after(world, R"("active":false)").find("77") != std::string::npos);
  search::Query query = storage_test::query_of("Patient");
  query.criteria.push_back(storage_test::criterion(
      definitions().search_parameter("Patient", "telecom"), {storage_test::token("77")}));
  CHECK(storage_test::search_ids(world.store(), query) == std::vector<std::string>{"a"});
}

TEST_CASE("items of a list keep their hidden parts by what is seen of them") {
  const std::string mother = R"({"gender":"female","name":{"text":"M"}})";
  const std::string father = R"({"gender":"male","name":{"text":"F"}})";
  const std::string unseen = R"({"name":{"text":"U"}})";
  const auto stored = [&](World& world) {
    world.put("Patient", "a", R"("contact":[)" + mother + "," + unseen + "," + father + "]");
  };
  struct Case {
    std::string sent, expected;
  };
  const Case cases[] = {
      {R"("contact":[{"gender":"male"},{"gender":"female"}])",  // another order
       R"(,"contact":[)" + father + "," + mother + "," + unseen + "]}"},
      {R"("contact":[{"gender":"male"}])", R"(,"contact":[)" + father + "," + unseen + "]}"},
      {R"("contact":[{"gender":"female"},{"gender":"male"},{"gender":"other"}])",
       R"(,"contact":[)" + mother + "," + father + R"(,{"gender":"other"},)" + unseen + "]}"},
      {R"("contact":[{"gender":"female"},{"gender":"other"}])",
       R"(,"contact":[)" + mother + R"(,{"gender":"other","name":{"text":"F"}},)" + unseen + "]}"},
      {R"("contact":[{"gender":"other"}])", "forbidden"},  // one changed, or both removed
      {"", R"(,"contact":[)" + unseen + "]}"}};
  for (const Case& one : cases) {
    World world;
    stored(world);
    const std::string got = after(world, one.sent);
    const bool is_dropped = one.sent.empty();
    if (!is_dropped) CHECK_MESSAGE(got == one.expected, one.sent);
    if (is_dropped) CHECK(got.find("\"M\"") == std::string::npos);
  }
}

TEST_CASE("a narrative that says more is kept, and one made of the elements is not") {
  for (const auto& [status, is_kept] :
       {std::pair("additional", true), std::pair("generated", false)}) {
    World world;
    world.put("Patient", "a",
              std::string(R"("text":{"status":")") + status + R"(","div":"<div>n</div>"})");
    CHECK((after(world, R"("active":true)").find("<div>n</div>") != std::string::npos) == is_kept);
  }
}

TEST_CASE("the labels that a read adds are not stored, and others are") {
  World world;
  world.put("Patient", "a", R"("active":true)");
  auto one = write_of(WriteMethod::update, "Patient", "a", R"("active":false)");
  const std::string labels = std::string(R"("meta":{"security":[)") +
                             std::string(policy::k_redacted_label) + R"(,{"code":"R"}],"tag":[)" +
                             std::string(policy::k_subsetted_tag) + R"(],"versionId":")";
  const std::size_t at = one.body.head.find("\"meta\"");
  one.body.head = one.body.head.substr(0, at) + labels;
  access::GuardedStore store(world.store(), desk().access());
  std::vector<storage::Write> writes;
  writes.push_back(std::move(one));
  const auto done = store.write(std::move(writes));
  REQUIRE(done);
  const std::string body = world.body("Patient", "a");
  CHECK(body.find(R"("security":[{"code":"R"}])") != std::string::npos);
  CHECK(body.find("REDACTED") == std::string::npos);
  CHECK(body.find("SUBSETTED") == std::string::npos);
  // What is answered is labelled again.
  CHECK(done->written.front().body.find("REDACTED") != std::string::npos);
}

TEST_CASE("resources within others are not restored, and what holds them is not written") {
  const std::string inner =
      R"("contained":[{"resourceType":"Patient","id":"i","birthDate":"1980"}])";
  World world;
  world.put("Observation", "a", R"("status":"final",)" + inner);
  CHECK(after(world, R"("status":"amended")", "Observation") == "forbidden");
  world.put("Observation", "a", R"("status":"final")");
  CHECK(after(world, R"("status":"final",)" + inner, "Observation") == "forbidden");
  CHECK(after(world, R"("status":"amended")", "Observation") == R"(,"status":"amended"})");
}

TEST_CASE("a write is held to the version whose hidden elements it keeps") {
  World world;
  world.put("Patient", "a", R"("birthDate":"1980")");
  access::GuardedStore store(world.store(), desk().access());
  auto stale = write_of(WriteMethod::update, "Patient", "a", R"("active":true)");
  stale.precondition.if_match = 7;
  std::vector<storage::Write> writes;
  writes.push_back(std::move(stale));
  const auto done = store.write(std::move(writes));
  REQUIRE_FALSE(done);
  CHECK(done.error().issue.situation == fhir::Situation::precondition_failed);
  CHECK(world.body("Patient", "a").find("1980") != std::string::npos);
}

TEST_CASE("what displays what is not seen is not written, and the rest is") {
  const Holder nameless("user/*.cruds",
                        R"({"allow":["read","search","update"],"types":["Patient","Observation"],)"
                        R"("hidden":["Patient.name"]})");
  World world;
  const auto subject = [](const std::string& display) {
    return R"("status":"final","subject":{"reference":"Patient/p1")" + display + "}";
  };
  access::GuardedStore store(world.store(), nameless.access());
  for (const auto& [display, is_written] :
       {std::pair(std::string(R"(,"display":"Kim")"), false), std::pair(std::string(), true)}) {
    world.put("Observation", "a", subject(display));
    const auto read = store.read("Observation", "a", storage_test::soon());
    REQUIRE(read);
    CHECK(read->body.find("Kim") == std::string::npos);
    std::vector<storage::Write> writes;
    writes.push_back(write_of(WriteMethod::update, "Observation", "a", subject("")));
    CHECK(store.write(std::move(writes)).has_value() == is_written);
  }
}
