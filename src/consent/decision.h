// What the consents of a patient say to one who asks, as a condition on resources.
//
// Of one Consent the most specific provision that fits decides; of two that fit equally the one
// that denies. Of several Consents one that denies beats all that permit, whichever is younger:
// who has changed their mind ends the Consent that is no longer meant.
// https://hl7.org/fhir/R4/consent.html#policy
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "src/access/bound.h"
#include "src/consent/condition.h"
#include "src/consent/directive.h"
#include "src/consent/hierarchy.h"

namespace server::consent {

/// Who asks: every name an actor of a Consent may have for them, in order.
struct Asker {
  std::vector<std::string> actors;  // `Practitioner/1`, `Organization/2`, `system|value`
  Code purpose;
  access::Doing doing = access::Doing::reading;
  /// Under which they may be meant: what is denied to those is denied to them, and nothing is
  /// permitted.
  std::vector<std::string> possible;
  std::int64_t good_until = std::numeric_limits<std::int64_t>::max();  // UTC ms, of the names
};

/// The moment of asking, and the next at which the answer may be another.
struct Moment {
  std::int64_t now_ms = 0;
  std::int64_t changes_at = std::numeric_limits<std::int64_t>::max();
};

struct Verdict {
  Condition denied, permitted;
};

/// What one Consent says to who asks.
Verdict verdict_of(const Directive& directive, const Asker& asker, const Hierarchy& hierarchy,
                   Moment& moment);

/// What holds where no Consent says anything.
enum class Default : std::uint8_t { flows, withheld };

using Directives = std::vector<std::shared_ptr<const Directive>>;

/// Which resources of a patient are withheld.
///
/// permit   id of the Consent that alone may permit; empty: any
Condition withheld(std::span<const std::shared_ptr<const Directive>> directives, Default otherwise,
                   std::string_view permit, const Asker& asker, const Hierarchy& hierarchy,
                   Moment& moment);

}  // namespace server::consent
