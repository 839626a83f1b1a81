// Which version of a package a registry is asked for. https://hl7.org/fhir/packages.html
#include "fixture.h"

using namespace packages_test;
using namespace server::packages;
using fhir::IssueType;

namespace {

struct Shop {
  MapFetcher fetcher;
  Registry registry{std::string(MapFetcher::k_address), fetcher};

  Shop() {
    for (const char* version : {"1.0.0", "1.2.0", "1.10.0", "2.0.0", "2.1.0-ballot"})
      fetcher.publish("a.b", version);
  }
  std::string version_for(std::string_view range) {
    const auto offer = registry.find("a.b", range);
    return offer ? offer->version : std::string(fhir::code_of(offer.error().type));
  }
};

}  // namespace

TEST_CASE("the newest version that a range asks for is taken, numbers by their value") {
  Shop shop;
  CHECK(shop.version_for("1.2.0") == "1.2.0");
  CHECK(shop.version_for("1.x") == "1.10.0");
  CHECK(shop.version_for("1.2.x") == "1.2.0");
  CHECK(shop.version_for("x") == "2.0.0");  // a wildcard takes no pre-release
  CHECK(shop.version_for("2.1.0-ballot") == "2.1.0-ballot");
  CHECK(shop.version_for("3.x") == "not-found");
}

TEST_CASE("without a range, or for `latest`, it is what the registry calls the latest") {
  Shop shop;
  shop.fetcher.set_latest("a.b", "1.10.0");
  CHECK(shop.version_for("") == "1.10.0");
  CHECK(shop.version_for("latest") == "1.10.0");
}

TEST_CASE("a registry without lists has the exact version alone") {
  Shop shop;
  const auto exact = shop.registry.find("c.d", "1.0.0");
  REQUIRE(exact);
  CHECK(exact->url == "http://packages.example.org/c.d/1.0.0");
  CHECK_FALSE(shop.registry.find("c.d", "1.x"));
}

TEST_CASE("a fetched file is held to the digests that the registry gives") {
  Shop shop;
  const Folder folder;
  auto offer = shop.registry.find("a.b", "1.0.0");
  REQUIRE(offer);
  CHECK(shop.registry.fetch(*offer, folder / "a.tgz"));
  offer->integrity = integrity_of("something else");
  const auto other = shop.registry.fetch(*offer, folder / "a.tgz");
  REQUIRE_FALSE(other);
  CHECK(other.error().type == IssueType::security);
  write(folder / "x", "abc");
  // RFC 3174 and FIPS 180-4: the digests of "abc".
  CHECK(check_digests(folder / "x", "", "A9993E364706816ABA3E25717850C26C9CD0D89D"));
  CHECK_FALSE(check_digests(folder / "x", "", "a9993e364706816aba3e25717850c26c9cd0d89e"));
  CHECK(check_digests(folder / "x",
                      "sha512-3a81oZNherrMQXNJriBBMRLm+k6JqX6iCp7u5ktV05ohkpkqJ0/"
                      "BqDa6PCOj/uu9RU1EI2Q86A4qmslPpUyknw==",
                      ""));
}
