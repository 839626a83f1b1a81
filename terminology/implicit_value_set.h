// Value sets that a release has without anybody writing them down, as what they stand for.
// https://hl7.org/fhir/R4/snomedct.html#implicit, https://hl7.org/fhir/R4/loinc.html#implicit
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "terminology/releases.h"

namespace terminology {

inline constexpr std::size_t k_implicit_url_bytes_max = 16 * 1024;

struct ImplicitValueSet {
  const release::ReleaseCodeSystem* release = nullptr;  // that it draws on
  std::string url;                                      // without a version
  std::string json;                                     // a ValueSet, without an id
};

/// That of the value set of all codes of a system.
std::string all_codes_url(std::string_view system);

/// The code system that an implicit value set of this url, with or without |version, draws on;
/// empty when the url is of no such form.
std::string_view implicit_system(std::string_view url);

/// `<system>?fhir_vs` of every release; of SNOMED CT, also with an edition or a version of one in
/// the url, `?fhir_vs=isa/<id>`, `=refset`, `=refset/<id>` and `=ecl/<expression>`, percent-encoded
/// or not; of LOINC, `http://loinc.org/vs`, `…/vs/LL…`, the answers of a list in its order, and
/// `…/vs/LP…`, what lies below a part, with it. Nothing when the url is none of them, or the
/// release is not held.
///
/// canonical   |version, if there is one, is that of the code system: its release and no other. Of
///             SNOMED CT it may name an edition, and behind an expression, which may hold bars, it
///             begins with `http://snomed.info/sct/`
std::optional<ImplicitValueSet> implicit_value_set(std::string_view canonical,
                                                   const Releases& releases);

}  // namespace terminology
