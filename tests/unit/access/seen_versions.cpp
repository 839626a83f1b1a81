#include "src/access/seen_versions.h"

#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "src/policy/patient_compartment.h"
#include "unit/access/fixture.h"

using namespace server;
using namespace access_test;
using access::JudgedAt;
using access::SeenVersions;

namespace {

constexpr std::int64_t k_always = std::numeric_limits<std::int64_t>::max();

storage::Version version(std::int64_t number = 1, std::int64_t time = 1000) {
  storage::Version version;
  version.type = "Observation";
  version.id = "a";
  version.version_id = number;
  version.last_updated = time;
  version.body = "{}";
  return version;
}

bool has(const SeenVersions& seen, const JudgedAt& at, const storage::Version& version) {
  return seen.find(at, version.type, version.id).is(version);
}

/// Holds back all of the patients that it is told to, as consents do.
class Withholding final : public access::Bounds {
 public:
  std::unique_ptr<const access::Bound> of(std::shared_ptr<const access::Identity>,
                                          const fhir::DefinitionStore&) override {
    ++made;
    return std::make_unique<const Bound>(*this);
  }
  std::uint64_t generation() const override { return generation_; }
  std::int64_t now_ms() const override { return now; }

  void withhold(bool is_withheld) {
    is_withheld_ = is_withheld;
    ++generation_;
  }

  int made = 0;           // bounds, one for each request that needs one
  mutable int asked = 0;  // of bounds
  std::int64_t now = 1000, until = k_always;

 private:
  class Bound final : public access::Bound {
   public:
    explicit Bound(const Withholding& all) : all_(all) {}
    bool is_binding() const override { return all_.is_withheld_; }
    bool may_withhold(std::string_view /*type*/) const override { return true; }
    std::optional<search::Criterion> limit(std::string_view type) const override {
      if (!all_.is_withheld_) return std::nullopt;
      return policy::by_id(definitions(), type, "none");
    }
    std::optional<std::int64_t> open_until(std::string_view, std::string_view,
                                           std::string_view) const override {
      ++all_.asked;
      return all_.is_withheld_ ? std::nullopt : std::optional(all_.until);
    }
    std::optional<search::Criterion> limit_of(std::string_view type, std::string_view,
                                              std::string_view) const override {
      return limit(type);
    }
    access::WriteLimits limits_of_write(std::string_view, std::string_view,
                                        std::span<const std::string_view>,
                                        access::Standing) const override {
      return {};
    }

   private:
    const Withholding& all_;
  };

  bool is_withheld_ = false;
  std::uint64_t generation_ = 1;
};

/// Of one token, whose requests each have an Access of their own.
class Reads {
 public:
  explicit Reads(std::string_view scopes) {
    auto who = std::make_shared<access::Identity>();
    who->scopes = security::parse_scopes(scopes);
    who->patient = "p1";
    identity_ = std::move(who);
  }

  bool read(const std::string& type, const std::string& id) {
    const access::Access access(identity_, definitions(), &search_test::extractor(), &bounds,
                                nullptr, snapshot);
    access::GuardedStore store(world.store(), access);
    return store.read(type, id, storage_test::soon()).has_value();
  }

  World world;
  Withholding bounds;
  std::uint64_t snapshot = 1;

 private:
  std::shared_ptr<const access::Identity> identity_;
};

}  // namespace

TEST_CASE("a version is seen for as long as it was judged by the same") {
  SeenVersions seen;
  const JudgedAt at{3, 7, 1000};
  CHECK_FALSE(seen.find(at, "Observation", "a"));
  seen.add(at, 2000, version());
  CHECK(has(seen, at, version()));
  CHECK(has(seen, {3, 7, 1999}, version()));
  CHECK_FALSE(has(seen, {3, 7, 2000}, version()));
  CHECK_FALSE(has(seen, {4, 7, 1000}, version()));
  CHECK_FALSE(has(seen, {3, 8, 1000}, version()));
  CHECK_FALSE(has(seen, {0, 7, 1000}, version()));
}

TEST_CASE("another version is not the one that was seen") {
  SeenVersions seen;
  const JudgedAt at{3, 7, 1000};
  seen.add(at, k_always, version(1, 1000));
  CHECK(seen.find(at, "Observation", "a"));
  CHECK_FALSE(has(seen, at, version(2, 1000)));
  CHECK_FALSE(has(seen, at, version(1, 1001)));
  storage::Version other = version(1, 1000);
  other.body = "{ }";
  CHECK_FALSE(has(seen, at, other));
  CHECK_FALSE(seen.find(at, "Observation", "b"));
  CHECK_FALSE(seen.find(at, "Condition", "a"));
  CHECK_FALSE(SeenVersions::Seen().is(version()));
}

