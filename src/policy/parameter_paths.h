// Which elements a search parameter reads.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "fhir/definitions/definition_store.h"

namespace server::policy {

/// Of a resource of one type.
struct ParameterReads {
  /// Paths below the type; an empty one stands for all of the resource. What stands below a path is
  /// read too.
  std::vector<std::vector<std::string>> paths;
  /// Elements of contained resources, or of the entries of a Bundle, of whichever type.
  bool is_of_inner = false;
};

/// More rather than fewer: an expression that cannot be followed reads everything.
ParameterReads reads_of(const fhir::SearchParameter& parameter, std::string_view type,
                        const fhir::DefinitionStore& definitions);

/// Of most parameters, told without following their expressions: that is_of_inner is false.
bool surely_reads_no_inner(const fhir::SearchParameter& parameter);

}  // namespace server::policy
