// The table of all functions, sorted once.
#include "fhir/fhirpath/functions.h"

#include <algorithm>
#include <vector>

namespace fhir::fhirpath {
namespace {

std::vector<const Function*> sorted_functions() {
  std::vector<const Function*> all;
  for (const std::span<const Function> section :
       {existence_functions(), filtering_functions(), subsetting_functions(), combining_functions(),
        conversion_functions(), string_functions(), regex_functions(), math_functions(),
        tree_functions(), utility_functions(), type_functions(), fhir_functions(),
        coding_functions(), encoding_functions(), boundary_functions(), date_functions(),
        aggregate_functions(), profile_functions()}) {
    for (const Function& function : section) all.push_back(&function);
  }
  std::sort(all.begin(), all.end(),
            [](const Function* a, const Function* b) { return a->name < b->name; });
  return all;
}

}  // namespace

const Function* find_function(std::string_view name) {
  static const std::vector<const Function*> k_all = sorted_functions();
  const auto at = std::lower_bound(
      k_all.begin(), k_all.end(), name,
      [](const Function* function, std::string_view wanted) { return function->name < wanted; });
  return at != k_all.end() && (*at)->name == name ? *at : nullptr;
}

void specialize(Node& node) {
  specialize_equality(node);
  specialize_comparison(node);
}

}  // namespace fhir::fhirpath
