// Identifiers of SNOMED CT that its model is made of: https://docs.snomed.org (release file
// specifications). They name the metadata that every edition has.
#pragma once

#include <cstdint>
#include <string_view>

namespace terminology::snomed {

using SctId = std::uint64_t;

inline constexpr std::string_view k_url = "http://snomed.info/sct";

inline constexpr SctId k_root = 138875005;
inline constexpr SctId k_is_a = 116680003;
inline constexpr SctId k_core_module = 900000000000207008;   // of the International Edition
inline constexpr SctId k_model_module = 900000000000012004;  // the model component module
inline constexpr SctId k_primitive = 900000000000074008;
inline constexpr SctId k_defined = 900000000000073002;
inline constexpr SctId k_fully_specified_name = 900000000000003001;
inline constexpr SctId k_synonym = 900000000000013009;
inline constexpr SctId k_definition = 900000000000550004;
inline constexpr SctId k_preferred = 900000000000548007;
inline constexpr SctId k_acceptable = 900000000000549004;
inline constexpr SctId k_us_english = 900000000000509007;
inline constexpr SctId k_gb_english = 900000000000508004;
inline constexpr SctId k_inferred = 900000000000011006;
inline constexpr SctId k_module_dependency = 900000000000534007;

}  // namespace terminology::snomed
