// The recursive descent behind parse(): expressions, refinements and filters each in a file.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "terminology/ecl/cursor.h"
#include "terminology/ecl/syntax.h"

namespace terminology::ecl {

class Parser {
 public:
  explicit Parser(Cursor cursor) : in_(std::move(cursor)) {}
  fhir::Result<Expression> parse_whole();

 private:
  enum class Place : std::uint8_t { outside_group, inside_group };

  // parse.cpp
  fhir::Result<Expression> parse_expression();
  fhir::Result<void> parse_compound(Expression& expression);
  fhir::Result<SubExpression> parse_sub_expression();
  fhir::Result<Operator> parse_operator();
  fhir::Result<void> parse_member_of(SubExpression& sub);
  fhir::Result<void> parse_focus(SubExpression& sub);
  fhir::Result<void> parse_alternate(SubExpression& sub);

  // parse_refinement.cpp
  fhir::Result<Refinement> parse_refinement(Place place);
  fhir::Result<Refinement> parse_refinement_part(Place place);
  fhir::Result<Refinement> parse_attribute();
  fhir::Result<void> parse_attribute_value(Attribute& attribute);
  fhir::Result<Cardinality> parse_cardinality();
  bool is_at_nested_refinement() const;
  bool take_reverse_flag();

  // parse_filter.cpp
  fhir::Result<void> parse_filters(SubExpression& sub);
  fhir::Result<HistorySupplement> parse_history();
  fhir::Result<Filter> parse_filter();
  fhir::Result<Filter::Kind> parse_filter_kind();
  fhir::Result<Criterion> parse_criterion(Filter::Kind kind);
  fhir::Result<void> parse_concepts(Criterion& criterion);
  fhir::Result<void> parse_tokens(Criterion& criterion);
  fhir::Result<void> parse_languages(Criterion& criterion);
  fhir::Result<void> parse_times(Criterion& criterion);
  fhir::Result<void> parse_active(Criterion& criterion);
  fhir::Result<void> parse_description_ids(Criterion& criterion);
  fhir::Result<void> parse_field_value(Criterion& criterion);
  bool is_at_reference_set() const;

  // parse_dialect.cpp
  fhir::Result<void> parse_dialects(Criterion& criterion, bool by_id);
  fhir::Result<Dialect> parse_dialect(bool by_id);
  fhir::Result<std::vector<SctId>> parse_acceptabilities();

  // parse_value.cpp
  fhir::Result<Comparison> parse_comparison();
  fhir::Result<std::string> parse_number();
  bool is_at_search_terms() const;
  fhir::Result<std::vector<SearchTerm>> parse_search_terms();
  fhir::Result<SearchTerm> parse_search_term();
  fhir::Result<std::unique_ptr<SubExpression>> parse_sub_expression_value();
  std::optional<bool> take_boolean();

  /// One item, or a bracketed list of at least one with white space between them.
  template <class Item>
  fhir::Result<void> parse_one_or_set(Item&& item) {
    if (!in_.take("(")) return item();
    in_.skip_space();
    while (true) {
      FHIR_CHECK(item());
      in_.skip_space();
      if (in_.take(")")) return {};
    }
  }

  Cursor in_;
};

}  // namespace terminology::ecl
