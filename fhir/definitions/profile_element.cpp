// What one element of a profile demands beyond the base definition.
// https://hl7.org/fhir/R4/elementdefinition.html
#include <algorithm>
#include <charconv>

#include "fhir/definitions/element_facts.h"
#include "fhir/definitions/profile_compiler.h"
#include "fhir/definitions/snapshot_tree.h"
#include "fhir/formats/json_items.h"

namespace fhir::definitions {
namespace {

constexpr std::string_view k_vital_signs_units = "http://hl7.org/fhir/ValueSet/ucum-vitals-common";
constexpr std::string_view k_min_length = "http://hl7.org/fhir/StructureDefinition/minLength";
constexpr std::string_view k_value_alternatives =
    "http://hl7.org/fhir/5.0/StructureDefinition/extension-ElementDefinition.valueAlternatives";
constexpr std::string_view k_must_have_value =
    "http://hl7.org/fhir/5.0/StructureDefinition/extension-ElementDefinition.mustHaveValue";
constexpr std::string_view k_additional_bindings[] = {
    "http://hl7.org/fhir/5.0/StructureDefinition/extension-ElementDefinition.binding.additional",
    "http://hl7.org/fhir/tools/StructureDefinition/additional-binding"};
constexpr std::string_view k_regex = "http://hl7.org/fhir/StructureDefinition/regex";
constexpr std::string_view k_narrative_language =
    "http://hl7.org/fhir/StructureDefinition/narrative-language-control";
constexpr std::string_view k_narrative_source =
    "http://hl7.org/fhir/StructureDefinition/narrative-source-control";

/// The invariant that a regular expression stands for: it is about the whole of the value.
std::string matching(std::string_view pattern) {
  std::string out = "hasValue() implies toString().matchesFull('";
  for (const char c : pattern) {
    if (c == '\\' || c == '\'') out += '\\';
    out += c;
  }
  return out += "')";
}

const json::Value* value_of(const json::Value& extension) {
  for (const json::Member& member : extension.members()) {
    if (member.name().starts_with("value")) return &member.value;
  }
  return nullptr;
}

template <class Visit>
void for_each_extension(const json::Value& element, std::string_view url, Visit&& visit) {
  const json::Value* list = element.find("extension");
  if (list == nullptr) return;
  for (const json::Value& extension : list->items()) {
    const json::Value* value = value_of(extension);
    if (value != nullptr && extension.string_at("url") == url) visit(*value);
  }
}

std::vector<std::string_view> texts_at(const json::Value& owner, std::string_view name) {
  std::vector<std::string_view> out;
  const json::Value* list = owner.find(name);
  if (list == nullptr) return out;
  for (const json::Value& item : list->items()) out.push_back(item.text());
  return out;
}

bool has_all(std::span<const std::string_view> of, const std::vector<std::string_view>& wanted) {
  return std::all_of(wanted.begin(), wanted.end(), [&](std::string_view text) {
    return std::find(of.begin(), of.end(), text) != of.end();
  });
}

/// Whether the type says no more than that type of the base.
bool adds_nothing(const json::Value& type, const TypeRef& base) {
  const auto profiles = texts_at(type, "profile");
  const auto targets = texts_at(type, "targetProfile");
  if (type.find("aggregation") != nullptr || type.find("versioning") != nullptr) return false;
  if (!profiles.empty() &&
      !(has_all(base.profiles, profiles) && profiles.size() == base.profiles.size()))
    return false;
  return targets.empty() ||
         (has_all(base.target_profiles, targets) && targets.size() == base.target_profiles.size());
}

bool adds_nothing(const json::Value& types, const ElementSchema& base) {
  if (types.items().size() != base.types.size()) return false;
  return std::all_of(types.items().begin(), types.items().end(), [&](const json::Value& type) {
    const std::string_view code = type.string_at("code");
    if (code.starts_with(k_system_prefix)) return true;
    const auto same = std::find_if(base.types.begin(), base.types.end(),
                                   [&](const TypeRef& b) { return b.code == code; });
    return same != base.types.end() && adds_nothing(type, *same);
  });
}

std::string_view without_version(std::string_view canonical) {
  return canonical.substr(0, canonical.find('|'));
}

}  // namespace

void ProfileCompiler::read_limits(const json::Value& element, const Base& base, ProfileNode& out) {
  const bool is_slice = !out.slice_name.empty();
  const std::uint32_t base_min = base.element != nullptr && !is_slice ? base.element->min : 0;
  const std::uint32_t base_max =
      base.element != nullptr && !is_slice ? base.element->max : k_unbounded;
  out.min = limit_of(element, "min", 0);
  if (out.min <= base_min) out.min = 0;
  out.max = limit_of(element, "max", k_unbounded);
  if (out.max >= base_max) out.max = k_unbounded;
  out.max_length = limit_of(element, "maxLength", 0);
  if (base.element != nullptr && out.max_length == base.element->max_length) out.max_length = 0;
  if (const json::Value* least = extension_value(element, k_min_length)) {
    const std::string_view text = least->text();
    std::from_chars(text.data(), text.data() + text.size(), out.min_length);
  }
  std::vector<std::string_view> alternatives;
  for_each_extension(element, k_value_alternatives,
                     [&](const json::Value& value) { alternatives.push_back(keep(value.text())); });
  out.value_alternatives = out_.arena.copy(alternatives);
  const json::Value* must_have = extension_value(element, k_must_have_value);
  out.needs_value = (!alternatives.empty() && out.min > 0) ||
                    (must_have != nullptr && must_have->kind() == json::Kind::true_);
}

void ProfileCompiler::read_values(const json::Value& element, const Base& base, ProfileNode& out) {
  const ElementSchema none;
  const ElementSchema& from = base.element != nullptr ? *base.element : none;
  if (from.fixed == nullptr) out.fixed = keep_value(element, "fixed");
  if (from.pattern == nullptr) out.pattern = keep_value(element, "pattern");
  if (from.min_value == nullptr) out.min_value = keep_value(element, "minValue");
  if (from.max_value == nullptr) out.max_value = keep_value(element, "maxValue");
}

void ProfileCompiler::read_types(const json::Value& element, const Base& base, ProfileNode& out) {
  const json::Value* types = element.find("type");
  if (types == nullptr || types->items().empty()) return;
  if (base.element != nullptr && adds_nothing(*types, *base.element)) return;
  std::vector<ProfileType> list;
  for (const json::Value& source : types->items()) {
    ProfileType type;
    type.code = keep(source.string_at("code"));
    if (type.code.starts_with(k_system_prefix)) return;
    // An extension is judged by the definition that its url names, wherever it stands.
    if (type.code != "Extension") type.profiles = keep(profiles_of(source, "profile"));
    type.target_profiles = keep(texts_at(source, "targetProfile"));
    for (const std::string_view mode : texts_at(source, "aggregation")) {
      type.aggregation |= mode == "contained"    ? aggregation_contained
                          : mode == "referenced" ? aggregation_referenced
                                                 : aggregation_bundled;
    }
    const std::string_view versioning = source.string_at("versioning");
    type.versioning = versioning == "independent" ? ReferenceVersioning::independent
                      : versioning == "specific"  ? ReferenceVersioning::specific
                                                  : ReferenceVersioning::either;
    list.push_back(type);
  }
  const bool is_plain_extension = list.size() == 1 && list[0].code == "Extension";
  if (!is_plain_extension) out.types = out_.arena.copy(list);
}

void ProfileCompiler::read_binding(const json::Value& element, const Base& base, ProfileNode& out) {
  const json::Value* source = element.find("binding");
  if (source == nullptr) return;
  std::vector<Binding> further;
  add_additional_bindings(*source, further);
  out.further_bindings = out_.arena.copy(further);
  const std::string_view value_set = source->string_at("valueSet");
  BindingStrength strength = strength_of(source->string_at("strength"));
  // deviation: R4 binds the parts of every vital sign to these units as required, and asks for
  // other units (L/min, points of a score) in others; the reference validator takes it as
  // extensible.
  if (without_version(value_set) == k_vital_signs_units)
    strength = std::max(strength, BindingStrength::extensible);
  const Binding none;
  const Binding& from = base.element != nullptr ? base.element->binding : none;
  const auto is_same = [](const Binding& binding, std::string_view canonical) {
    return without_version(binding.value_set) == without_version(canonical);
  };
  if (!value_set.empty() && strength <= BindingStrength::extensible &&
      !(from.strength <= strength && is_same(from, value_set)))
    out.binding = binding_to(value_set, strength);
  out.binding.strength = strength;
  const json::Value* maximum = extension_value(*source, k_max_value_set);
  if (maximum == nullptr) return;
  if (from.maximum != nullptr && is_same(*from.maximum, maximum->text())) return;
  out.binding.maximum =
      out_.arena.copy(std::vector{binding_to(maximum->text(), BindingStrength::required)}).data();
}

/// Those that hold everywhere: one with a usage is left out, since the usage is not judged.
void ProfileCompiler::add_additional_bindings(const json::Value& binding,
                                              std::vector<Binding>& out) {
  const json::Value* list = binding.find("extension");
  if (list == nullptr) return;
  for (const json::Value& extension : list->items()) {
    const std::string_view url = extension.string_at("url");
    if (std::find(std::begin(k_additional_bindings), std::end(k_additional_bindings), url) ==
        std::end(k_additional_bindings))
      continue;
    const json::Value* purpose = extension_value(extension, "purpose");
    const json::Value* value_set = extension_value(extension, "valueSet");
    if (purpose == nullptr || value_set == nullptr ||
        extension_value(extension, "usage") != nullptr)
      continue;
    if (purpose->text() == "required" || purpose->text() == "maximum") {
      out.push_back(binding_to(value_set->text(), BindingStrength::required));
    } else if (purpose->text() == "extensible") {
      out.push_back(binding_to(value_set->text(), BindingStrength::extensible));
    }
  }
}

Binding ProfileCompiler::binding_to(std::string_view value_set, BindingStrength strength) {
  // One that the profile contains is told from those of others by the profile's url.
  std::string canonical(value_set);
  if (value_set.starts_with('#')) canonical.insert(0, out_.url);
  const auto [at, is_new] =
      value_sets_.try_emplace(canonical, static_cast<std::uint32_t>(value_sets_.size()));
  return {strength, keep(canonical), at->second};
}

void ProfileCompiler::read_constraints(const json::Value& element, const Base& base,
                                       ProfileNode& out) {
  const auto is_inherited = [&](std::string_view key) {
    if (type_has(base.type, key)) return true;
    if (base.element == nullptr) return false;
    const auto own = base.element->constraints;
    if (std::any_of(own.begin(), own.end(), [&](const Constraint* c) { return c->key == key; }))
      return true;
    const auto types = base.element->types;
    return std::any_of(types.begin(), types.end(),
                       [&](const TypeRef& type) { return type_has(type.type, key); });
  };
  std::vector<Constraint> own;
  for (const json::Value& source : json::items_at(element, "constraint")) {
    const std::string_view expression = expression_of(source);
    if (expression.empty() || is_inherited(source.string_at("key"))) continue;
    Constraint constraint;
    constraint.key = keep(source.string_at("key"));
    constraint.human = keep(source.string_at("human"));
    constraint.expression = keep(expression);
    constraint.source = keep(source.string_at("source"));
    constraint.severity = severity_of(source);
    constraint.best_practice = is_best_practice(source);
    constraint.index = index_of(expression);
    own.push_back(constraint);
  }
  add_regex(element, own);
  out.constraints = out_.arena.copy(own);
}

/// Of the element, or of its only type. https://hl7.org/fhir/R4/extension-regex.html
void ProfileCompiler::add_regex(const json::Value& element, std::vector<Constraint>& out) {
  const json::Value* pattern = extension_value(element, k_regex);
  const auto types = json::items_at(element, "type");
  // What is said of FHIRPath's own type is a rule of the primitive, which each value is held to.
  if (pattern == nullptr && types.size() == 1 &&
      !types[0].string_at("code").starts_with(k_system_prefix))
    pattern = extension_value(types[0], k_regex);
  if (pattern == nullptr || pattern->text().empty()) return;
  Constraint constraint;
  constraint.key = "regex";
  constraint.human = keep("The value is to match " + std::string(pattern->text()));
  constraint.expression = keep(matching(pattern->text()));
  constraint.source = out_.url;
  constraint.index = index_of(constraint.expression);
  out.push_back(constraint);
}

void ProfileCompiler::read_narrative_control(const json::Value& element, ProfileNode& out) {
  std::vector<std::string_view> languages;
  for_each_extension(element, k_narrative_language,
                     [&](const json::Value& value) { languages.push_back(keep(value.text())); });
  out.narrative_languages = out_.arena.copy(languages);
  for_each_extension(element, k_narrative_source, [&](const json::Value& value) {
    const std::string_view level = value.text();
    if (level == "success") return;
    out.narrative_source = level == "information" ? Severity::information
                           : level == "warning"   ? Severity::warning
                                                  : Severity::error;
  });
}

}  // namespace fhir::definitions
