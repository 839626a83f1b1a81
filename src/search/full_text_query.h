// The expressions of `_text` and `_content`: words, "phrases", AND, OR, NOT, parentheses, `word*`.
// https://hl7.org/fhir/R4/search.html#text
#pragma once

#include <string_view>

#include "src/search/criterion.h"

namespace server::search {

inline constexpr std::size_t k_text_words_max = 64;  // those of phrases too
inline constexpr std::size_t k_text_depth_max = 16;

/// Reads an expression in the manner of OData's $search: terms beside each other are ANDed, NOT
/// binds more than AND, AND more than OR; a comma, as in every parameter, is an OR below all of
/// them.
///
/// returns    a combination of criteria on the parameter, each of one operand: its `folded` words
///            stand in this order; with the prefix sw the last of them is only begun
/// errors     value: not of that form · too-costly: limits above · not-supported: the type has no
///            narrative
fhir::Result<Criterion> parse_full_text(std::string_view resource_type, std::string_view code,
                                        std::string_view value, const CriterionOptions& options);

/// Whether it is a criterion on `_text` or `_content` itself.
bool is_full_text(const Criterion& criterion);

/// Whether it, or a part of it, or what a chain leads to, is one.
bool asks_full_text(const Criterion& criterion);

/// What `_sort=_score` sorts by; no definition has it.
const fhir::SearchParameter& score_parameter();

}  // namespace server::search
