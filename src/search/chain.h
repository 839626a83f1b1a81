// What stands at the other end of a reference: chains and reverse chains.
// https://hl7.org/fhir/R4/search.html#chaining https://hl7.org/fhir/R4/search.html#has
#pragma once

#include <cstddef>
#include <functional>
#include <string_view>

#include "src/search/criterion.h"

namespace server::search {

inline constexpr std::size_t k_chain_ends_max = 500;

/// A name's first link: `subject`, or `subject:Patient`.
struct Link {
  std::string_view code;
  std::string_view modifier;
};

Link split_link(std::string_view text);

/// Reads what is asked of the resources of a type at the other end.
using AtOtherEnd = std::function<fhir::Result<Criterion>(std::string_view type)>;

/// `subject:Patient.…`: what the reference leads to matches `inner`. Without a type, of all types
/// that it may lead to those count for which `inner` knows its parameters.
///
/// errors     those of `inner` · not-supported: no such parameter, or chains are not answered ·
///            invalid: the parameter is no reference, or leads to no such type · too-costly: more
///            tests at the ends than k_chain_ends_max
fhir::Result<Criterion> chain(std::string_view type, const Link& link,
                              const CriterionOptions& options, const AtOtherEnd& inner);

/// `_has:Observation:patient:…`: a resource of the type `source` that matches `inner` leads here by
/// its parameter `code`.
fhir::Result<Criterion> reverse_chain(std::string_view source, std::string_view code,
                                      const CriterionOptions& options, const AtOtherEnd& inner);

/// `_has:Observation:patient:code`: what it is made of.
struct Has {
  std::string_view source;
  std::string_view code;
  std::string_view rest;
};

/// errors     invalid: a part is missing
fhir::Result<Has> split_has(std::string_view name);

/// errors     too-costly: more links than k_chain_depth_max
fhir::Result<void> check_depth(std::size_t links);

/// Each type that a link may lead to has a test at its end, and the next link multiplies them.
///
/// errors     too-costly: more tests than k_chain_ends_max
fhir::Result<void> check_ends(const Criterion& criterion);

/// errors     invalid: the parameter does not lead to the type
fhir::Result<void> check_target(const fhir::SearchParameter& parameter, std::string_view target);

fhir::Unexpected<fhir::Issue> unknown_parameter(std::string_view resource_type,
                                                std::string_view code);

}  // namespace server::search
