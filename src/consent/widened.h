// Many conditions as few: what is split is meant exactly, what is widened withholds more.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "src/consent/condition.h"

namespace server::consent {

inline constexpr std::size_t k_widened_codes_max = 200;    // of one condition
inline constexpr std::size_t k_widened_data_max = 10'000;  // resources of one condition

/// Conditions any of which is enough: the parts of an alternative, else the condition itself.
std::vector<Condition> alternatives_of(Condition condition);

/// Equal for conditions that say different things in the same way, which widen() makes one of;
/// nothing for those that cannot be: they hold a negation, or follow references.
std::optional<std::string> shape_of(const Condition& condition);

/// Makes a condition meet what either of two of one shape does.
///
/// returns   false: it would become too large, and is as it was
bool widen(Condition& condition, const Condition& other);

}  // namespace server::consent
