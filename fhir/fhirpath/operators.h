// The operators' evaluation functions, set into nodes by the parser.
// https://hl7.org/fhirpath/N1/#operations
#pragma once

#include "fhir/fhirpath/evaluation.h"
#include "fhir/fhirpath/node.h"
#include "fhir/fhirpath/operand.h"

namespace fhir::fhirpath {

/// a = b for two items; empty where the precisions of dates leave it open.
Truth items_equal(Evaluation& evaluation, const Item& a, const Item& b);
/// a ~ b for two items.
bool items_equivalent(Evaluation& evaluation, const Item& a, const Item& b);

/// Order of two single items; nothing where it is unknown; a failure where the types do not
/// compare.
std::optional<std::strong_ordering> compare_items(Evaluation& evaluation, const Item& a,
                                                  const Item& b);

/// Brings two quantities to the finer or the coarser unit of the two; false where their units do
/// not compare.
enum class CommonUnit : std::uint8_t { finer, coarser };
bool same_unit(const UnitSystem* units, Operand& a, Operand& b,
               CommonUnit wanted = CommonUnit::finer);
/// The value of a quantity counted in the unit of another; nothing where that is not known.
std::optional<Decimal> value_in_unit(const UnitSystem* units, const Operand& quantity,
                                     const Operand& unit);
/// Product and quotient of two quantities; nothing for a division by zero, or where the unit system
/// has no answer.
std::optional<Quantity> product(const UnitSystem* units, const Operand& a, const Operand& b);
std::optional<Quantity> quotient(const UnitSystem* units, const Operand& a, const Operand& b);

/// The item is of the type, or of one that specializes it.
bool is_of_type(const Item& item, const TypeSpecifier& type);
/// As ofType() and as(): primitives by their very type.
bool is_exactly_of_type(const Item& item, const TypeSpecifier& type);

namespace operators {

// Paths and terms (path.cpp).
bool visit_this(Evaluation&, const Node&, const Scope&, Sink);
bool visit_index(Evaluation&, const Node&, const Scope&, Sink);
bool visit_total(Evaluation&, const Node&, const Scope&, Sink);
bool visit_constant(Evaluation&, const Node&, const Scope&, Sink);
bool visit_child(Evaluation&, const Node&, const Scope&, Sink);
bool visit_value(Evaluation&, const Node&, const Scope&, Sink);
bool visit_root_type(Evaluation&, const Node&, const Scope&, Sink);
bool visit_indexer(Evaluation&, const Node&, const Scope&, Sink);
bool visit_context(Evaluation&, const Node&, const Scope&, Sink);
bool visit_resource(Evaluation&, const Node&, const Scope&, Sink);
bool visit_root_resource(Evaluation&, const Node&, const Scope&, Sink);
bool visit_variable(Evaluation&, const Node&, const Scope&, Sink);
bool visit_external(Evaluation&, const Node&, const Scope&, Sink);

bool visit_union(Evaluation&, const Node&, const Scope&, Sink);

// Boolean logic (logic.cpp).
Truth truth_and(Evaluation&, const Node&, const Scope&);
Truth truth_or(Evaluation&, const Node&, const Scope&);
Truth truth_xor(Evaluation&, const Node&, const Scope&);
Truth truth_implies(Evaluation&, const Node&, const Scope&);

// Equality and membership (equality.cpp).
Truth truth_equal(Evaluation&, const Node&, const Scope&);
Truth truth_not_equal(Evaluation&, const Node&, const Scope&);
Truth truth_equivalent(Evaluation&, const Node&, const Scope&);
Truth truth_not_equivalent(Evaluation&, const Node&, const Scope&);
Truth truth_in(Evaluation&, const Node&, const Scope&);
Truth truth_contains(Evaluation&, const Node&, const Scope&);

// Order (comparison.cpp).
Truth truth_less(Evaluation&, const Node&, const Scope&);
Truth truth_less_or_equal(Evaluation&, const Node&, const Scope&);
Truth truth_greater(Evaluation&, const Node&, const Scope&);
Truth truth_greater_or_equal(Evaluation&, const Node&, const Scope&);

// Types (types.cpp).
Truth truth_is(Evaluation&, const Node&, const Scope&);
bool visit_as(Evaluation&, const Node&, const Scope&, Sink);

// Arithmetic (arithmetic.cpp).
bool visit_negate(Evaluation&, const Node&, const Scope&, Sink);
bool visit_plus(Evaluation&, const Node&, const Scope&, Sink);
bool visit_minus(Evaluation&, const Node&, const Scope&, Sink);
bool visit_times(Evaluation&, const Node&, const Scope&, Sink);
bool visit_divide(Evaluation&, const Node&, const Scope&, Sink);
bool visit_div(Evaluation&, const Node&, const Scope&, Sink);
bool visit_mod(Evaluation&, const Node&, const Scope&, Sink);
bool visit_concatenate(Evaluation&, const Node&, const Scope&, Sink);

}  // namespace operators

/// The visit of a node that is evaluated by its truth.
bool visit_truth(Evaluation& evaluation, const Node& node, const Scope& scope, Sink sink);

}  // namespace fhir::fhirpath
