// One alternative of a search parameter's value, read by the grammar of the parameter's type.
// https://hl7.org/fhir/R4/search.html#ptypes
#pragma once

#include <string_view>

#include "fhir/base/result.h"
#include "fhir/definitions/definition_store.h"
#include "fhir/model/unit_system.h"
#include "src/search/concepts.h"
#include "src/search/query.h"

namespace server::search {

/// What the grammars need beside the text.
struct OperandContext {
  const fhir::DefinitionStore& definitions;
  std::string_view base_url;     // of this server, without a slash at the end
  std::string_view target_type;  // of Modifier::type
  /// For :in, :not-in, :above and :below on tokens; null: they are refused.
  const Concepts* concepts = nullptr;
  const fhir::UnitSystem* units = nullptr;  // null: quantities match in the unit as written only
};

/// Reads one alternative.
///
/// text       still escaped, without the commas around it
/// returns    the operand, as written: what ap widens is for whoever matches, who has the clock
/// errors     value: not of the type's form · not-supported: the type has no value grammar here.
///            The diagnostics say which form is expected and do not repeat the value.
fhir::Result<Operand> parse_operand(const fhir::SearchParameter& parameter, Modifier modifier,
                                    std::string_view text, const OperandContext& context);

// One per type, each in the file of its type.
fhir::Result<Operand> parse_token(std::string_view text);
fhir::Result<Operand> parse_of_type(std::string_view text);
fhir::Result<Operand> parse_string(std::string_view text);
fhir::Result<Operand> parse_date(std::string_view text);
fhir::Result<Operand> parse_number_operand(std::string_view text);
fhir::Result<Operand> parse_quantity(std::string_view text, const OperandContext& context);
fhir::Result<Operand> parse_reference(const fhir::SearchParameter& parameter, std::string_view text,
                                      const OperandContext& context);
fhir::Result<Operand> parse_uri(std::string_view text);
fhir::Result<Operand> parse_near(std::string_view text, const OperandContext& context);
fhir::Result<Operand> parse_composite(const fhir::SearchParameter& parameter, std::string_view text,
                                      const OperandContext& context);

/// The one type that an id alone can mean: the parameter's only target, or the one that its
/// expression insists on, as in `patient` with `where(resolve() is Patient)`. Empty: several.
std::string_view only_target(const fhir::SearchParameter& parameter);

/// Takes a comparison prefix off `text` when one is followed by the start of a number.
Prefix take_prefix(std::string_view& text);

/// Whether it is `near`, of which R4 says in words alone how it is answered.
bool is_near(const fhir::SearchParameter& parameter);

/// The shorthand for a value that is not of the expected form.
fhir::Unexpected<fhir::Issue> bad_value(std::string_view expected);

}  // namespace server::search
