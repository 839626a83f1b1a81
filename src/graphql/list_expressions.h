// FHIRPath over the items of a list, with $this and $index: the argument `fhirpath` and the
// directive @slice. https://hl7.org/fhir/R4/graphql.html#list
#pragma once

#include <map>
#include <span>
#include <string>
#include <vector>

#include "fhir/fhirpath/expression.h"
#include "src/graphql/executor.h"

namespace server::graphql {

/// Compiles each expression once. Not for several threads.
class ListExpressions {
 public:
  explicit ListExpressions(const Services& services) : services_(services) {}

  /// Positions of the items for which the condition is true.
  ///
  /// resource   that holds the items
  /// errors     those of FHIRPath · too-costly: too many different expressions ·
  ///            timeout: after the deadline
  fhir::Result<std::vector<std::size_t>> where(std::string_view condition,
                                               std::span<const fhir::Element> items,
                                               const fhir::Element& resource);

  /// The first result of the expression as a string, of each item; empty where there is none.
  fhir::Result<std::vector<std::string>> select(std::string_view expression,
                                                std::span<const fhir::Element> items,
                                                const fhir::Element& resource);

 private:
  /// written   what the client gave, an expression by itself; `source` has it inside
  fhir::Result<fhir::fhirpath::Collection> run(std::string_view written, std::string source,
                                               std::span<const fhir::Element> items,
                                               const fhir::Element& resource);

  const Services& services_;
  std::map<std::string, fhir::fhirpath::Expression, std::less<>> compiled_;
};

}  // namespace server::graphql
