// Code systems whose codes are judged by a grammar instead of being listed.
#pragma once

#include "terminology/code_system.h"

namespace terminology {

/// The code system of a grammar that this module knows (BCP 13, BCP 47); null for every other url.
/// Lives as long as the program.
const CodeSystem* grammar_code_system(std::string_view url);

}  // namespace terminology
