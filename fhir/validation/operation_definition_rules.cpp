// The parameters of an OperationDefinition against the profiles that cover them all: "the profile
// shall not conflict with what is specified in the parameters, though it may provide additional
// constraints". https://hl7.org/fhir/R4/operationdefinition-definitions.html
#include <algorithm>
#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "fhir/definitions/element_facts.h"
#include "fhir/validation/known_resource.h"
#include "fhir/validation/questionnaire_value.h"
#include "fhir/validation/rule_context.h"

namespace fhir::validation {
namespace {

using definitions::limit_of;

constexpr std::string_view k_slice_prefix = "Parameters.parameter:";

std::uint32_t min_of(const json::Value& element) { return limit_of(element, "min", 0); }

std::uint32_t max_of(const json::Value& element) { return limit_of(element, "max", k_unbounded); }

/// What a profile on Parameters says of one parameter, in a slice by its name.
struct Slice {
  const json::Value* element = nullptr;
  std::string_view name;
  std::vector<std::string_view> types;  // empty: any
};

std::vector<Slice> slices_of(const json::Value& profile) {
  std::vector<Slice> slices;
  std::unordered_map<std::string_view, std::size_t> by_name;
  const json::Value* view = profile.find("differential");
  if (view == nullptr) view = profile.find("snapshot");
  if (view == nullptr) return slices;
  for (const json::Value& element : items_of(*view, "element")) {
    std::string_view id = element.string_at("id");
    if (!id.starts_with(k_slice_prefix)) continue;
    id.remove_prefix(k_slice_prefix.size());
    const std::size_t dot = id.find('.');
    const auto [at, is_new] = by_name.try_emplace(id.substr(0, dot), slices.size());
    if (is_new) slices.emplace_back();
    Slice& slice = slices[at->second];
    const std::string_view child =
        dot == std::string_view::npos ? std::string_view{} : id.substr(dot + 1);
    if (child.empty()) slice.element = &element;
    if (child == "name") {
      ChosenValue name = chosen_value(element, "fixed");
      if (name.value == nullptr) name = chosen_value(element, "pattern");
      if (name.value != nullptr && name.value->is_string()) slice.name = name.value->string();
    }
    if ((child != "resource" && child != "value[x]") || element.string_at("max") == "0") continue;
    for (const json::Value& type : items_of(element, "type"))
      slice.types.push_back(type.string_at("code"));
  }
  return slices;
}

class OperationCheck {
 public:
  explicit OperationCheck(const RuleContext& context) : context_(context) {}

  /// use   in or out: the parameters that the profile in `member` covers
  void run(std::string_view member, std::string_view use) const {
    const std::string_view canonical = context_.resource.string_at(member);
    if (canonical.empty()) return;
    const KnownResource profile(context_, "StructureDefinition", canonical);
    if (profile.value() == nullptr) return;
    const auto parameters = items_of(context_.resource, "parameter");
    for (const Slice& slice : slices_of(*profile.value())) {
      for (std::size_t i = 0; i < parameters.size() && !slice.name.empty(); ++i) {
        if (parameters[i].string_at("use") == use && parameters[i].string_at("name") == slice.name)
          compare(parameters[i], slice, item_path(context_.path, "parameter", i));
      }
    }
  }

 private:
  void compare(const json::Value& parameter, const Slice& slice, const Path& path) const {
    const auto refuse = [&](std::string_view text) {
      context_.error(IssueType::business_rule, path, parameter, text);
    };
    if (slice.element != nullptr &&
        (max_of(*slice.element) < min_of(parameter) || min_of(*slice.element) > max_of(parameter)))
      refuse("The profile of the parameters asks for another number of this one");
    const std::string_view type = parameter.string_at("type");
    const bool is_possible =
        slice.types.empty() || type.empty() ||
        std::any_of(slice.types.begin(), slice.types.end(),
                    [&](std::string_view allowed) { return is_one_of(allowed, type); });
    if (!is_possible) refuse("The profile of the parameters does not allow this one its type");
  }

  /// Whether something can be of both types.
  bool is_one_of(std::string_view a, std::string_view b) const {
    const TypeSchema* x = context_.definitions.type(a);
    const TypeSchema* y = context_.definitions.type(b);
    return x == nullptr || y == nullptr || x->is_a(y) || y->is_a(x);
  }

  const RuleContext& context_;
};

}  // namespace

void check_operation_definition(const RuleContext& context) {
  const OperationCheck check(context);
  check.run("inputProfile", "in");
  check.run("outputProfile", "out");
}

}  // namespace fhir::validation
