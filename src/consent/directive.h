// One active Consent as far as it says who may see what. https://hl7.org/fhir/R4/consent.html
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/formats/json_value.h"
#include "src/consent/condition.h"

namespace server::consent {

inline constexpr std::size_t k_provisions_max = 1'000;  // of one Consent
inline constexpr unsigned k_provision_depth_max = 20;

enum class Effect : std::uint8_t { none, permit, deny };

/// Of each list, one that fits is enough; an empty one asks nothing; what is given is asked all
/// together. "exceptions to the base consent": the nested provisions.
struct Provision {
  Effect effect = Effect::none;
  fhir::Instants period;                      // of the requests that it is about
  std::optional<fhir::Instants> data_period;  // of what they ask for
  std::vector<std::string> actors;            // `Practitioner/1`, `system|value`, k_anybody
  std::vector<std::string> actions;           // of consentaction
  std::vector<Code> labels, purposes, classes, contents;
  std::vector<DataReference> data;
  /// Something in it cannot be judged here: it then forbids as if that was not there, and permits
  /// nothing.
  bool is_unclear = false;
  std::vector<Provision> exceptions;
};

struct Directive {
  std::string id;
  std::int64_t version_id = 0;
  std::string patient;  // id
  Provision root;
};

/// All actors that it names.
std::set<std::string> actors_of(const Directive& directive);

/// Reads a Consent.
///
/// base_url   of this server: references below it are local
/// returns    nothing when it is not active, is about nobody here, or says nothing of access: one
///            to a treatment or of advance care does only where a provision names an action
std::optional<Directive> read_directive(const fhir::json::Value& consent, std::int64_t version_id,
                                        std::string_view base_url);

}  // namespace server::consent
