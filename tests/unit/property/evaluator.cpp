#include "tests/unit/property/evaluator.h"

#include <algorithm>
#include <set>

#include "tests/unit/property/dates.h"
#include "tests/unit/property/folding.h"
#include "tests/unit/property/paths.h"
#include "tests/unit/property/references.h"
#include "tests/unit/property/strings.h"
#include "tests/unit/property/terminology.h"
#include "tests/unit/property/tokens.h"

namespace property_test {

using fhir::SearchParameterType;

namespace {

const fhir::SearchParameter& parameter_of(const fhir::Element& resource, const std::string& code) {
  return *definitions().search_parameter(resource.type->name, code);
}

std::string reference_text(const fhir::Element& element) {
  return std::string(element.is_primitive() ? element.text()
                                            : fhir::child(element, "reference").text());
}

/// Not so a `#id` that nothing contained has, which is no reference (ref-1).
bool leads_somewhere(const Place& place, const std::string& reference) {
  if (!reference.starts_with("#")) return !reference.empty();
  return contained(*place.container, reference.substr(1)).has_value();
}

/// All that names the same target: a canonical without its version is every version.
std::vector<std::string> identities_of(const fhir::Element& element) {
  std::vector<std::string> targets;
  const std::string text = reference_text(element);
  if (text.empty() || text.starts_with("#")) return targets;
  targets.push_back(target_of(text));
  const std::size_t bar = text.find('|');
  if (element.type->name == "canonical" && bar != std::string::npos)
    targets.push_back(text.substr(0, bar));
  return targets;
}

bool may_lead_to(const fhir::SearchParameter& parameter, std::string_view type) {
  const auto& targets = parameter.targets;
  return std::find(targets.begin(), targets.end(), type) != targets.end() ||
         std::find(targets.begin(), targets.end(), "Resource") != targets.end() || targets.empty();
}

bool is_uri_under(const std::string& uri, const std::string& parent) {
  const bool has_slash = parent.ends_with("/");
  return uri == parent || uri.starts_with(has_slash ? parent : parent + "/");
}

bool is_uri_match(const std::string& modifier, const std::string& asked,
                  const fhir::Element& element) {
  const std::string text(element.text());
  std::vector<std::string> uris = {text};
  const std::size_t bar = text.find('|');
  if (element.type->name == "canonical" && bar != std::string::npos)
    uris.push_back(text.substr(0, bar));
  return std::any_of(uris.begin(), uris.end(), [&](const std::string& uri) {
    if (modifier == "below") return is_uri_under(uri, asked);
    if (modifier == "above") return is_uri_under(asked, uri);
    return uri == asked;
  });
}

}  // namespace

Found Evaluator::values_of(const Place& place, const fhir::SearchParameter& parameter) const {
  return evaluate(place, place.resource, parameter.expression);
}

Found Evaluator::values_at(const Place& place, const fhir::Element& context,
                           std::string_view expression) const {
  return evaluate(place, context, expression);
}

bool Evaluator::matches(const Resource& resource, const Search& search) const {
  const Place place{resource.root, &resource};
  return resource.type == search.type &&
         (!search.compartment || is_in_compartment(resource, *search.compartment)) &&
         std::all_of(search.criteria.begin(), search.criteria.end(),
                     [&](const Question& one) { return matches(place, one); }) &&
         std::all_of(search.filters.begin(), search.filters.end(),
                     [&](const Filter& one) { return matches(place, one); });
}

bool Evaluator::matches(const Place& place, const Question& question) const {
  if (question.is_has()) return matches_has(place, question);
  if (!question.words.empty()) return matches_words(place, question);
  if (question.code == "_list") {
    return std::any_of(question.values.begin(), question.values.end(),
                       [&](const Value& value) { return matches_list(place, value.parts[0]); });
  }
  const fhir::SearchParameter& parameter = parameter_of(place.resource, question.code);
  if (!question.inner.empty()) return matches_chain(place, parameter, question);
  if (question.modifier == "missing") {
    return has_value(place, parameter) == (question.values[0].parts[0] == "false");
  }
  const bool matches_any = std::any_of(
      question.values.begin(), question.values.end(),
      [&](const Value& value) { return matches_value(place, parameter, question, value); });
  // "Reverse the code matching": what has no value matches as well.
  return matches_any != (question.modifier == "not" || question.modifier == "not-in");
}

bool Evaluator::matches_value(const Place& place, const fhir::SearchParameter& parameter,
                              const Question& question, const Value& value) const {
  if (parameter.code == "_id") return place.resource.value->string_at("id") == value.parts[0];
  if (parameter.code == "_lastUpdated") {
    if (place.is_contained) return false;  // "contained resources … have no meta.lastUpdated"
    const std::int64_t at = place.container->last_updated;
    return is_date_match(value.prefix, value.parts[0], {at, at + 1}, world_.now);
  }
  if (parameter.type == SearchParameterType::composite)
    return matches_composite(place, parameter, value);
  const Found found = values_of(place, parameter);
  const std::string& modifier = question.modifier;
  const auto any = [&](auto&& test) {
    return std::any_of(found.elements.begin(), found.elements.end(), test);
  };
  const std::string& first = value.parts[0];
  switch (parameter.type) {
    case SearchParameterType::token:
      for (const bool truth : found.truths) {
        const bool is_of_code = modifier.empty() || modifier == "not";
        if (is_of_code && is_token_match(value, {"", truth ? "true" : "false"})) return true;
      }
      return any([&](const fhir::Element& element) {
        if (modifier == "of-type") return is_of_type(value, element);
        if (modifier == "text") {
          const auto texts = texts_of(element);
          return std::any_of(texts.begin(), texts.end(), [&](const std::string& text) {
            return is_string_match("", first, text);
          });
        }
        const auto tokens = tokens_of(element);
        return std::any_of(tokens.begin(), tokens.end(), [&](const Token& token) {
          if (modifier == "in" || modifier == "not-in") return is_member(token, first);
          if (modifier != "above" && modifier != "below") return is_token_match(value, token);
          return token.system == first &&
                 (modifier == "below" ? is_at_or_below(token.code, value.parts[1])
                                      : is_at_or_below(value.parts[1], token.code));
        });
      });
    case SearchParameterType::special:
      return any([&](const fhir::Element& element) { return is_near(value, element); });
    case SearchParameterType::string:
      return any([&](const fhir::Element& element) {
        auto texts = strings_of(element);
        const bool is_name = element.type->name == "HumanName" || parameter.code == "family";
        if (is_name && modifier != "exact") {
          for (std::string& part : family_parts_of(element)) texts.push_back(std::move(part));
        }
        return std::any_of(texts.begin(), texts.end(), [&](const std::string& text) {
          return is_string_match(modifier, first, text);
        });
      });
    case SearchParameterType::date:
      return any([&](const fhir::Element& element) {
        const auto interval = interval_of(element);
        return interval && is_date_match(value.prefix, first, *interval, world_.now);
      });
    case SearchParameterType::number:
      return any([&](const fhir::Element& element) {
        const auto span = span_of(element);
        return span && is_number_match(value.prefix, first, *span);
      });
    case SearchParameterType::quantity:
      return any([&](const fhir::Element& element) {
        const auto amount = amount_of(element);
        return amount && is_quantity_match(value, *amount);
      });
    case SearchParameterType::uri:
      return any(
          [&](const fhir::Element& element) { return is_uri_match(modifier, first, element); });
    default:
      break;
  }
  return any([&](const fhir::Element& element) {
    if (modifier == "identifier") {
      const fhir::Element identifier = fhir::child(element, "identifier");
      if (identifier.value == nullptr) return false;
      return is_token_match(
          value, tokens_of(identifier).empty() ? Token{"-", "-"} : tokens_of(identifier)[0]);
    }
    const auto targets = identities_of(element);
    return std::any_of(targets.begin(), targets.end(), [&](const std::string& target) {
      if (modifier == "below") return is_below(target, target_of(first));
      if (modifier == "above") return is_below(target_of(first), target);
      if (first.find_first_of("/:") != std::string::npos) return target == target_of(first);
      // "[id]: … of any type" that the parameter may refer to; or of the type that the modifier
      // says.
      const std::size_t slash = target.find('/');
      if (target.find(':') != std::string::npos || target.substr(slash + 1) != first) return false;
      return modifier.empty() ? may_lead_to(parameter, target.substr(0, slash))
                              : target.substr(0, slash) == modifier;
    });
  });
}

/// "matches … where the components are all of the same element".
bool Evaluator::matches_composite(const Place& place, const fhir::SearchParameter& parameter,
                                  const Value& value) const {
  for (const fhir::Element& context : values_of(place, parameter).elements) {
    bool is_match = true;
    for (std::size_t at = 0; at < parameter.components.size(); ++at) {
      const Value& part = value.components[at];
      const auto& component = parameter.components[at];
      const auto type = definitions().search_parameter_by_url(component.definition)->type;
      const auto elements = values_at(place, context, component.expression).elements;
      is_match &= std::any_of(elements.begin(), elements.end(), [&](const fhir::Element& element) {
        if (type == SearchParameterType::token) {
          const auto tokens = tokens_of(element);
          return std::any_of(tokens.begin(), tokens.end(),
                             [&](const Token& token) { return is_token_match(part, token); });
        }
        if (type == SearchParameterType::quantity) {
          const auto amount = amount_of(element);
          return amount && is_quantity_match(part, *amount);
        }
        if (type == SearchParameterType::date) {
          const auto interval = interval_of(element);
          return interval && is_date_match(part.prefix, part.parts[0], *interval, world_.now);
        }
        const auto texts = strings_of(element);
        return std::any_of(texts.begin(), texts.end(), [&](const std::string& text) {
          return is_string_match("", part.parts[0], text);
        });
      });
    }
    if (is_match) return true;
  }
  return false;
}

/// "all the resources that have a value for the parameter": something that a search could find.
bool Evaluator::has_value(const Place& place, const fhir::SearchParameter& parameter) const {
  const std::string_view code = parameter.code;
  if (code == "_id" || code == "_lastUpdated") return true;
  const Found found = values_of(place, parameter);
  if (parameter.type == SearchParameterType::composite) {
    return std::any_of(
        found.elements.begin(), found.elements.end(), [&](const fhir::Element& context) {
          return std::all_of(
              parameter.components.begin(), parameter.components.end(), [&](const auto& component) {
                fhir::SearchParameter part =
                    *definitions().search_parameter_by_url(component.definition);
                for (const fhir::Element& element :
                     values_at(place, context, component.expression).elements) {
                  if (part.type == SearchParameterType::token && !tokens_of(element).empty())
                    return true;
                  if (part.type == SearchParameterType::quantity && amount_of(element)) return true;
                  if (part.type == SearchParameterType::date && interval_of(element)) return true;
                  if (part.type == SearchParameterType::string && !strings_of(element).empty())
                    return true;
                }
                return false;
              });
        });
  }
  if (!found.truths.empty()) return true;
  return std::any_of(found.elements.begin(), found.elements.end(),
                     [&](const fhir::Element& element) {
                       switch (parameter.type) {
                         case SearchParameterType::token:
                           return !tokens_of(element).empty() || !texts_of(element).empty();
                         case SearchParameterType::string:
                           return !strings_of(element).empty();
                         case SearchParameterType::date:
                           return interval_of(element).has_value();
                         case SearchParameterType::number:
                           return span_of(element).has_value();
                         case SearchParameterType::quantity:
                           return amount_of(element).has_value();
                         case SearchParameterType::reference:
                           return leads_somewhere(place, reference_text(element)) ||
                                  !tokens_of(fhir::child(element, "identifier")).empty();
                         case SearchParameterType::special:  // near
                           return fhir::child(element, "latitude").has_value() &&
                                  fhir::child(element, "longitude").has_value();
                         default:
                           return element.has_value();
                       }
                     });
}

std::vector<Place> Evaluator::targets_of(const Place& place, const fhir::SearchParameter& parameter,
                                         const std::string& type) const {
  std::vector<Place> targets;
  for (const fhir::Element& element : values_of(place, parameter).elements) {
    const std::string text = reference_text(element);
    Place target;
    if (text.starts_with("#")) {
      const auto within = contained(*place.container, text.substr(1));
      if (!within) continue;
      target = {*within, place.container, true};
    } else {
      const std::string key = target_of(text);
      const Resource* found =
          world_.find(key.substr(0, key.find('/')), key.substr(key.find('/') + 1));
      if (found == nullptr) continue;
      target = {found->root, found};
    }
    const std::string_view found = target.resource.type->name;
    if (type.empty() ? may_lead_to(parameter, found) : found == type) targets.push_back(target);
  }
  return targets;
}

bool Evaluator::matches_chain(const Place& place, const fhir::SearchParameter& parameter,
                              const Question& question) const {
  const Question& inner = question.inner.front();
  for (const Place& target : targets_of(place, parameter, question.modifier)) {
    const std::string_view type = target.resource.type->name;
    const bool is_known = inner.is_has() || inner.code == "_list" ||
                          definitions().search_parameter(type, inner.code) != nullptr;
    if (is_known && matches(target, inner)) return true;
  }
  return false;
}

/// A contained resource is referred to from its container alone.
bool Evaluator::matches_has(const Place& place, const Question& question) const {
  const std::string id(place.resource.value->string_at("id"));
  const std::string key = std::string(place.resource.type->name) + "/" + id;
  for (const Resource& source : world_.resources) {
    if (source.type != question.source_type) continue;
    if (place.is_contained && &source != place.container) continue;
    const Place at{source.root, &source};
    const auto elements = values_of(at, parameter_of(source.root, question.code)).elements;
    const bool leads_here =
        std::any_of(elements.begin(), elements.end(), [&](const fhir::Element& element) {
          const std::string text = reference_text(element);
          return place.is_contained ? text == "#" + id : target_of(text) == key;
        });
    if (leads_here && matches(at, question.inner.front())) return true;
  }
  return false;
}

/// Whether the one is the other, or a part of it at any depth.
bool Evaluator::is_below(const std::string& key, const std::string& top) const {
  std::set<std::string> reached = {key};
  for (std::size_t size = 0; size != reached.size();) {
    size = reached.size();
    for (const std::string& one : std::set<std::string>(reached)) {
      const Resource* resource =
          world_.find(one.substr(0, one.find('/')), one.substr(one.find('/') + 1));
      if (resource == nullptr) continue;
      const fhir::Element parent = fhir::child(resource->root, "partOf");
      if (parent.value != nullptr) {
        // What another server has is no part of a hierarchy here.
        for (const std::string& target : identities_of(parent)) {
          if (target.find(':') == std::string::npos) reached.insert(target);
        }
      }
    }
  }
  return reached.contains(top);
}

}  // namespace property_test
