#include "tests/unit/property/search.h"

namespace property_test {

std::vector<std::pair<std::string, std::string>> Search::parameters() const {
  std::vector<std::pair<std::string, std::string>> made;
  for (const Question& criterion : criteria) made.emplace_back(criterion.name(), criterion.value());
  for (const Filter& filter : filters) made.emplace_back("_filter", filter.text());
  std::string order;
  for (const auto& [code, descends] : sort)
    order += (order.empty() ? "" : ",") + std::string(descends ? "-" : "") + code;
  if (!order.empty()) made.emplace_back("_sort", order);
  for (const Follow& follow : follows) {
    made.emplace_back(
        std::string(follow.reverse ? "_revinclude" : "_include") +
            (follow.iterate ? ":iterate" : ""),
        follow.source + ":" + follow.code + (follow.target.empty() ? "" : ":" + follow.target));
  }
  return made;
}

std::string Search::text() const {
  std::string made =
      (compartment ? compartment->code + "/" + compartment->id + "/" : std::string()) + type;
  char separator = '?';
  for (const auto& [name, value] : parameters()) {
    made += separator + name + "=" + value;
    separator = '&';
  }
  return made;
}

}  // namespace property_test
