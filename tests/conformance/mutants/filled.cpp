#include "filled.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "primitive_samples.h"

namespace mutants {
namespace {

/// Quantities that keep the invariants of their types, so that a mutant can break them.
std::string_view quantity_of(std::string_view type) {
  if (type == "Age")
    return R"({"value":1,"comparator":"<","unit":"a","system":"http://unitsofmeasure.org","code":"a"})";
  if (type == "Count")
    return R"({"value":1,"comparator":"<","unit":"1","system":"http://unitsofmeasure.org","code":"1"})";
  if (type == "Distance")
    return R"({"value":1,"comparator":"<","unit":"m","system":"http://unitsofmeasure.org","code":"m"})";
  return {};
}

/// Elements that every object may have, and that examples show well enough.
bool is_common(std::string_view name) {
  return name == "id" || name == "extension" || name == "modifierExtension" ||
         name == "contained" || name == "implicitRules" || name == "meta" || name == "text";
}

class Filler {
 public:
  Filler(Facts& facts, std::size_t variant, DataTypes data_types)
      : facts_(facts), variant_(variant), data_types_(data_types) {}

  std::string resource(const TypeFacts& type) {
    const std::string rest = members(type, *type.root, true, 0);
    return "{\"resourceType\":\"" + type.name + "\",\"id\":\"x\"" +
           (rest.empty() ? "" : "," + rest) + "}";
  }

 private:
  /// depth   data types around this one
  std::string members(const TypeFacts& type, const ElementFacts& element, bool all, int depth) {
    std::string out;
    for (const ElementFacts* child : facts_.children(type, element)) {
      if (is_common(child->name) || child->max == 0) continue;
      if (!all && child->min == 0) continue;
      append(type, *child, depth, out);
    }
    if (!out.empty()) return out;
    for (const ElementFacts* child : facts_.children(type, element)) {  // ele-1: one at least
      if (out.empty() && !is_common(child->name)) append(type, *child, depth, out);
    }
    return out;
  }

  void append(const TypeFacts& type, const ElementFacts& child, int depth, std::string& out) {
    const TypeUse* use = child.types.empty()
                             ? nullptr
                             : &child.types[child.is_choice ? variant_ % child.types.size() : 0];
    const std::string json = value(type, child, use, depth);
    if (json.empty()) return;
    if (!out.empty()) out += ',';
    out.append("\"").append(child.is_choice ? choice_name(child.name, use->code) : child.name);
    out.append("\":").append(child.is_array ? "[" + json + "]" : json);
  }

  std::string value(const TypeFacts& owner, const ElementFacts& element, const TypeUse* use,
                    int depth) {
    if (!element.same_as.empty()) return {};
    if (!element.children.empty()) return "{" + members(owner, element, true, depth) + "}";
    if (use == nullptr) return {};
    const TypeFacts* type = facts_.type(use->code);
    if (use->code == "Reference") {
      const std::string target = use->targets.empty() || use->targets.front() == "Resource"
                                     ? "Patient"
                                     : use->targets.front();
      return "{\"reference\":\"" + target + "/x\"}";
    }
    if (const std::string_view whole = quantity_of(use->code); !whole.empty())
      return std::string(whole);
    if (type == nullptr || type->kind == Kind::primitive) {
      const std::string code = code_in(element.required_set);
      return code.empty() ? std::string(primitive_sample(use->code).good) : "\"" + code + "\"";
    }
    if (type->kind == Kind::resource || depth > 4) return {};
    const bool all = data_types_ == DataTypes::whole && depth == 0;
    return "{" + members(*type, *type->root, all, depth + 1) + "}";
  }

  std::string code_in(const std::string& value_set) { return facts_.first_code(value_set); }

  Facts& facts_;
  std::size_t variant_;
  DataTypes data_types_;
};

}  // namespace

std::string filled(Facts& facts, std::string_view type, std::size_t variant, DataTypes data_types) {
  const TypeFacts* known = facts.type(type);
  REQUIRE(known != nullptr);
  return Filler(facts, variant, data_types).resource(*known);
}

std::size_t variants_of(Facts& facts, std::string_view type) {
  std::size_t most = 1;
  for (const auto& [path, element] : facts.type(type)->elements) {
    if (element.is_choice) most = std::max(most, element.types.size());
  }
  return most;
}

}  // namespace mutants