TEST_CASE("a request that began before takes nothing away, and adds nothing") {
  SeenVersions seen;
  seen.add({3, 7, 1000}, k_always, version());
  seen.add({3, 6, 1000}, k_always, version(2));
  seen.add({2, 7, 1000}, k_always, version(2));
  CHECK(has(seen, {3, 7, 1000}, version()));
  seen.add({3, 8, 1000}, k_always, version(2));
  CHECK_FALSE(has(seen, {3, 7, 1000}, version()));
  CHECK(has(seen, {3, 8, 1000}, version(2)));
}

TEST_CASE("the verdict that ends first ends them all") {
  SeenVersions seen;
  storage::Version other = version();
  other.id = "b";
  seen.add({1, 1, 1000}, 5000, version());
  seen.add({1, 1, 1000}, 3000, other);
  CHECK(has(seen, {1, 1, 2999}, version()));
  CHECK_FALSE(has(seen, {1, 1, 3000}, version()));
  seen.add({1, 1, 3000}, 9000, other);
  CHECK(has(seen, {1, 1, 3000}, other));
  CHECK_FALSE(has(seen, {1, 1, 3000}, version()));
}

TEST_CASE("names of any length are told apart or forgotten, and a copy knows nothing") {
  SeenVersions seen;
  storage::Version longest = version();
  longest.id = std::string(500, 'x');
  seen.add({1, 1, 1}, k_always, longest);
  CHECK_FALSE(has(seen, {1, 1, 1}, longest));
  longest.id = std::string(64, 'x');
  seen.add({1, 1, 1}, k_always, longest);
  CHECK(has(seen, {1, 1, 1}, longest));
  const SeenVersions copy(seen);
  CHECK_FALSE(has(copy, {1, 1, 1}, longest));
  seen = copy;
  CHECK_FALSE(has(seen, {1, 1, 1}, longest));
}

TEST_CASE("however many are seen, each is told right") {
  SeenVersions seen;
  for (int i = 0; i < 5000; ++i) {
    storage::Version one = version(i % 3 + 1, i);
    one.id = std::to_string(i);
    seen.add({1, 1, 1}, k_always, one);
    REQUIRE(has(seen, {1, 1, 1}, one));
    ++one.version_id;
    REQUIRE_FALSE(has(seen, {1, 1, 1}, one));
  }
}

TEST_CASE("a read that was judged once asks nobody again") {
  Reads app("patient/*.rs");
  app.world.put("Observation", "own", of("p1"));
  CHECK(app.read("Observation", "own"));
  const int asked = app.bounds.asked;
  CHECK(asked > 0);
  CHECK(app.read("Observation", "own"));
  CHECK(app.bounds.asked == asked);
}

TEST_CASE("what was seen is judged anew when it, what patients say or the time has changed") {
  Reads app("patient/*.rs");
  app.world.put("Observation", "own", of("p1"));
  REQUIRE(app.read("Observation", "own"));
  REQUIRE(app.read("Observation", "own"));

  SUBCASE("another version of another patient") {
    app.world.put("Observation", "own", of("p2"));
    CHECK_FALSE(app.read("Observation", "own"));
    app.world.put("Observation", "own", of("p1"));
    CHECK(app.read("Observation", "own"));
  }
  SUBCASE("a deletion") {
    app.world.remove("Observation", "own");
    CHECK_FALSE(app.read("Observation", "own"));
  }
  SUBCASE("a Consent and its end") {
    app.bounds.withhold(true);
    CHECK_FALSE(app.read("Observation", "own"));
    CHECK_FALSE(app.read("Observation", "own"));
    app.bounds.withhold(false);
    CHECK(app.read("Observation", "own"));
  }
  SUBCASE("other definitions") {
    const int asked = app.bounds.asked;
    app.snapshot = 2;
    CHECK(app.read("Observation", "own"));
    CHECK(app.bounds.asked > asked);
  }
  SUBCASE("time") {
    app.bounds.withhold(false);
    app.bounds.until = 2000;
    CHECK(app.read("Observation", "own"));
    const int asked = app.bounds.asked;
    app.bounds.now = 2000;
    app.bounds.until = k_always;
    CHECK(app.read("Observation", "own"));
    CHECK(app.bounds.asked > asked);
  }
}

TEST_CASE("a bound is made when it is needed, and once for a request") {
  Reads backend("system/*.rs");
  backend.world.put("Patient", "p1");
  CHECK(backend.read("Patient", "p1"));
  const int made = backend.bounds.made;
  CHECK(made == 1);
  CHECK(backend.read("Patient", "p1"));
  CHECK(backend.bounds.made == made);
}
