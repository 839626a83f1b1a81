// Judges the members of reference sets by their fields.
// https://docs.snomed.org/snomed-ct-specifications/snomed-ct-expression-constraint-language
// (6.10 Member filters)
#include "terminology/code_text.h"
#include "terminology/ecl/evaluator.h"
#include "terminology/ecl/metadata.h"

namespace terminology::ecl {

bool Evaluator::accepts(const PreparedCriterion& criterion, const ReferenceSet& set,
                        std::uint32_t position, const Member& member) const {
  const Criterion& source = *criterion.source;
  switch (source.kind) {
    case Criterion::Kind::module:
      return criterion.concepts.contains(member.module) == criterion.is_equal();
    case Criterion::Kind::effective_time:
      return criterion.accepts_time(member.effective_time);
    case Criterion::Kind::active:
      return criterion.accepts_flag(member.is_active);
    case Criterion::Kind::field: {
      if (const auto field = find_field(set, source.field))
        return accepts(criterion, substrate_.field(position, *field));
      if (!equals_ignoring_case(source.field, "referencedComponentId")) return false;
      return accepts(criterion, FieldValue{FieldType::component, member.referenced, {}});
    }
    default:
      return false;  // the parser gives members no others
  }
}

/// What the value is compared with decides; a field of another type satisfies nothing.
bool Evaluator::accepts(const PreparedCriterion& criterion, const FieldValue& value) const {
  const Criterion& source = *criterion.source;
  if (source.expression) {
    return value.type == FieldType::component &&
           criterion.concepts.contains(value.concept_id) == criterion.is_equal();
  }
  if (!source.number.empty()) {
    const auto number = fhir::Decimal::parse(value.text);
    return value.type != FieldType::component && number &&
           satisfies(source.comparison, *number <=> criterion.number);
  }
  if (source.flag) {
    const bool is_true = equals_ignoring_case(value.text, "true") || value.text == "1";
    return value.type != FieldType::component && criterion.accepts_flag(is_true);
  }
  if (value.type == FieldType::component) return false;
  const bool is_equality =
      source.comparison == Comparison::equal || source.comparison == Comparison::not_equal;
  if (value.type == FieldType::time || !is_equality) {
    const auto time = parse_time(value.text.substr(0, 8));  // a time of day is ignored
    return time && criterion.accepts_time(*time);
  }
  return criterion.terms.matches(value.text, {}) == criterion.is_equal();
}

}  // namespace terminology::ecl
