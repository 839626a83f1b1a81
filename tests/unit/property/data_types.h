// Random values of FHIR's data types.
#pragma once

#include <initializer_list>
#include <string_view>

#include "tests/unit/property/dice.h"
#include "tests/unit/property/tree.h"

namespace property_test {

Tree some_coding(Dice& dice);
Tree some_concept(Dice& dice);
Tree some_identifier(Dice& dice);
Tree some_period(Dice& dice);  // perhaps open, never empty or backwards
Tree some_timing(Dice& dice);
Tree some_quantity(Dice& dice, bool with_comparator = true);
Tree some_range(Dice& dice);
Tree some_money(Dice& dice);
Tree some_sampled_data(Dice& dice);
Tree some_human_name(Dice& dice);
Tree some_address(Dice& dice);
Tree some_contact_point(Dice& dice);
Tree some_meta(Dice& dice);
/// To one of the types, by any way to write it; `#c` is the contained Patient of some_resource().
Tree some_reference(Dice& dice, std::initializer_list<const char*> types);

/// At most `most` of them, perhaps none.
template <class Make>
Tree several(Dice& dice, std::size_t most, Make&& make) {
  Tree items = Tree::array();
  for (std::size_t left = dice.below(most + 1); left > 0; --left) items.add(make(dice));
  return items;
}

}  // namespace property_test
