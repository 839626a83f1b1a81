#include "profile_facts.h"

#include <doctest/doctest.h>

#include <algorithm>

namespace mutants {
namespace {

using fhir::json::Value;

std::uint32_t number(const Value* value) {
  return value != nullptr ? static_cast<std::uint32_t>(std::stoul(std::string(value->text()))) : 0;
}

std::uint32_t maximum(std::string_view text) {
  return text == "*" ? k_many : static_cast<std::uint32_t>(std::stoul(std::string(text)));
}

std::unique_ptr<ProfileElement> read_element(const Value& json, std::string_view part) {
  auto out = std::make_unique<ProfileElement>();
  out->json = &json;
  out->id = json.string_at("id");
  out->name = part.substr(0, part.find(':'));
  if (part.find(':') != std::string_view::npos) out->slice = part.substr(part.find(':') + 1);
  out->is_choice = out->name.ends_with("[x]");
  if (out->is_choice) out->name.resize(out->name.size() - 3);
  out->min = number(json.find("min"));
  if (!json.string_at("max").empty()) out->max = maximum(json.string_at("max"));
  const Value* base = json.find("base");
  out->is_array = (base != nullptr ? maximum(base->string_at("max")) : out->max) > 1;
  return out;
}

/// Elements stand below those whose ids they continue; a slice below the list it is of.
std::unique_ptr<ProfileElement> read_tree(const Value& elements) {
  std::map<std::string, ProfileElement*, std::less<>> by_id;
  std::unique_ptr<ProfileElement> root;
  for (const Value& json : elements.items()) {
    const std::string id(json.string_at("id"));
    const std::size_t dot = id.rfind('.');
    const std::string part = dot == std::string::npos ? id : id.substr(dot + 1);
    auto element = read_element(json, part);
    ProfileElement* const at = element.get();
    if (dot == std::string::npos) {
      root = std::move(element);
    } else {
      const std::size_t mark = part.find_first_of(":/");
      const std::string list = id.substr(0, dot + 1) + (part.find('/') != std::string::npos
                                                            ? part.substr(0, part.rfind('/'))
                                                            : part.substr(0, mark));
      const auto holder = by_id.find(at->slice.empty() ? id.substr(0, dot) : list);
      if (holder == by_id.end()) continue;  // below what the snapshot does not show
      auto& place = at->slice.empty() ? holder->second->children : holder->second->slices;
      place.push_back(std::move(element));
    }
    by_id[id] = at;
  }
  return root;
}

bool is_matched(const Value& value, const Value& pattern) {
  if (pattern.is_object()) {
    return std::all_of(pattern.members().begin(), pattern.members().end(),
                       [&](const fhir::json::Member& member) {
                         const Value* found = value.find(member.name());
                         return found != nullptr && is_matched(*found, member.value);
                       });
  }
  if (pattern.is_array()) {
    return std::all_of(pattern.items().begin(), pattern.items().end(), [&](const Value& wanted) {
      return std::any_of(value.items().begin(), value.items().end(),
                         [&](const Value& item) { return is_matched(item, wanted); });
    });
  }
  return value.kind() == pattern.kind() && value.text() == pattern.text();
}

std::vector<std::string> steps_of(std::string_view path) {
  std::vector<std::string> out;
  while (!path.empty() && path != "$this") {
    const std::size_t dot = std::min(path.find('.'), path.size());
    out.emplace_back(path.substr(0, dot));
    path.remove_prefix(std::min(dot + 1, path.size()));
  }
  return out;
}

/// What lies at the steps below a value, lists looked through.
void collect(const Value& value, const std::vector<std::string>& steps, std::size_t at,
             std::vector<const Value*>& out) {
  if (value.is_array()) {
    for (const Value& item : value.items()) collect(item, steps, at, out);
  } else if (at == steps.size()) {
    out.push_back(&value);
  } else if (const Value* next = value.find(steps[at])) {
    collect(*next, steps, at + 1, out);
  }
}

std::optional<bool> meets_value(const ProfileElement& slice, const std::vector<std::string>& steps,
                                const Value& item) {
  const ProfileElement* element = &slice;
  const Value* pattern = slice.wanted();
  for (std::size_t i = 0; i < steps.size(); ++i) {
    if (pattern != nullptr && pattern->is_object()) {
      pattern = pattern->find(steps[i]);
    } else {
      element = element != nullptr ? element->child(steps[i]) : nullptr;
      pattern = element != nullptr ? element->wanted() : nullptr;
    }
  }
  if (pattern == nullptr) return std::nullopt;
  std::vector<const Value*> found;
  collect(item, steps, 0, found);
  if (pattern->is_array()) return std::nullopt;
  return std::any_of(found.begin(), found.end(),
                     [&](const Value* value) { return is_matched(*value, *pattern); });
}

std::optional<bool> meets_type(const ProfileElement& slice, const std::vector<std::string>& steps,
                               const Value& item) {
  const ProfileElement* element = &slice;
  for (const std::string& step : steps)
    element = element != nullptr ? element->child(step) : nullptr;
  std::vector<const Value*> found;
  collect(item, steps, 0, found);
  if (element == nullptr || element->json->find("type") == nullptr) return std::nullopt;
  for (const Value* value : found) {
    const std::string_view type = value->string_at("resourceType");
    if (type.empty()) return std::nullopt;  // of a data type, which JSON does not tell
    for (const Value& allowed : element->json->find("type")->items()) {
      if (allowed.string_at("code") == type) return true;
    }
  }
  return false;
}

}  // namespace

const ProfileElement* ProfileElement::child(std::string_view wanted_name) const {
  const auto found = std::find_if(children.begin(), children.end(), [&](const auto& candidate) {
    return candidate->name == wanted_name;
  });
  return found != children.end() ? found->get() : nullptr;
}

const Value* ProfileElement::wanted() const {
  for (const fhir::json::Member& member : json->members()) {
    if (member.name().starts_with("fixed") || member.name().starts_with("pattern"))
      return &member.value;
  }
  return nullptr;
}

const ProfileFacts* ProfileLibrary::profile(std::string_view url) {
  const auto found = profiles_.find(url);
  if (found != profiles_.end()) return found->second.get();
  auto& slot = profiles_[std::string(url)];
  const auto* record = definitions_.record("StructureDefinition", url);
  if (record == nullptr) return nullptr;
  auto document = fhir::json::Document::read(std::string(record->json));
  REQUIRE_MESSAGE(document, url);
  const Value* snapshot = document->root().find("snapshot");
  if (snapshot == nullptr || document->root().string_at("derivation") != "constraint")
    return nullptr;
  slot = std::make_unique<ProfileFacts>(
      ProfileFacts{std::string(document->root().string_at("type")), std::move(*document), nullptr});
  slot->root = read_tree(*slot->document.root().find("snapshot")->find("element"));
  return slot.get();
}

std::optional<bool> is_in_slice(const ProfileElement& list, const ProfileElement& slice,
                                const Value& item) {
  if (list.name == "extension" || list.name == "modifierExtension") {
    const Value* types = slice.json->find("type");
    const Value* profiles =
        types != nullptr && !types->items().empty() ? types->items()[0].find("profile") : nullptr;
    if (profiles != nullptr) return item.string_at("url") == profiles->items()[0].string();
  }
  const Value* slicing = list.json->find("slicing");
  const Value* discriminators = slicing != nullptr ? slicing->find("discriminator") : nullptr;
  if (discriminators == nullptr) return std::nullopt;
  for (const Value& discriminator : discriminators->items()) {
    const std::string_view type = discriminator.string_at("type");
    const std::string_view path = discriminator.string_at("path");
    if (path.find('(') != std::string_view::npos) return std::nullopt;
    std::optional<bool> is_met;
    if (type == "value" || type == "pattern") is_met = meets_value(slice, steps_of(path), item);
    if (type == "type") is_met = meets_type(slice, steps_of(path), item);
    if (!is_met || !*is_met) return is_met;
  }
  return true;
}

std::vector<std::string> discriminator_names(const ProfileElement& list) {
  std::vector<std::string> out;
  if (list.name == "extension" || list.name == "modifierExtension") out.emplace_back("url");
  const Value* slicing = list.json->find("slicing");
  const Value* discriminators = slicing != nullptr ? slicing->find("discriminator") : nullptr;
  if (discriminators == nullptr) return out;
  for (const Value& discriminator : discriminators->items()) {
    const auto steps = steps_of(discriminator.string_at("path"));
    out.push_back(steps.empty() ? "$this" : steps.front());
  }
  return out;
}

}  // namespace mutants
