#include "facts.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cctype>
#include <fstream>
#include <sstream>

#include "fhir/formats/json_document.h"

namespace mutants {
namespace {

using fhir::json::Value;

std::string_view after_last(std::string_view text, char mark) {
  return text.substr(text.rfind(mark) + 1);
}

std::uint32_t count_of(std::string_view text) {
  return text == "*" ? k_many : static_cast<std::uint32_t>(std::stoul(std::string(text)));
}

/// ids, urls and the values of primitives are typed by FHIRPath; the FHIR type stands in an
/// extension.
std::string code_of(const Value& type) {
  if (const Value* extensions = type.find("extension")) {
    for (const Value& extension : extensions->items()) {
      if (extension.string_at("url").ends_with("/structuredefinition-fhir-type"))
        return std::string(extension.string_at("valueUrl"));
    }
  }
  return std::string(type.string_at("code"));
}

ElementFacts read_element(const Value& json) {
  ElementFacts facts;
  facts.path = json.string_at("path");
  facts.name = after_last(facts.path, '.');
  facts.is_choice = facts.name.ends_with("[x]");
  if (facts.is_choice) facts.name.resize(facts.name.size() - 3);
  facts.min = static_cast<std::uint32_t>(std::stoul(std::string(json.find("min")->text())));
  facts.max = count_of(json.string_at("max"));
  facts.is_array = facts.max > 1;
  if (const std::string_view same = json.string_at("contentReference"); !same.empty())
    facts.same_as = same.substr(1);
  if (const Value* binding = json.find("binding");
      binding != nullptr && binding->string_at("strength") == "required")
    facts.required_set = binding->string_at("valueSet");
  if (const Value* types = json.find("type")) {
    for (const Value& type : types->items()) {
      TypeUse use{code_of(type), {}};
      if (const Value* targets = type.find("targetProfile")) {
        for (const Value& target : targets->items())
          use.targets.emplace_back(after_last(target.string(), '/'));
      }
      facts.types.push_back(std::move(use));
    }
  }
  return facts;
}

void note_invariants(const Value& json, TypeFacts& facts) {
  const Value* constraints = json.find("constraint");
  if (constraints == nullptr) return;
  for (const Value& constraint : constraints->items()) {
    if (constraint.string_at("severity") == "error")
      facts.invariants.emplace_back(constraint.string_at("key"));
  }
}

std::unique_ptr<TypeFacts> read_type(const Value& json) {
  auto facts = std::make_unique<TypeFacts>();
  facts->name = json.string_at("type");
  const Value* is_abstract = json.find("abstract");
  facts->is_abstract = is_abstract != nullptr && is_abstract->text() == "true";
  const std::string_view kind = json.string_at("kind");
  facts->kind = kind == "resource"         ? Kind::resource
                : kind == "primitive-type" ? Kind::primitive
                                           : Kind::complex;
  for (const Value& element : json.find("snapshot")->find("element")->items()) {
    const std::string path(element.string_at("path"));
    const auto at = facts->elements.emplace(path, read_element(element)).first;
    note_invariants(element, *facts);
    const std::size_t dot = path.rfind('.');
    if (dot == std::string::npos) {
      facts->root = &at->second;
    } else {
      facts->elements.find(path.substr(0, dot))->second.children.push_back(&at->second);
    }
  }
  return facts;
}

/// The resource of that name in the package, by the last part of its URL; null when it is not
/// there.
std::unique_ptr<fhir::json::Document> read_named(const std::filesystem::path& package,
                                                 std::string_view type, std::string_view url) {
  const auto path =
      package / std::string(type).append("-").append(after_last(url, '/')).append(".json");
  if (!std::filesystem::exists(path)) return nullptr;
  auto document = fhir::json::Document::read(file_text(path));
  REQUIRE_MESSAGE(document, path.string());
  return std::make_unique<fhir::json::Document>(std::move(*document));
}

std::string first_concept(const Value& holder) {
  const Value* concepts = holder.find("concept");
  return concepts != nullptr && !concepts->items().empty()
             ? std::string(concepts->items().front().string_at("code"))
             : std::string{};
}

std::string read_first_code(const std::filesystem::path& package, std::string_view value_set) {
  const auto set = read_named(package, "ValueSet", value_set);
  const Value* compose = set != nullptr ? set->root().find("compose") : nullptr;
  if (compose == nullptr || compose->find("include") == nullptr) return {};
  const Value& include = compose->find("include")->items().front();
  if (std::string listed = first_concept(include); !listed.empty()) return listed;
  if (include.find("filter") != nullptr) return {};
  const auto system = read_named(package, "CodeSystem", include.string_at("system"));
  return system != nullptr ? first_concept(system->root()) : std::string{};
}

}  // namespace

std::string file_text(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  return std::move(out).str();
}

std::string choice_name(std::string_view name, std::string_view type) {
  std::string out(name);
  out.push_back(static_cast<char>(std::toupper(static_cast<unsigned char>(type.front()))));
  return out.append(type.substr(1));
}

const TypeFacts* Facts::type(std::string_view name) {
  const auto found = types_.find(name);
  if (found != types_.end()) return found->second.get();
  auto& slot = types_[std::string(name)];
  const auto path = package_ / ("StructureDefinition-" + std::string(name) + ".json");
  if (!std::filesystem::exists(path)) return nullptr;
  const auto document = fhir::json::Document::read(file_text(path));
  REQUIRE_MESSAGE(document, path.string());
  if (document->root().string_at("derivation") == "constraint") return nullptr;
  slot = read_type(document->root());
  return slot.get();
}

std::string Facts::first_code(const std::string& value_set) {
  if (value_set.empty()) return {};
  const auto [at, is_new] = codes_.try_emplace(value_set);
  if (is_new) at->second = read_first_code(package_, value_set.substr(0, value_set.find('|')));
  return at->second;
}

std::vector<std::string> Facts::types() {
  // A type is published under its name, and a profile under its id, which may look like one.
  std::vector<std::string> out;
  for (const auto& entry : std::filesystem::directory_iterator(package_)) {
    const std::string file = entry.path().stem().string();
    constexpr std::string_view k_prefix = "StructureDefinition-";
    if (!file.starts_with(k_prefix) || file.find('-', k_prefix.size()) != std::string::npos)
      continue;
    const std::string name = file.substr(k_prefix.size());
    if (type(name) != nullptr) out.push_back(name);
  }
  std::sort(out.begin(), out.end());
  return out;
}

std::vector<std::string> Facts::resource_types() {
  auto out = types();
  std::erase_if(out, [&](const std::string& name) {
    const TypeFacts& facts = *type(name);
    return facts.kind != Kind::resource || facts.is_abstract;
  });
  return out;
}

const std::vector<const ElementFacts*>& Facts::children(const TypeFacts& type,
                                                        const ElementFacts& element) const {
  if (element.same_as.empty()) return element.children;
  return type.elements.find(element.same_as)->second.children;
}

Use Facts::member(const std::vector<const ElementFacts*>& children, std::string_view name) {
  for (const ElementFacts* child : children) {
    if (!child->is_choice && child->name == name)
      return {child, child->types.empty() ? nullptr : &child->types.front()};
    if (!child->is_choice || !name.starts_with(child->name)) continue;
    for (const TypeUse& type : child->types) {
      if (choice_name(child->name, type.code) == name) return {child, &type};
    }
  }
  return {};
}

}  // namespace mutants
