// A rule of a role file as it is written.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "src/policy/interaction.h"

namespace server::policy {

/// A text of the file and where it stands.
struct Placed {
  std::string text;
  std::uint32_t line = 0;
};

struct RuleText {
  std::uint32_t line = 0;
  Interactions interactions = 0;
  std::vector<Placed> operations;  // without `$`; `*`: all
  std::vector<Placed> types;       // `*`: all; `compartment`: those of the compartment
  std::vector<Placed> except;
  std::vector<Placed> filters;  // `Observation?category=laboratory`
  Placed compartment;           // `patient`, `practitioner`; empty: none
  std::vector<Placed> hidden, masked;
};

}  // namespace server::policy
