// Which codes a code of a consent stands for: purposes of use and sensitivity labels by the
// hierarchies of their code systems, confidentiality by its levels.
// https://terminology.hl7.org/CodeSystem-v3-ActReason.html
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "fhir/definitions/definition_store.h"
#include "src/consent/condition.h"

namespace server::consent {

inline constexpr std::string_view k_act_reason =
    "http://terminology.hl7.org/CodeSystem/v3-ActReason";
inline constexpr std::string_view k_act_code = "http://terminology.hl7.org/CodeSystem/v3-ActCode";
inline constexpr std::string_view k_confidentiality =
    "http://terminology.hl7.org/CodeSystem/v3-Confidentiality";

/// Immutable; thread-safe.
class Hierarchy {
 public:
  /// Of the two code systems as the definitions have them.
  explicit Hierarchy(const fhir::DefinitionStore& definitions);

  /// A code and all below it; of what neither system has, the code alone.
  std::vector<Code> at_or_below(const Code& code) const;
  bool covers(const Code& above, const Code& code) const;

 private:
  void read(std::string_view system, const fhir::DefinitionStore& definitions);

  std::unordered_map<std::string, std::vector<std::string>> below_;  // by system|code
};

/// Labels of the level and of all above it (below it), where levels go from U to V.
std::vector<Code> confidentiality_from(std::string_view level);
std::vector<Code> confidentiality_to(std::string_view level);
/// Whether the level is above N, which a resource without a level has; nothing for no level.
enum class Level : std::uint8_t { none, below_normal, normal, above_normal };
Level level_of(const Code& code);

}  // namespace server::consent
