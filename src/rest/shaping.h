// A resource cut down to what the client asked for: _summary and _elements.
// https://hl7.org/fhir/R4/search.html#summary https://hl7.org/fhir/R4/search.html#elements
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "src/rest/context.h"

namespace server::rest {

struct Shaping {
  search::Summary summary = search::Summary::none;
  std::vector<std::string> elements;  // names at the top of the resource; empty: all

  bool is_whole() const {
    return elements.empty() &&
           (summary == search::Summary::none || summary == search::Summary::count);
  }
};

/// Reads _summary and _elements, and removes them from the parameters.
///
/// errors   value (400): another value; a read cannot be counted
fhir::Result<Shaping> take_shaping(Parameters& parameters);

/// The resource with the elements that the shaping keeps, and those it may not leave out: id, meta,
/// modifiers, what is mandatory. A part of a resource is tagged SUBSETTED.
///
/// body   a resource as JSON
std::string shaped(std::string body, const Shaping& shaping,
                   const fhir::DefinitionStore& definitions);

}  // namespace server::rest
