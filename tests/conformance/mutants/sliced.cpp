#include "sliced.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>

#include "edit.h"

namespace mutants {
namespace {

using fhir::IssueType;
using fhir::json::Document;
using fhir::json::Value;

constexpr std::string_view k_base = "http://test.example.org/sliced/";
constexpr std::string_view k_other = "\"some-other-value\"";

/// A list to slice, and the text in its items to slice by.
struct List {
  std::string path;      // `Patient.name`
  std::string holder;    // where it stands: `Patient`
  std::string name;      // `name`
  std::string key;       // `family`
  std::string key_type;  // `string`
  std::string item;      // JSON of the first item
  std::string item_with_other_key;
  std::string item_without_key;
  std::string item_with_extension;
};

bool is_text(const TypeFacts* type) {
  static constexpr std::array<std::string_view, 8> k_texts = {
      "string", "code", "uri", "url", "canonical", "markdown", "id", "dateTime"};
  return type != nullptr && std::find(k_texts.begin(), k_texts.end(), type->name) != k_texts.end();
}

/// The text to slice by, that the item has.
const ElementFacts* key_of(Facts& facts, const TypeFacts& owner, const Use& use,
                           const Value& item) {
  const bool is_backbone = !use.element->children.empty() || !use.element->same_as.empty();
  const TypeFacts* type = is_backbone || use.type == nullptr ? &owner : facts.type(use.type->code);
  if (type == nullptr) return nullptr;
  const auto& children = facts.children(*type, is_backbone ? *use.element : *type->root);
  for (const fhir::json::Member& member : item.members()) {
    const Use child = Facts::member(children, member.name());
    if (child.element == nullptr || child.type == nullptr || child.element->is_choice) continue;
    if (member.value.is_string() && !child.element->is_array && child.element->name != "id" &&
        is_text(facts.type(child.type->code)))
      return child.element;
  }
  return nullptr;
}

List list_of(std::string holder, std::string name, std::string_view source, const Value& item,
             const ElementFacts& key) {
  List list;
  list.path = holder + "." + name;
  list.holder = std::move(holder);
  list.name = std::move(name);
  list.key = key.name;
  list.key_type = key.types.front().code;
  list.item = raw(source, item);
  const Change other{key.name, k_other};
  list.item_with_other_key = with_changes(source, item, {&other, 1});
  const Change none{key.name, {}};
  list.item_without_key = with_changes(source, item, {&none, 1});
  const Change extension{"extension", R"([{"url":"http://example.org/x","valueCode":"x"}])"};
  list.item_with_extension = with_changes(source, item, {&extension, 1});
  return list;
}

List first_list(Facts& facts, const Document& example) {
  const std::string type(example.root().string_at("resourceType"));
  const TypeFacts& owner = *facts.type(type);
  const auto& children = facts.children(owner, *owner.root);
  for (const fhir::json::Member& member : example.root().members()) {
    const Use use = Facts::member(children, member.name());
    if (use.element == nullptr || !use.element->is_array || member.value.items().empty()) continue;
    if (member.name() == "contained" || member.name() == "extension" ||
        member.name() == "modifierExtension")
      continue;
    const Value& item = member.value.items().front();
    if (const ElementFacts* key = key_of(facts, owner, use, item))
      return list_of(type, std::string(member.name()), example.source(), item, *key);
  }
  static const auto k_tag = Document::read(R"({"system":"http://example.org/tags","code":"a"})");
  const TypeFacts& coding = *facts.type("Coding");
  return list_of(type + ".meta", "tag", k_tag->source(), k_tag->root(),
                 coding.elements.find("Coding.code")->second);
}

/// The example with these items in its list, and no other.
std::string with_items(const Document& example, const List& list,
                       const std::vector<std::string_view>& items) {
  std::string array;
  for (const std::string_view item : items) array.append(array.empty() ? "[" : ",").append(item);
  if (!array.empty()) array += ']';
  std::string meta = "{\"tag\":" + array + "}";
  Change change{list.name, array};
  if (list.name == "tag") change = {"meta", array.empty() ? std::string_view{} : meta};
  return with_changes(example.source(), example.root(), {&change, 1});
}

enum class Shape { closed, open_at_end, in_order };

std::string slice_json(const List& list, std::string_view name, std::string_view value,
                       bool is_must) {
  const std::string id = list.path + ":" + std::string(name);
  const std::string fixed = choice_name("fixed", list.key_type);
  std::string out = "{\"id\":\"" + id + "\",\"path\":\"" + list.path + "\",\"sliceName\":\"" +
                    std::string(name) + "\",\"min\":" + (is_must ? "1" : "0") + ",\"max\":\"1\"}";
  out += ",{\"id\":\"" + id + ".extension\",\"path\":\"" + list.path +
         ".extension\",\"min\":0,\"max\":\"0\"}";
  return out + ",{\"id\":\"" + id + "." + list.key + "\",\"path\":\"" + list.path + "." + list.key +
         "\",\"min\":1,\"max\":\"1\",\"" + fixed + "\":" + std::string(value) + "}";
}

std::string profile_json(const List& list, const std::string& url, Shape shape,
                         std::string_view key_value) {
  const std::string type = list.path.substr(0, list.path.find('.'));
  std::string out = R"({"resourceType":"StructureDefinition","url":")" + url +
                    R"(","version":"1","name":"Sliced","status":"active","kind":"resource",)" +
                    R"("abstract":false,"derivation":"constraint","type":")" + type +
                    R"(","baseDefinition":"http://hl7.org/fhir/StructureDefinition/)" + type +
                    R"(","snapshot":{"element":[{"id":")" + type + R"(","path":")" + type + "\"}";
  if (list.holder != type)
    out += R"(,{"id":")" + list.holder + R"(","path":")" + list.holder + R"(","min":0,"max":"1"})";
  out += ",{\"id\":\"" + list.path + "\",\"path\":\"" + list.path +
         R"(","min":0,"max":"*","slicing":{"discriminator":[{"type":"value","path":")" + list.key +
         R"("}],"ordered":)" + (shape == Shape::in_order ? "true" : "false") + R"(,"rules":")" +
         (shape == Shape::closed        ? "closed"
          : shape == Shape::open_at_end ? "openAtEnd"
                                        : "open") +
         "\"}},";
  out += slice_json(list, "first", key_value, true);
  if (shape == Shape::in_order) out += "," + slice_json(list, "second", k_other, false);
  return out + "]}}";
}

}  // namespace

std::vector<Sliced> sliced(Facts& facts, const Document& example) {
  const List list = first_list(facts, example);
  const auto item = Document::read(list.item);
  REQUIRE(item);
  const std::string value(raw(list.item, *item->root().find(list.key)));
  const std::string type = list.path.substr(0, list.path.find('.'));
  const auto make = [&](std::string_view name, Shape shape) {
    Sliced out;
    out.url = std::string(k_base) + type + "-" + std::string(name);
    out.profile = profile_json(list, out.url, shape, value);
    out.valid = with_items(example, list, {list.item});
    return out;
  };
  const auto break_it = [&](Sliced& out, std::string_view what,
                            const std::vector<std::string_view>& items, std::string expression,
                            IssueType issue) {
    out.mutants.push_back({Rule::slice,
                           with_items(example, list, items),
                           std::move(expression),
                           issue,
                           {},
                           std::string(what)});
  };
  const std::string first = list.path + "[0]", second = list.path + "[1]";
  std::vector<Sliced> out;

  Sliced closed = make("closed", Shape::closed);
  if (list.name != "tag")  // without tags there is no meta, and nothing is missing in it
    break_it(closed, "no item in a slice that must have one", {}, list.holder, IssueType::required);
  break_it(closed, "an item in no slice alone", {list.item_with_other_key}, list.holder,
           IssueType::required);
  break_it(closed, "an item in no slice", {list.item, list.item_with_other_key}, second,
           IssueType::structure);
  break_it(closed, "an item without what tells its slice", {list.item_without_key}, first,
           IssueType::structure);
  break_it(closed, "two items in a slice for one", {list.item, list.item}, list.holder,
           IssueType::structure);
  break_it(closed, "an item with what its slice forbids", {list.item_with_extension}, first,
           IssueType::structure);
  out.push_back(std::move(closed));

  Sliced at_end = make("open-at-end", Shape::open_at_end);
  break_it(at_end, "an item of a slice after one of none", {list.item_with_other_key, list.item},
           second, IssueType::structure);
  out.push_back(std::move(at_end));

  Sliced in_order = make("in-order", Shape::in_order);
  break_it(in_order, "slices out of order", {list.item_with_other_key, list.item}, second,
           IssueType::structure);
  out.push_back(std::move(in_order));
  return out;
}

}  // namespace mutants
