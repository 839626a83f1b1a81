// What arguments each field takes, and the search that those of a list or connection ask for.
// https://hl7.org/fhir/R4/graphql.html#arguments https://hl7.org/fhir/R4/graphql.html#searching
#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "src/graphql/schema.h"
#include "src/graphql/variables.h"

namespace server::graphql {

using Report = std::function<void(fhir::IssueType, std::string, Location)>;

/// Holds the arguments of a field to what it takes: names, forms, what is needed.
void check_arguments(const Schema& schema, const FieldSpec& spec, const Selection& field,
                     const Variables& variables, const Report& report);

/// What the arguments of a field take once the variables stand in their places; past `limit` it is
/// not counted further.
std::size_t argument_bytes(const Selection& field, const Variables& variables, std::size_t limit);

/// The text of a scalar argument; nothing when it is absent or null.
std::optional<std::string_view> argument_text(const Selection& field, std::string_view name,
                                              const Variables& variables);

/// The same as a number; `otherwise` when it is absent.
std::uint32_t argument_number(const Selection& field, std::string_view name,
                              const Variables& variables, std::uint32_t otherwise);

/// Whether an argument picks items of a list, and is no condition on a child of theirs.
bool is_list_argument(std::string_view name);

/// Name and value of each search parameter, as in a URL. Without _count, cursor and fhirpath.
///
/// focus   `Patient/1` around a nested search; empty at the root
std::vector<std::pair<std::string, std::string>> search_parameters(const Schema& schema,
                                                                   const FieldSpec& spec,
                                                                   const Selection& field,
                                                                   const Variables& variables,
                                                                   std::string_view focus);

}  // namespace server::graphql
