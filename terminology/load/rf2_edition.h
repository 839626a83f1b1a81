// Which edition of SNOMED CT a release is, and what it says of itself.
// https://docs.snomed.org/snomed-ct-specifications/snomed-ct-uri-standard
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "fhir/base/result.h"
#include "terminology/load/rf2_components.h"
#include "terminology/load/rf2_reference_sets.h"
#include "terminology/release/release_info.h"

namespace terminology::load {

/// The module that names the edition: the one that was given, else the one on which no other
/// depends, else that of the International Edition.
///
/// errors   multiple-matches: several modules can be meant · value: what was given is no identifier
fhir::Result<std::uint64_t> edition_of(const std::vector<Rf2Dependency>& dependencies,
                                       const std::vector<Rf2Concept>& concepts,
                                       const std::string& given);

/// date   yyyymmdd
release::ReleaseInfo snomed_info(std::uint64_t edition, const std::string& date,
                                 const std::string& language);

}  // namespace terminology::load
