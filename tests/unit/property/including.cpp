// https://hl7.org/fhir/R4/search.html#include
#include <algorithm>

#include "tests/unit/property/evaluator.h"
#include "tests/unit/property/references.h"

namespace property_test {
namespace {

/// What a resource refers to by the parameter, or by all of its type.
std::set<std::string> referred(const Evaluator& evaluator, const Resource& resource,
                               const std::string& code) {
  std::set<std::string> targets;
  for (const fhir::SearchParameter* parameter : definitions().search_parameters_of(resource.type)) {
    if (parameter->type != fhir::SearchParameterType::reference) continue;
    if (code != "*" && parameter->code != code) continue;
    for (const fhir::Element& element :
         evaluator.values_of({resource.root, &resource}, *parameter).elements) {
      targets.insert(target_of(fhir::child(element, "reference").text()));
    }
  }
  return targets;
}

}  // namespace

/// "_include:iterate … the inclusion process is repeated on what was included".
std::set<std::string> Evaluator::included(const Search& search,
                                          const std::vector<std::string>& matches) const {
  std::set<std::string> present, last, included;
  for (const std::string& id : matches) present.insert(search.type + "/" + id);
  last = present;
  for (bool is_first = true; !last.empty(); is_first = false) {
    std::set<std::string> next;
    for (const Follow& follow : search.follows) {
      if (!is_first && !follow.iterate) continue;
      for (const Resource& from : world_.resources) {
        const std::string from_key = from.type + "/" + from.id;
        if (from.type != follow.source) continue;
        for (const std::string& to : referred(*this, from, follow.code)) {
          const std::string to_type = to.substr(0, to.find('/'));
          if (!follow.target.empty() && to_type != follow.target) continue;
          if (follow.reverse && last.contains(to)) next.insert(from_key);
          const bool is_there = world_.find(to_type, to.substr(to.find('/') + 1)) != nullptr;
          if (!follow.reverse && last.contains(from_key) && is_there) next.insert(to);
        }
      }
    }
    last.clear();
    for (const std::string& key : next) {
      if (present.insert(key).second) last.insert(key);
    }
    included.insert(last.begin(), last.end());
  }
  return included;
}

}  // namespace property_test
