#include "src/consent/consent_index.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "unit/access/fixture.h"

using namespace server;

namespace {

constexpr std::int64_t k_now = 1'700'000'000'000;
constexpr const char* k_identifier = "urn:staff|7";

/// A store that gives no Practitioner while it is told to.
class Flaky final : public storage::Store {
 public:
  explicit Flaky(storage::Store& store) : store_(store) {}

  bool is_busy = false;

  fhir::Result<std::unique_ptr<storage::Reader>> reader(
      std::chrono::steady_clock::time_point deadline) override {
    return store_.reader(deadline);
  }
  fhir::Result<storage::Version> read(std::string_view type, std::string_view id,
                                      std::chrono::steady_clock::time_point deadline) override {
    if (is_busy && type == "Practitioner")
      return fhir::unexpected(fhir::make_issue(fhir::IssueType::transient, "Busy"));
    return store_.read(type, id, deadline);
  }
  fhir::Result<Outcome, Failure> write(std::vector<storage::Write> writes) override {
    return store_.write(std::move(writes));
  }
  fhir::Result<void> put_note(std::string_view name, std::string_view text) override {
    return store_.put_note(name, text);
  }
  std::string seal(std::string_view text) override { return store_.seal(text); }
  std::optional<std::string> unseal(std::string_view sealed) override {
    return store_.unseal(sealed);
  }
  std::vector<std::pair<std::string, std::uint64_t>> counts() override { return store_.counts(); }
  bool is_healthy() override { return store_.is_healthy(); }

 private:
  storage::Store& store_;
};

bool holds(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace

TEST_CASE("who cannot be looked up may be anybody whom a Consent means, and is looked up again") {
  access_test::World world;
  world.put("Practitioner", "1", R"("identifier":[{"system":"urn:staff","value":"7"}])");
  world.put("Consent", "c",
            R"("status":"active","patient":{"reference":"Patient/p1"},"provision":{"provision":[)"
            R"({"type":"deny","actor":[{"role":{"text":"any"},"reference":)"
            R"({"identifier":{"system":"urn:staff","value":"7"}}}]}]})");
  Flaky store(world.store());
  consent::ConsentIndex index("http://here/fhir", store);
  REQUIRE(index.load());

  store.is_busy = true;
  const consent::Names unknown = index.names_of("Practitioner/1", "", k_now);
  CHECK(holds(unknown.possible, k_identifier));
  CHECK_FALSE(holds(unknown.certain, k_identifier));
  CHECK(unknown.changes_at <= k_now);

  store.is_busy = false;
  const consent::Names known = index.names_of("Practitioner/1", "", k_now);
  CHECK(holds(known.certain, k_identifier));
}
