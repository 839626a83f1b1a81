// What an edit, a gap or a false event of the audit trail shows as.
#include "src/audit/chain.h"

#include <doctest/doctest.h>

#include <string>

#include "fhir/formats/json_document.h"
#include "src/audit/audit_event.h"

using server::audit::Chain;
using server::audit::Link;
using server::audit::Occurrence;
using server::security::Vault;

namespace {

const Chain k_chain{Vault(std::string(32, 'k'))};

std::string event(std::string_view resource) {
  Occurrence occurrence;
  occurrence.interaction = "read";
  occurrence.status = 200;
  occurrence.request_id = "r\"1\"";
  occurrence.resources = {std::string(resource)};
  return server::audit::audit_event(occurrence, "http://server.example/fhir");
}

std::optional<Link> verified(std::string text, const Chain& chain = k_chain) {
  return chain.verified(fhir::json::Document::read(std::move(text))->root());
}

std::string replaced(std::string text, std::string_view what, std::string_view by) {
  const std::size_t at = text.find(what);
  REQUIRE(at != std::string::npos);
  return text.replace(at, what.size(), by);
}

struct Tied {
  Link link{7, 2, "before", ""};
  std::string text = *k_chain.tied(event("Patient/1"), link);
};

}  // namespace

TEST_CASE("an event as it was written is verified, with the id and meta that the store gives") {
  const Tied tied;
  const auto link =
      verified(replaced(tied.text, R"({"resourceType":"AuditEvent",)",
                        R"({"resourceType":"AuditEvent","id":"x","meta":{"versionId":"1"},)"));
  REQUIRE(link.has_value());
  CHECK(link->number == 7);
  CHECK(link->lost == 2);
  CHECK(link->previous == "before");
  CHECK(link->code == tied.link.code);
}

TEST_CASE("whatever is changed in an event or its link shows") {
  const Tied tied;
  CHECK_FALSE(verified(replaced(tied.text, "Patient/1", "Patient/2")));
  CHECK_FALSE(verified(replaced(tied.text, "\"7\"", "\"8\"")));
  CHECK_FALSE(verified(replaced(tied.text, "\"2\"", "\"0\"")));
  CHECK_FALSE(verified(replaced(tied.text, "before", "beford")));
  CHECK_FALSE(verified(replaced(tied.text, tied.link.code, std::string(64, '0'))));
  CHECK_FALSE(verified(replaced(tied.text, "\"outcome\":\"0\",", "")));
  CHECK_FALSE(verified(event("Patient/1")));
}

TEST_CASE("who does not have the key can write no event") {
  const Tied tied;
  CHECK_FALSE(verified(tied.text, Chain{Vault(std::string(32, 'x'))}));
}

TEST_CASE("the head is believed only as it was written") {
  const Tied tied;
  const std::string head = k_chain.head(tied.link);
  const auto read = k_chain.read_head(head);
  REQUIRE(read.has_value());
  CHECK(read->number == 7);
  CHECK(read->code == tied.link.code);
  CHECK_FALSE(k_chain.read_head(replaced(head, "7 ", "6 ")));
  CHECK_FALSE(k_chain.read_head(""));
  CHECK_FALSE(k_chain.read_head("7"));
  CHECK_FALSE(Chain{Vault(std::string(32, 'x'))}.read_head(head));
}

TEST_CASE("ids of the chain sort as its numbers, and no other id is one") {
  CHECK(server::audit::id_of(1) == "audit-0000000000000001");
  CHECK(server::audit::id_of(9) < server::audit::id_of(10));
  CHECK(server::audit::is_id_of_chain(server::audit::id_of(123456)));
  for (std::string_view other : {"audit-1", "audit-000000000000000x", "audit-", "other"})
    CHECK_FALSE(server::audit::is_id_of_chain(other));
}
