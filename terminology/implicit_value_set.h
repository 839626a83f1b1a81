// Value sets that a release has without anybody writing them down, as what they stand for.
// https://hl7.org/fhir/R4/snomedct.html#implicit
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "terminology/releases.h"

namespace terminology {

inline constexpr std::size_t k_implicit_url_bytes_max = 16 * 1024;

struct ImplicitValueSet {
  std::string_view system;  // url of the code system that it draws on
  std::string json;         // a ValueSet
};

/// `<system>?fhir_vs` of every release; of SNOMED CT, also with an edition or a version of one in
/// the url, `?fhir_vs=isa/<id>`, `=refset`, `=refset/<id>` and `=ecl/<expression>`, percent-encoded
/// or not. Nothing when the url is none of them, or the release is not held.
std::optional<ImplicitValueSet> implicit_value_set(std::string_view url, const Releases& releases);

}  // namespace terminology
