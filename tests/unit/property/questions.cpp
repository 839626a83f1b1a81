#include "tests/unit/property/questions.h"

#include <algorithm>
#include <array>

#include "fhir/base/date_time.h"
#include "tests/unit/property/evaluator.h"
#include "tests/unit/property/references.h"
#include "tests/unit/property/resources.h"
#include "tests/unit/property/terminology.h"
#include "tests/unit/property/universe.h"

namespace property_test {

using fhir::SearchParameter;
using fhir::SearchParameterType;

namespace {

/// Those whose answer is no matter of one element: they are asked in a way of their own, or not.
constexpr std::array<std::string_view, 7> k_left_out = {"_text",   "_content", "_query",  "_list",
                                                        "_filter", "_type",    "phonetic"};

bool is_one_of(std::string_view name, std::initializer_list<std::string_view> names) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

/// What refers to a resource that is part of others of its type.
bool is_hierarchical(const std::string& type, std::string_view code) {
  return is_one_of(code, {"partof"}) ||
         (type == "Encounter" && is_one_of(code, {"part-of", "location", "service-provider"})) ||
         (type == "Patient" && code == "organization");
}

/// Of our types, those that the parameter may refer to.
std::vector<std::string> targets_of(const SearchParameter& parameter) {
  std::vector<std::string> targets;
  for (const std::string_view type : resource_types()) {
    if (std::find(parameter.targets.begin(), parameter.targets.end(), type) !=
        parameter.targets.end()) {
      targets.emplace_back(type);
    }
  }
  return targets;
}

}  // namespace

std::vector<const SearchParameter*> Questions::parameters_of(const std::string& type,
                                                             bool references_only) {
  std::vector<const SearchParameter*> found;
  for (const SearchParameter* one : definitions().search_parameters_of(type)) {
    if (std::find(k_left_out.begin(), k_left_out.end(), one->code) != k_left_out.end()) continue;
    if (references_only &&
        (one->type != SearchParameterType::reference || targets_of(*one).empty()))
      continue;
    found.push_back(one);
  }
  return found;
}

const Resource* Questions::some_of(const std::string& type) {
  std::vector<const Resource*> all;
  for (const Resource& one : world_.resources) {
    if (one.type == type) all.push_back(&one);
  }
  return all.empty() ? nullptr : dice_.pick(all);
}

Search Questions::search() {
  Search search;
  search.type = resource_types()[dice_.below(resource_types().size())];
  if (dice_.chance(30)) search.type = "Observation";
  for (std::size_t left = 1 + (dice_.chance(30) ? dice_.below(3) : 0); left > 0; --left) {
    search.criteria.push_back(question(search.type, 0));
  }
  if (dice_.chance(15)) {
    search.compartment = compartment(search.type);
    if (search.compartment && dice_.chance(60)) search.criteria.clear();
  }
  if (dice_.chance(50)) {
    const auto parameters = parameters_of(search.type);
    for (std::size_t left = 1 + dice_.below(2); left > 0; --left) {
      const SearchParameter& key = *dice_.pick(parameters);
      if (key.type != SearchParameterType::composite && key.type != SearchParameterType::special)
        search.sort.emplace_back(key.code, dice_.chance(50));
    }
  }
  if (dice_.chance(25)) {
    search.filters.push_back(filter(search.type, 0));
    if (dice_.chance(80)) search.criteria.clear();
  }
  if (dice_.chance(20)) {
    for (std::size_t left = 1 + dice_.below(3); left > 0; --left)
      search.follows.push_back(follow(search.type));
    if (dice_.chance(70)) search.criteria.clear();  // of all of the type: that there is something
  }
  return search;
}

Question Questions::question(const std::string& type, int depth) {
  if (depth == 0 && dice_.chance(6)) return text(type);
  if (dice_.chance(5)) return list();
  if (depth < 3 && dice_.chance(15)) return chain(type, depth);
  if (depth < 3 && dice_.chance(10)) return has(type, depth);
  return plain(type);
}

Question Questions::plain(const std::string& type) {
  const auto parameters = parameters_of(type);
  const SearchParameter* parameter = dice_.pick(parameters);
  const Evaluator evaluator(world_);
  for (int tries = 0; tries < 3; ++tries) {  // one that somebody has a value of, rather
    const Resource* one = some_of(type);
    if (one == nullptr || !evaluator.values_of({one->root, one}, *parameter).elements.empty())
      break;
    parameter = dice_.pick(parameters);
  }
  Question made;
  made.code = parameter->code;
  made.modifier = modifier_for(type, *parameter);
  if (made.modifier == "missing") {
    made.values.push_back({"", {dice_.pick({"true", "false"})}, {}});
    return made;
  }
  for (std::size_t left = 1 + (dice_.chance(25) ? dice_.below(3) : 0); left > 0; --left) {
    made.values.push_back(value_for(type, *parameter, made.modifier));
  }
  return made;
}

Question Questions::chain(const std::string& type, int depth) {
  const auto parameters = parameters_of(type, true);
  if (parameters.empty()) return plain(type);
  const SearchParameter& parameter = *dice_.pick(parameters);
  const std::string target = dice_.pick(targets_of(parameter));
  Question made;
  made.code = parameter.code;
  if (dice_.chance(60)) made.modifier = target;
  made.inner.push_back(question(target, depth + 1));
  return made;
}

/// Type and code of all parameters by which resources may refer to one of the type.
std::vector<std::pair<std::string, std::string>> Questions::links_to(const std::string& type) {
  std::vector<std::pair<std::string, std::string>> links;
  for (const std::string_view source : resource_types()) {
    for (const SearchParameter* one : parameters_of(std::string(source), true)) {
      const auto targets = targets_of(*one);
      if (std::find(targets.begin(), targets.end(), type) != targets.end())
        links.emplace_back(source, one->code);
    }
  }
  return links;
}

/// From the type, from what refers to it, or, where it iterates, from anywhere.
Follow Questions::follow(const std::string& type) {
  Follow made;
  made.iterate = dice_.chance(50);
  made.reverse = dice_.chance(50);
  const std::string at = made.iterate && dice_.chance(50)
                             ? std::string(resource_types()[dice_.below(resource_types().size())])
                             : type;
  const auto links = links_to(at);
  if (made.reverse && !links.empty()) {
    std::tie(made.source, made.code) = dice_.pick(links);
    if (dice_.chance(40)) made.target = at;
    return made;
  }
  made.reverse = false;
  made.source = at;
  made.code = "*";
  const auto parameters = parameters_of(at, true);
  if (parameters.empty() || dice_.chance(10)) return made;
  const SearchParameter& parameter = *dice_.pick(parameters);
  made.code = parameter.code;
  if (dice_.chance(40)) made.target = dice_.pick(targets_of(parameter));
  return made;
}

Question Questions::has(const std::string& type, int depth) {
  const auto links = links_to(type);
  if (links.empty()) return plain(type);
  Question made;
  std::tie(made.source_type, made.code) = dice_.pick(links);
  made.inner.push_back(question(made.source_type, depth + 1));
  return made;
}

std::string Questions::modifier_for(const std::string& type, const SearchParameter& parameter) {
  const std::string_view code = parameter.code;
  if (parameter.type != SearchParameterType::composite && dice_.chance(8)) return "missing";
  if (dice_.chance(55) || code == "_lastUpdated") return "";
  if (code == "_id") return dice_.pick({"", "not"});
  switch (parameter.type) {
    case SearchParameterType::string:
      return dice_.pick({"exact", "contains"});
    case SearchParameterType::token:
      return dice_.pick({"not", "text", "of-type", "in", "not-in", "above", "below"});
    case SearchParameterType::uri:
      return dice_.pick({"above", "below"});
    case SearchParameterType::reference: {
      const auto targets = targets_of(parameter);
      if (is_hierarchical(type, code) && dice_.chance(60)) return dice_.pick({"above", "below"});
      if (!targets.empty() && dice_.chance(50)) return dice_.pick(targets);
      return "identifier";
    }
    default:
      return "";
  }
}

Value Questions::value_for(const std::string& type, const SearchParameter& parameter,
                           const std::string& modifier) {
  if (parameter.code == "_id") return {"", {some_id(dice_)}, {}};
  if (parameter.type == SearchParameterType::composite) return composite_value(type, parameter);
  const Evaluator evaluator(world_);
  const Resource* one = dice_.chance(85) ? some_of(type) : nullptr;
  Found found;
  if (one != nullptr) found = evaluator.values_of({one->root, one}, parameter);
  fhir::Element element;
  if (!found.elements.empty()) element = dice_.pick(found.elements);
  const fhir::Element* of = found.elements.empty() ? nullptr : &element;
  if (parameter.code == "_lastUpdated" && one != nullptr) {
    return {dice_.pick({"", "ne", "gt", "lt", "ge", "le", "sa", "eb", "ap"}),
            {fhir::format_instant(one->last_updated)},
            {}};
  }
  if (modifier == "identifier") {
    if (of != nullptr) element = fhir::child(element, "identifier");
    return some_value(SearchParameterType::token,
                      of != nullptr && element.value != nullptr ? of : nullptr, dice_);
  }
  if (parameter.type == SearchParameterType::special) return place();
  if (parameter.type == SearchParameterType::token && (modifier == "in" || modifier == "not-in"))
    return {"", {dice_.pick(value_sets()).url}, {}};
  if (parameter.type == SearchParameterType::token &&
      (modifier == "above" || modifier == "below")) {
    Token token{some_system(dice_), some_code(dice_)};
    const auto tokens = of == nullptr ? std::vector<Token>() : tokens_of(*of);
    if (!tokens.empty() && dice_.chance(70)) {
      const Token& one_of_it = dice_.pick(tokens);
      if (is_held(one_of_it.system)) token.system = one_of_it.system;
      if (!one_of_it.code.empty()) token.code = one_of_it.code;
    }
    return {"", {token.system, token.code}, {}};
  }
  if (modifier == "text") return {"", {some_text(dice_)}, {}};
  if (modifier == "of-type") {
    Value value{"", {some_system(dice_), some_code(dice_), some_code(dice_)}, {}};
    if (of == nullptr || element.type->name != "Identifier") return value;
    const fhir::Element coding = fhir::child(fhir::child(element, "type"), "coding");
    if (coding.value == nullptr) return value;
    value.parts[0] = coding.value->string_at("system");
    if (!coding.value->string_at("code").empty()) value.parts[1] = coding.value->string_at("code");
    if (!element.value->string_at("value").empty())
      value.parts[2] = element.value->string_at("value");
    return value;
  }
  if (modifier == "above" || modifier == "below") {
    if (parameter.type == SearchParameterType::uri) return {"", {some_uri(dice_)}, {}};
    return {"", {dice_.pick(targets_of(parameter)) + "/" + some_id(dice_)}, {}};
  }
  if (parameter.type == SearchParameterType::reference && !modifier.empty()) {
    return {"", {dice_.chance(50) ? some_id(dice_) : modifier + "/" + some_id(dice_)}, {}};
  }
  return some_value(parameter.type, of, dice_);
}

Value Questions::composite_value(const std::string& type, const SearchParameter& parameter) {
  const Evaluator evaluator(world_);
  const Resource* one = dice_.chance(90) ? some_of(type) : nullptr;
  std::vector<fhir::Element> contexts;
  if (one != nullptr) contexts = evaluator.values_of({one->root, one}, parameter).elements;
  Value value;
  const fhir::Element context = contexts.empty() ? fhir::Element{} : dice_.pick(contexts);
  for (const auto& component : parameter.components) {
    Found found;
    if (!contexts.empty())
      found = evaluator.values_at({one->root, one}, context, component.expression);
    const fhir::Element* element = found.elements.empty() ? nullptr : &dice_.pick(found.elements);
    value.components.push_back(some_value(
        definitions().search_parameter_by_url(component.definition)->type, element, dice_));
  }
  return value;
}

}  // namespace property_test
