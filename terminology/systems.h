// The urls of the code systems that loaders and maps know by name.
// https://hl7.org/fhir/R4/terminologies-systems.html
#pragma once

#include <string_view>

namespace terminology {

inline constexpr std::string_view k_rxnorm_url = "http://www.nlm.nih.gov/research/umls/rxnorm";
inline constexpr std::string_view k_snomed_url = "http://snomed.info/sct";
inline constexpr std::string_view k_loinc_url = "http://loinc.org";
inline constexpr std::string_view k_atc_url = "http://www.whocc.no/atc";
inline constexpr std::string_view k_cvx_url = "http://hl7.org/fhir/sid/cvx";
inline constexpr std::string_view k_ndc_url = "http://hl7.org/fhir/sid/ndc";
inline constexpr std::string_view k_icd10_url = "http://hl7.org/fhir/sid/icd-10";
inline constexpr std::string_view k_icd10cm_url = "http://hl7.org/fhir/sid/icd-10-cm";
inline constexpr std::string_view k_icd10pcs_url = "http://www.cms.gov/Medicare/Coding/ICD10";

}  // namespace terminology
