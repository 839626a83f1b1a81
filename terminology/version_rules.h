// Which version of a code system a value set's include means: what it says itself, and what the
// request rules. https://hl7.org/fhir/R4/valueset-operation-expand.html (system-version,
// check-system-version, force-system-version)
#pragma once

#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace terminology {

/// A canonical taken apart: `url|version`.
struct VersionRule {
  std::string_view url;
  std::string_view version;
  static VersionRule of(std::string_view canonical);
};

/// Views into the request.
struct VersionRules {
  std::vector<VersionRule> defaults;    // system-version: where the value set says none
  std::vector<VersionRule> checks;      // check-system-version: any other is an error
  std::vector<VersionRule> forced;      // force-system-version: whatever the value set says
  std::vector<VersionRule> value_sets;  // default-valueset-version
  /// A version that is taken wherever the rules leave it open: the one that a coding names.
  std::optional<VersionRule> preferred;

  bool are_none() const {
    return defaults.empty() && checks.empty() && forced.empty() && value_sets.empty() && !preferred;
  }
};

/// The rule for a url; null when there is none.
const VersionRule* find_rule(std::span<const VersionRule> rules, std::string_view url);

/// The version, or a pattern of versions, that an include with `declared` means; empty: any.
/// "check-system-version … if a version is not specified in the value set, this version is used".
std::string_view wanted_version(const VersionRules& rules, std::string_view system,
                                std::string_view declared);

/// The check that a version breaks; null when it breaks none.
const VersionRule* broken_check(const VersionRules& rules, std::string_view system,
                                std::string_view version);

/// A part of the version is `x` or `*`.
bool has_wildcard(std::string_view version);
/// Whether a version is the one that is asked for, or of the pattern: `1.x.x` is fit by `1.2.0`.
bool version_fits(std::string_view pattern, std::string_view version);
/// By numbers where both have them, else by letters: `1.10.0` is newer than `1.9.0`.
bool is_newer(std::string_view version, std::string_view than);

}  // namespace terminology
