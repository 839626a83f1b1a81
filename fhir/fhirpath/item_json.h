// A result item for whoever prints it: the name of its type, and its value as JSON.
#pragma once

#include <string>
#include <string_view>

#include "fhir/fhirpath/collection.h"

namespace fhir::fhirpath {

/// The name of the item's type as FHIR writes it: `Patient`, `HumanName`, `code`; System types like
/// the FHIR type they stand for: `boolean`, `integer`, `decimal`, `string`, `date`, `dateTime`,
/// `time`, `Quantity`. `BackboneElement` for elements defined inside a resource, `TypeInfo` for
/// what type() yields, `Object` for JSON that is no FHIR.
std::string_view type_label(const Item& item);

/// Appends the value as JSON: elements as they stand in the resource (null when there are only
/// extensions), numbers with the digits that they have, dates and times in their own form, a
/// System.Quantity as its literal (`4 'mg'`).
void append_json(std::string& out, const Item& item);

/// The value as a literal of the language would say it, without quotes: dates carry `@`, times
/// `@T`; a complex element as compact JSON.
std::string literal_text(const Item& item);

}  // namespace fhir::fhirpath
