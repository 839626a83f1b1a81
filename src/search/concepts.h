// What a search asks of a terminology: value sets and hierarchies as lists of codes, which then are
// searched for like codes that the client wrote. https://hl7.org/fhir/R4/search.html#token
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/base/result.h"
#include "fhir/definitions/search_parameter.h"

namespace server::search {

inline constexpr std::size_t k_concepts_max = 20'000;  // codes that one value may stand for

/// A code of a system; both as an index row has them.
struct ConceptCode {
  std::string system;
  std::string code;
};

/// Implemented over the terminology of the request's snapshot. Safe for any number of threads.
/// Where a value stands for more than k_concepts_max codes, those of them are given that resources
/// have under the parameter that is searched by: the others find nothing.
class Concepts {
 public:
  virtual ~Concepts() = default;

  /// The codes of a value set.
  ///
  /// reference  its canonical, or `ValueSet/id` on this server
  /// errors     not-found: no such value set · not-supported: its codes cannot be listed here ·
  ///            too-costly: more than k_concepts_max of them are in use
  virtual fhir::Result<std::vector<ConceptCode>> members(
      std::string_view reference, const fhir::SearchParameter& parameter) const = 0;

  /// A code and all that it subsumes, or all that subsume it. A code that the system does not
  /// define stands for itself alone.
  ///
  /// errors     not-found: the system is not held · too-costly: more than k_concepts_max of them
  ///            are in use
  virtual fhir::Result<std::vector<ConceptCode>> at_or_below(
      std::string_view system, std::string_view code,
      const fhir::SearchParameter& parameter) const = 0;
  virtual fhir::Result<std::vector<ConceptCode>> at_or_above(
      std::string_view system, std::string_view code,
      const fhir::SearchParameter& parameter) const = 0;
};

}  // namespace server::search
