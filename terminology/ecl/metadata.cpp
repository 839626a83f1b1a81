#include "terminology/ecl/metadata.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "terminology/code_text.h"

namespace terminology::ecl {
namespace {

// Appendix C. The names without x- are those of its examples.
constexpr std::array<std::pair<std::string_view, SctId>, 31> k_dialects = {
    {{"da-dk", 554461000005103},
     {"en-au", 32570271000036106},
     {"en-ca", 19491000087109},
     {"en-gb", 900000000000508004},
     {"en-ie", 21000220103},
     {"en-nz", 271000210107},
     {"en-nz-x-pat", 281000210109},
     {"en-us", 900000000000509007},
     {"en-x-gmdn", 608771002},
     {"en-x-nhs-clinical", 999001261000000100},
     {"en-nhs-clinical", 999001261000000100},
     {"en-x-nhs-dmd", 999000671000001103},
     {"en-x-nhs-pharmacy", 999000691000001104},
     {"en-nhs-pharmacy", 999000691000001104},
     {"en-gb-x-drug", 999000681000001101},
     {"en-gb-x-ext", 999001251000000103},
     {"es", 450828004},
     {"es-uy", 5641000179103},
     {"et-ee", 71000181105},
     {"de", 722130004},
     {"fr", 722131000},
     {"fr-be", 21000172104},
     {"fr-ca", 20581000087109},
     {"ja", 722129009},
     {"mi", 291000210106},
     {"nl-be", 31000172101},
     {"nl-nl", 31000146106},
     {"nb-no", 61000202103},
     {"nn-no", 91000202106},
     {"sv-se", 46011000052107},
     {"zh", 722128001}}};

}  // namespace

SctId find_dialect(std::string_view alias) {
  const auto* found = std::find_if(k_dialects.begin(), k_dialects.end(), [&](const auto& dialect) {
    return equals_ignoring_case(dialect.first, alias);
  });
  return found != k_dialects.end() ? found->second : 0;
}

std::optional<EffectiveTime> parse_time(std::string_view text) {
  if (text.empty()) return 0;
  EffectiveTime time = 0;
  const auto end = std::from_chars(text.data(), text.data() + text.size(), time);
  if (text.size() != 8 || end.ec != std::errc() || end.ptr != text.data() + 8) return std::nullopt;
  const EffectiveTime month = time / 100 % 100, day = time % 100;
  if (time < 10000000 || month < 1 || month > 12 || day < 1 || day > 31) return std::nullopt;
  return time;
}

}  // namespace terminology::ecl
