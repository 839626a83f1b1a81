#include "src/consent/told_criterion.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "src/consent/consent_bounds.h"
#include "unit/access/fixture.h"

using namespace access_test;

namespace {

constexpr std::int64_t k_now = 1'700'000'000'000;

/// Patients of whom each keeps back what has a code of its own, and who asks for all of them.
class Clinic {
 public:
  explicit Clinic(int patients) : index_("http://here/fhir", world.store()) {
    for (int n = 0; n < patients; ++n) {
      const std::string patient = "p" + std::to_string(n);
      world.put("Patient", patient);
      world.put("Observation", patient + "-open", of(patient));
      world.put("Observation", patient + "-kept", of(patient) + R"(,"code":)" + code(n));
      world.put("Provenance", patient + "-open", target("Observation/" + patient + "-open"));
      world.put("Provenance", patient + "-kept", target("Observation/" + patient + "-kept"));
      world.put("Consent", patient,
                R"("status":"active","scope":{"coding":[{"system":)"
                R"("http://terminology.hl7.org/CodeSystem/consentscope",)"
                R"("code":"patient-privacy"}]},"patient":{"reference":"Patient/)" +
                    patient + R"("},"provision":{"type":"deny","code":[)" + code(n) + "]}");
    }
    REQUIRE(index_.load());
    bounds_ = std::make_unique<consent::ConsentBounds>(
        consent::Mode::opt_out, index_, consent::Hierarchy(definitions()), [] { return k_now; });
    auto who = std::make_shared<access::Identity>();
    who->scopes = security::parse_scopes("user/*.cruds");
    access_ = std::make_unique<access::Access>(who, definitions(), &search_test::extractor(),
                                               bounds_.get());
    store = std::make_unique<access::GuardedStore>(world.store(), *access_);
  }

  static std::string target(const std::string& reference) {
    return R"("target":[{"reference":")" + reference + R"("}])";
  }

  bool reads(const std::string& type, const std::string& id) {
    return store->read(type, id, storage_test::soon()).has_value();
  }

  std::vector<std::string> found(const std::string& type) {
    auto reader = store->reader(storage_test::soon());
    REQUIRE(reader);
    search::Query query;
    query.resource_type = type;
    const auto page = (*reader)->search(query);
    REQUIRE(page);
    std::vector<std::string> ids;
    for (const auto& entry : page->entries) ids.push_back(entry.version.id);
    std::sort(ids.begin(), ids.end());
    return ids;
  }

  World world;
  std::unique_ptr<access::GuardedStore> store;

 private:
  static std::string code(int n) {
    return R"({"coding":[{"system":"urn:codes","code":"c)" + std::to_string(n) + R"("}]})";
  }

  consent::ConsentIndex index_;
  std::unique_ptr<consent::ConsentBounds> bounds_;
  std::unique_ptr<const access::Access> access_;
};

}  // namespace

TEST_CASE("a Provenance is withheld with what it tells of, and with that alone") {
  Clinic clinic(2);
  CHECK(clinic.found("Observation") == std::vector<std::string>{"p0-open", "p1-open"});
  CHECK(clinic.found("Provenance") == std::vector<std::string>{"p0-open", "p1-open"});
  CHECK(clinic.reads("Provenance", "p0-open"));
  CHECK_FALSE(clinic.reads("Provenance", "p0-kept"));
  clinic.world.put("Provenance", "two",
                   R"("target":[{"reference":"Observation/p0-open"}],"entity":[{"role":"source",)"
                   R"("what":{"reference":"Observation/p1-kept"}}])");
  CHECK_FALSE(clinic.reads("Provenance", "two"));
  CHECK(clinic.found("Provenance").size() == 2);
}

TEST_CASE("of many different conditions searches withhold more, and reads do not") {
  Clinic clinic(12);
  CHECK(clinic.found("Observation").size() == 12);
  const auto found = clinic.found("Provenance");
  CHECK(found.size() == 7);
  for (int n = 0; n < 12; ++n) {
    const std::string patient = "p" + std::to_string(n);
    CHECK(clinic.reads("Provenance", patient + "-open"));
    CHECK_FALSE(clinic.reads("Provenance", patient + "-kept"));
    for (const char* end : {"-open", "-kept"}) {
      const std::string members = Clinic::target("Observation/" + patient + end);
      const auto done = storage_test::write_one(
          *clinic.store, write_of(WriteMethod::update, "Provenance", patient + "-new", members));
      CHECK(done.has_value() == (end == std::string_view("-open")));
      clinic.world.remove("Provenance", patient + "-new");
    }
    CHECK_FALSE(std::binary_search(found.begin(), found.end(), patient + "-kept"));
  }
}

TEST_CASE("what tells of something that is gone is read by what that was, and found if it says") {
  Clinic clinic(1);
  for (const char* id : {"p0-open", "p0-kept"}) clinic.world.remove("Observation", id);
  CHECK(clinic.reads("Provenance", "p0-open"));
  CHECK_FALSE(clinic.reads("Provenance", "p0-kept"));
  CHECK(clinic.found("Provenance").empty());
  clinic.world.put("Provenance", "named",
                   R"("target":[{"reference":"Observation/p0-open"},{"reference":"Patient/p0"}])");
  CHECK(clinic.found("Provenance") == std::vector<std::string>{"named"});
}

TEST_CASE("what a Provenance or a Binary leads to keeps them from being changed") {
  Clinic clinic(1);
  const auto is_written = [&](storage::Write write) {
    return storage_test::write_one(*clinic.store, std::move(write)).has_value();
  };
  clinic.world.put("Binary", "kept", R"("securityContext":{"reference":"Observation/p0-kept"})");
  clinic.world.put("Binary", "open", R"("securityContext":{"reference":"Observation/p0-open"})");
  const std::string kept = Clinic::target("Observation/p0-kept");
  const std::string open = Clinic::target("Observation/p0-open");
  CHECK_FALSE(clinic.reads("Binary", "kept"));
  CHECK(clinic.reads("Binary", "open"));
  CHECK_FALSE(is_written(write_of(WriteMethod::update, "Provenance", "p0-kept", open)));
  CHECK_FALSE(is_written(write_of(WriteMethod::update, "Provenance", "p0-open", kept)));
  CHECK_FALSE(is_written(write_of(WriteMethod::update, "Provenance", "new", kept)));
  CHECK_FALSE(is_written(write_of(WriteMethod::update, "Binary", "kept", R"("data":"YQ==")")));
  CHECK_FALSE(is_written(write_of(WriteMethod::delete_, "Binary", "kept")));
  CHECK(is_written(write_of(WriteMethod::update, "Provenance", "p0-open", open)));
  CHECK(is_written(write_of(WriteMethod::update, "Binary", "open", R"("data":"YQ==")")));
}
