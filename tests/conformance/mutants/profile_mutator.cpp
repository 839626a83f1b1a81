#include "profile_mutator.h"

#include <algorithm>

#include "edit.h"

namespace mutants {
namespace {

using fhir::IssueType;
using fhir::json::Value;

bool contains(const std::vector<std::string>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

std::string array_of(const std::vector<std::string_view>& items) {
  std::string out;
  for (const std::string_view item : items) out.append(out.empty() ? "[" : ",").append(item);
  return out.empty() ? out : out + "]";
}

}  // namespace

void ProfileMutator::break_rules(const fhir::json::Document& document,
                                 const ProfileFacts& profile) {
  source_ = document.source();
  depth_ = 0;
  visit({document.root(), *profile.root, profile.type,
         std::string(profile.document.root().string_at("url"))},
        {});
}

bool ProfileMutator::is_new(std::string_view what, const Spot& spot,
                            const ProfileElement& element) {
  return done_.insert(std::string(what) + " " + spot.profile + " " + element.id).second;
}

void ProfileMutator::emit(Rule rule, std::string_view what, const ProfileElement& element,
                          const Value& value, std::string_view replacement,
                          const std::string& expression, std::optional<IssueType> type) {
  judge_({rule,
          spliced(source_, value, replacement),
          expression,
          type,
          {},
          std::string(what) + " " + element.id});
}

ProfileMutator::Present ProfileMutator::present_in(const Spot& spot, const ProfileElement& child) {
  Present out;
  out.expression = spot.expression + "." + child.name;
  for (const fhir::json::Member& member : spot.value.members()) {
    const bool is_choice = child.is_choice && !member.is_sibling() &&
                           member.name().starts_with(child.name) &&
                           member.name().size() > child.name.size();
    if (member.name() != child.name && !is_choice) continue;
    out.member = member.name();
    out.is_array = member.value.is_array();
    for (const Value& item : member.value.items()) out.items.push_back(&item);
    if (!out.is_array) out.items.push_back(&member.value);
    if (!is_choice) return out;
    // The type as the definition writes it, by the name in JSON.
    std::string type = out.member.substr(child.name.size());
    const Value* types = child.json->find("type");
    for (const Value& candidate : types != nullptr ? types->items() : std::span<const Value>{}) {
      if (choice_name(child.name, candidate.string_at("code")) == out.member)
        type = candidate.string_at("code");
    }
    out.expression += ".ofType(" + type + ")";
    return out;
  }
  return out;
}

std::string ProfileMutator::place_of(const Present& present, std::size_t index) {
  return present.is_array ? present.expression + "[" + std::to_string(index) + "]"
                          : present.expression;
}

void ProfileMutator::visit(const Spot& spot, const std::vector<std::string>& untouched) {
  if (!spot.value.is_object() || depth_ > 12) return;
  ++depth_;
  for (const auto& child : spot.element.children) {
    if (contains(untouched, child->name)) continue;
    const Present present = present_in(spot, *child);
    if (present.items.empty() || spot.value.find("_" + present.member) != nullptr) continue;
    break_counts(spot, *child, present);
    if (!child->slices.empty()) {
      break_slices(spot, *child, present);
      continue;
    }
    for (std::size_t i = 0; i < std::min<std::size_t>(present.items.size(), 2); ++i) {
      const Spot item{*present.items[i], *child, place_of(present, i), spot.profile};
      break_item(item, spot);
      visit(item, {});
    }
  }
  --depth_;
}

void ProfileMutator::break_counts(const Spot& spot, const ProfileElement& child,
                                  const Present& present) {
  if (child.min > 0 && is_new("dropped", spot, child)) {
    const Change change{present.member, {}};
    const bool is_empty_then = spot.value.members().size() == 1;
    emit(Rule::required_element, "dropped", child, spot.value,
         with_changes(source_, spot.value, {&change, 1}), spot.expression,
         is_empty_then ? std::nullopt : std::optional{IssueType::required});
  }
  if (!present.is_array || child.max == k_many || child.max == 0 || !child.slices.empty() ||
      !is_new("too many", spot, child))
    return;
  const std::vector<std::string_view> items(child.max + 1, raw(source_, *present.items.front()));
  const std::string array = array_of(items);
  const Change change{present.member, array};
  emit(Rule::cardinality, "too many", child, spot.value,
       with_changes(source_, spot.value, {&change, 1}), spot.expression, IssueType::structure);
}

void ProfileMutator::break_slices(const Spot& spot, const ProfileElement& list,
                                  const Present& present) {
  std::vector<std::vector<std::size_t>> members(list.slices.size());
  std::vector<bool> is_told(list.slices.size(), true);
  for (std::size_t i = 0; i < present.items.size(); ++i) {
    bool is_placed = false;
    for (std::size_t s = 0; s < list.slices.size(); ++s) {
      const auto is_in = is_in_slice(list, *list.slices[s], *present.items[i]);
      if (!is_in) is_told[s] = false;
      if (!is_in || !*is_in || is_placed) continue;
      members[s].push_back(i);
      is_placed = true;
    }
  }
  const auto untouched = discriminator_names(list);
  for (std::size_t s = 0; s < list.slices.size(); ++s) {
    if (!is_told[s] || members[s].empty()) continue;
    const ProfileElement& slice = *list.slices[s];
    break_slice(spot, slice, present, members[s]);
    const std::size_t first = members[s].front();
    const Spot item{*present.items[first], slice, place_of(present, first), spot.profile};
    if (list.name == "extension" || list.name == "modifierExtension") visit_extension(item);
    visit(item, untouched);
  }
}

void ProfileMutator::break_slice(const Spot& spot, const ProfileElement& slice,
                                 const Present& present, const std::vector<std::size_t>& members) {
  if (!present.is_array) return;
  if (slice.min > 0 && is_new("slice left out", spot, slice)) {
    std::vector<std::string_view> rest;
    for (std::size_t i = 0; i < present.items.size(); ++i) {
      if (std::find(members.begin(), members.end(), i) == members.end())
        rest.push_back(raw(source_, *present.items[i]));
    }
    const std::string array = array_of(rest);
    const Change change{present.member, array};
    const bool is_empty_then = rest.empty() && spot.value.members().size() == 1;
    emit(Rule::slice, "slice left out", slice, spot.value,
         with_changes(source_, spot.value, {&change, 1}), spot.expression,
         is_empty_then ? std::nullopt : std::optional{IssueType::required});
  }
  if (slice.max == k_many || slice.max == 0 || !is_new("slice too often", spot, slice)) return;
  std::vector<std::string_view> items;
  for (const Value* item : present.items) items.push_back(raw(source_, *item));
  for (std::size_t i = members.size(); i <= slice.max; ++i)
    items.push_back(raw(source_, *present.items[members.front()]));
  const std::string array = array_of(items);
  const Change change{present.member, array};
  emit(Rule::slice, "slice too often", slice, spot.value,
       with_changes(source_, spot.value, {&change, 1}), spot.expression, IssueType::structure);
}

/// Its value, where the profile fixes it or binds it to codes.
void ProfileMutator::break_item(const Spot& item, const Spot& parent) {
  const Value* wanted = item.element.wanted();
  if (wanted != nullptr && item.value.is_string() && is_new("other value", parent, item.element))
    emit(Rule::wrong_type, "another value than the fixed one of", item.element, item.value,
         "\"some-other-value\"", item.expression, std::nullopt);
  const Value* binding = item.element.json->find("binding");
  if (wanted != nullptr || binding == nullptr || binding->string_at("strength") != "required")
    return;
  if (!is_new("code", parent, item.element)) return;
  std::string_view bad;
  if (item.value.is_string()) bad = "\"no-such-code\"";
  if (item.value.find("system") != nullptr && item.value.find("code") != nullptr)
    bad = R"({"system":"http://example.org/none","code":"no-such-code"})";
  if (item.value.find("coding") != nullptr)
    bad = R"({"coding":[{"system":"http://example.org/none","code":"no-such-code"}]})";
  if (!bad.empty())
    emit(Rule::bad_code, "a code outside the value set of", item.element, item.value, bad,
         item.expression, IssueType::code_invalid);
}

/// What the extension's own definition says of its parts.
void ProfileMutator::visit_extension(const Spot& item) {
  const ProfileFacts* profile = library_.profile(item.value.string_at("url"));
  if (profile != nullptr)
    visit({item.value, *profile->root, item.expression, std::string(item.value.string_at("url"))},
          {"url"});
}

}  // namespace mutants
