// One search parameter of a URL, name and value, as a criterion.
// https://hl7.org/fhir/R4/search.html#modifiers https://hl7.org/fhir/R4/search.html#chaining
#pragma once

#include <cstddef>
#include <string_view>

#include "fhir/base/result.h"
#include "src/search/operand.h"

namespace server::search {

inline constexpr std::size_t k_chain_depth_max = 6;

struct CriterionOptions {
  OperandContext operands;
  std::size_t alternatives_max = 0;
  bool allow_chains = false;  // chains and _has: whether the store answers them
};

/// Reads `name=value`, the name with its modifier or chain.
///
/// resource_type  the type whose parameters the name is looked up in
/// errors     not-supported: no such parameter, or a modifier or chain that is not answered ·
///            invalid: a modifier that the parameter's type does not have, a chain through what is
///            no reference · value: a malformed value · too-costly: more alternatives or links than
///            the limits allow
fhir::Result<Criterion> parse_criterion(std::string_view resource_type, std::string_view name,
                                        std::string_view value, const CriterionOptions& options);

/// Whether an issue of parse_criterion() says that the parameter itself is unknown, which lenient
/// handling passes over. "Servers SHALL reject any search request that contains a … modifier that
/// the server does not support".
bool is_unknown_parameter(const fhir::Issue& issue);

}  // namespace server::search
