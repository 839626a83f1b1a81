// Adds to the codings of a resource those that concept maps translate them to.
// https://hl7.org/fhir/R4/datatypes.html#CodeableConcept
#pragma once

#include <optional>
#include <span>
#include <string>

#include "fhir/formats/json_value.h"
#include "terminology/terminology.h"

namespace terminology {

inline constexpr std::size_t k_added_codings_max = 20;  // to one CodeableConcept, by one rule

struct CodingRule {
  std::string profile;        // that meta.profile claims, without version; `*`: every resource
  std::string target_system;  // of which codings are wanted
};

/// Looks at every CodeableConcept, contained resources and extensions too. One that has no coding
/// of a rule's target system gets those that a map gives as equal or equivalent to any coding sent,
/// behind them: "more than one code may be used … each coding is a representation of the concept".
/// What was sent is not changed; an added coding has no userSelected, for no user chose it.
///
/// returns  the resource's JSON; nothing when nothing is added
std::optional<std::string> with_added_codings(const fhir::json::Value& resource,
                                              std::span<const CodingRule> rules,
                                              const Terminology& terminology);

}  // namespace terminology
