// What each search parameter type indexes of a value: one function per type, each in its own file.
// A value of a type that the parameter type cannot index is skipped.
// https://hl7.org/fhir/R4/search.html#ptypes
#pragma once

#include <string_view>
#include <vector>

#include "fhir/definitions/definition_store.h"
#include "fhir/model/element.h"
#include "fhir/model/unit_system.h"
#include "src/search/code_systems.h"
#include "src/search/index_rows.h"
#include "src/search/resolver.h"

namespace server::search {

/// What indexing needs beside the value. Lives as long as one extraction.
struct IndexContext {
  const fhir::DefinitionStore& definitions;
  const CodeSystems& code_systems;
  std::string_view base_url;      // of this server, without a slash at the end
  const fhir::UnitSystem* units;  // null: quantities are indexed in the unit as sent only
  const ReferenceResolver* resolver = nullptr;  // of the resource; null: `#id` leads nowhere
};

void index_token(const fhir::Element& value, Parameter parameter, const IndexContext& context,
                 IndexRows& rows);
void index_string(const fhir::Element& value, Parameter parameter, IndexRows& rows);
void index_date(const fhir::Element& value, Parameter parameter, IndexRows& rows);
void index_number(const fhir::Element& value, Parameter parameter, IndexRows& rows);
void index_quantity(const fhir::Element& value, Parameter parameter, const IndexContext& context,
                    IndexRows& rows);
void index_reference(const fhir::Element& value, Parameter parameter, const IndexContext& context,
                     IndexRows& rows);
void index_uri(const fhir::Element& value, Parameter parameter, IndexRows& rows);
/// Of `near`: Location.position.
void index_position(const fhir::Element& value, Parameter parameter, IndexRows& rows);

/// By the parameter's type; composite, and special but for `near`, do nothing here.
void index_value(const fhir::Element& value, Parameter parameter, const IndexContext& context,
                 IndexRows& rows);

/// One row per pairing: `components[i]` holds the rows that the values of the i-th component made.
void index_composite(Parameter parameter, const std::vector<IndexRows>& components,
                     IndexRows& rows);

bool is_empty(const IndexRows& rows);

/// Takes out rows that say the same twice. The order is that of the first of each.
void remove_duplicates(IndexRows& rows);

}  // namespace server::search
