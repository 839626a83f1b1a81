// The concepts of SNOMED CT's own metadata that the language has names for, and its dialects.
// https://docs.snomed.org/snomed-ct-specifications/snomed-ct-expression-constraint-language
// (6.8, 6.9, 6.11, appendix C)
#pragma once

#include <optional>
#include <string_view>

#include "terminology/ecl/substrate.h"

namespace terminology::ecl {

inline constexpr SctId k_is_a = 116680003;
inline constexpr SctId k_synonym = 900000000000013009;
inline constexpr SctId k_fully_specified_name = 900000000000003001;
inline constexpr SctId k_definition = 900000000000550004;
inline constexpr SctId k_primitive = 900000000000074008;
inline constexpr SctId k_defined = 900000000000073002;
inline constexpr SctId k_preferred = 900000000000548007;
inline constexpr SctId k_acceptable = 900000000000549004;

// Association reference sets.
inline constexpr SctId k_historical_association = 900000000000522004;
inline constexpr SctId k_same_as = 900000000000527005;
inline constexpr SctId k_replaced_by = 900000000000526001;
inline constexpr SctId k_was_a = 900000000000528000;
inline constexpr SctId k_partially_equivalent_to = 1186924009;

/// The language reference set of a dialect alias, in any case; 0 when there is none.
SctId find_dialect(std::string_view alias);

/// yyyymmdd; 0 for an empty text; nothing for what is no date.
std::optional<EffectiveTime> parse_time(std::string_view text);

}  // namespace terminology::ecl
