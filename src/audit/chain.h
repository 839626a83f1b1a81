// Ties each event to the one before it, so that an edit, a gap or a false event shows.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "fhir/base/result.h"
#include "fhir/formats/json_value.h"
#include "src/security/vault.h"

namespace server::audit {

/// The extension that an event carries: where it stands, how many were lost before it, the code of
/// the one before and its own.
inline constexpr std::string_view k_chain_url = "urn:medisync:audit-chain";

struct Link {
  std::uint64_t number = 0;  // from 1
  std::uint64_t lost = 0;    // events between the one before and this that could not be kept
  std::string previous;      // code of the one before; of the first: empty
  std::string code;
};

/// Id of the event of a number, so that the next one is found without a search.
std::string id_of(std::uint64_t number);
bool is_id_of_chain(std::string_view id);

/// Immutable; thread-safe.
class Chain {
 public:
  explicit Chain(security::Vault key) : key_(std::move(key)) {}

  /// The event with its link, and the link's code filled in.
  ///
  /// event   JSON as audit_event() makes it
  fhir::Result<std::string> tied(std::string_view event, Link& link) const;

  /// The link of a stored event, when its code is right; nothing when event or link was changed.
  std::optional<Link> verified(const fhir::json::Value& stored) const;

  /// How far the chain goes, kept apart from it: an end that was cut off shows.
  std::string head(const Link& last) const;
  /// number and code; nothing for a text that head() did not make.
  std::optional<Link> read_head(std::string_view text) const;

 private:
  std::string code_of(const Link& link, std::string_view event) const;

  security::Vault key_;
};

}  // namespace server::audit
