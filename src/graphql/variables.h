// The values of an operation's variables.
// https://spec.graphql.org/June2018/#sec-Coercing-Variable-Values
#pragma once

#include <functional>
#include <map>

#include "src/graphql/document.h"

#include "fhir/base/result.h"
#include "fhir/formats/json_value.h"

namespace server::graphql {

/// By name; one without a value is not there.
using Variables = std::map<std::string, Value, std::less<>>;

/// given    the `variables` of the request: an object, or null
/// errors   invalid: declared twice, of a type that is none for input · required · value: given in
///          another form than its type has
fhir::Result<Variables, Errors> coerce_variables(const Operation& operation,
                                                 const fhir::json::Value* given);

/// The value behind a variable, or the value itself; null when the variable has none.
const Value* resolved(const Value& value, const Variables& variables);

/// Whether a value is a whole number in the range of GraphQL's Int.
bool is_int(const Value& value);

}  // namespace server::graphql
