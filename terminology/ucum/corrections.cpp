// The table lost the factors inside the expressions of a few definitions (it keeps their values as
// binary fractions only), reads three units by a reciprocal function that UCUM defines by division,
// and renames some units for display. https://ucum.org/ucum#section-Tables-of-Terminal-Symbols
#include "terminology/ucum/corrections.h"

#include <array>

namespace terminology::ucum {
namespace {

struct Definition {
  std::string_view code;
  std::string_view factor;
  std::string_view unit;
  std::string_view function;
};

constexpr std::array<Definition, 11> k_definitions = {{
    {"[mu_0]", "1", "4.[pi].10*-7.N/A2", ""},
    {"Oe", "250", "/[pi].A/m", ""},
    {"[S]", "1", "10*-13.s", ""},
    {"[diop]", "1", "/m", ""},
    {"[mesh_i]", "1", "/[in_i]", ""},
    {"Bd", "1", "/s", ""},
    {"[degF]", "5", "K/9", "degF"},
    {"[degRe]", "5", "K/4", "degRe"},
    {"B[SPL]", "2", "10*-5.Pa", "lgTimes2"},
    // Both are 100 tan(1 rad): 100 %[slope] are 45 degrees.
    {"%[slope]", "1", "rad", "100tan"},
    {"[p'diop]", "1", "rad", "100tan"},
}};

struct Name {
  std::string_view code;
  std::string_view name;
};

constexpr std::array<Name, 22> k_names = {{
    {"s", "second"},
    {"K", "kelvin"},
    {"A", "amp\u00e8re"},
    {"sr", "steradian"},
    {"deg", "degree"},
    {"l", "liter"},
    {"L", "liter"},
    {"%", "percent"},
    {"circ", "circle"},
    {"sph", "sphere"},
    {"[degF]", "degree Fahrenheit"},
    {"[degRe]", "degree R\u00e9aumur"},
    {"[degR]", "degree Rankine"},
    {"[eps_0]", "permittivity of vacuum"},
    {"[mu_0]", "permeability of vacuum"},
    {"[iU]", "international unit"},
    {"[IU]", "international unit"},
    {"[arb'U]", "arbitrary unit"},
    {"bit_s", "logarithmic bit"},
    {"[diop]", "diopter"},
    {"[p'diop]", "prism diopter"},
    {"[Ch]", "french"},
}};

}  // namespace

void correct(Atom& atom) {
  for (const Definition& right : k_definitions) {
    if (right.code != atom.code) continue;
    atom.factor = *fhir::Decimal::parse(right.factor);
    atom.unit = right.unit;
    atom.function = right.function;
  }
  for (const Name& right : k_names) {
    if (right.code == atom.code) atom.name = right.name;
  }
  if (atom.code == "Cel") atom.is_metric = true;
}

}  // namespace terminology::ucum
