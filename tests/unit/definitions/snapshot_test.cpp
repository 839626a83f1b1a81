// https://hl7.org/fhir/R4/profiling.html#snapshot
#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "fhir/definitions/definition_store.h"
#include "fhir/definitions/snapshot_generator.h"
#include "fhir/formats/json_document.h"

namespace {

using fhir::json::Document;
using fhir::json::Value;

constexpr std::string_view k_prefix = "http://hl7.org/fhir/StructureDefinition/";

std::string structure(const std::string& url, const std::string& type, const std::string& kind,
                      const std::string& base, const std::string& derivation,
                      const std::string& elements) {
  return R"({"resourceType":"StructureDefinition","url":")" + url + R"(","kind":")" + kind +
         R"(","type":")" + type + "\"" +
         (base.empty() ? "" : R"(,"baseDefinition":")" + base + "\"") + R"(,"derivation":")" +
         derivation + R"(","differential":{"element":[)" + elements + "]}}";
}

std::string definition(const std::string& name, const std::string& kind, const std::string& base,
                       const std::string& elements) {
  return structure(std::string(k_prefix) + name, name, kind,
                   base.empty() ? "" : std::string(k_prefix) + base, "specialization", elements);
}

std::string profile(const std::string& name, const std::string& type, const std::string& base,
                    const std::string& elements) {
  return structure("http://example.org/" + name, type,
                   type == "Thing" ? "resource" : "complex-type", base, "constraint", elements);
}

/// A world of few types: Thing has a name, codes, a part with parts like it, and a value[x].
std::vector<std::string> world() {
  const std::string any = R"("min":0,"max":"1")", many = R"("min":0,"max":"*")";
  auto element = [](const std::string& path, const std::string& limits, const std::string& type,
                    const std::string& more = "") {
    return R"({"path":")" + path + "\"," + limits + R"(,"type":[)" + type + "]" + more + "}";
  };
  const std::string string = R"({"code":"string"})", code = R"({"code":"Coding"})";
  return {
      definition("Element", "complex-type", "",
                 R"({"path":"Element","min":0,"max":"*","definition":"Base.",)"
                 R"("constraint":[{"key":"ele-1","severity":"error","human":"h"}]},)" +
                     element("Element.extension", many, R"({"code":"Extension"})")),
      definition("Extension", "complex-type", "Element",
                 R"({"path":"Extension"},)" + element("Extension.url", any, string) + "," +
                     element("Extension.value[x]", any, string + "," + code)),
      definition("string", "primitive-type", "Element", R"({"path":"string"})"),
      definition("Coding", "complex-type", "Element",
                 R"({"path":"Coding"},)" + element("Coding.system", any, string) + "," +
                     element("Coding.code", any, string)),
      definition(
          "Thing", "resource", "",
          R"({"path":"Thing"},)" + element("Thing.extension", many, R"({"code":"Extension"})") +
              "," + element("Thing.name", any, string) + "," + element("Thing.code", many, code) +
              "," + element("Thing.part", many, R"({"code":"Element"})") + "," +
              element("Thing.part.label", any, string) +
              R"(,{"path":"Thing.part.part","min":0,"max":"*","contentReference":"#Thing.part"},)" +
              element("Thing.value[x]", any, string + "," + code))};
}

std::shared_ptr<const fhir::DefinitionStore> store_with(std::vector<std::string> more = {}) {
  auto empty = fhir::DefinitionStore::load({});
  REQUIRE(empty);
  std::vector<std::string> resources = world();
  resources.insert(resources.end(), more.begin(), more.end());
  auto store = (*empty)->with(resources);
  REQUIRE(store);
  return *store;
}

fhir::Result<Document> made_from(const std::string& text,
                                 const std::vector<std::string>& beside = {}) {
  auto read = Document::read(text);
  REQUIRE(read);
  return fhir::generate_snapshot(read->root(), *store_with(beside));
}

fhir::Result<Document> made_of(const std::string& elements,
                               const std::vector<std::string>& beside = {}) {
  return made_from(profile("p", "Thing", std::string(k_prefix) + "Thing", elements), beside);
}

Document must(fhir::Result<Document> made) {
  REQUIRE_MESSAGE(made, (made ? "" : made.error().diagnostics));
  return std::move(*made);
}

std::vector<std::string> ids(const Document& made) {
  std::vector<std::string> out;
  for (const Value& element : made.root().find("snapshot")->find("element")->items())
    out.emplace_back(element.string_at("id"));
  return out;
}

const Value& element(const Document& made, std::string_view id) {
  for (const Value& candidate : made.root().find("snapshot")->find("element")->items()) {
    if (candidate.string_at("id") == id) return candidate;
  }
  REQUIRE_MESSAGE(false, id);
  return made.root();
}

std::string text(const Value& value, std::string_view name) {
  const Value* member = value.find(name);
  return member != nullptr ? std::string(member->text()) : "";
}

bool has(const Document& made, std::string_view id) {
  const auto all = ids(made);
  return std::find(all.begin(), all.end(), id) != all.end();
}

}  // namespace

TEST_CASE("an empty differential gives the base's elements with their bases") {
  const Document made = must(made_of(""));
  CHECK(ids(made) == std::vector<std::string>{"Thing", "Thing.extension", "Thing.name",
                                              "Thing.code", "Thing.part", "Thing.part.extension",
                                              "Thing.part.label", "Thing.part.part",
                                              "Thing.value[x]"});
  CHECK(text(*element(made, "Thing.part.extension").find("base"), "path") == "Element.extension");
  CHECK(text(*element(made, "Thing.name").find("base"), "max") == "1");
}

TEST_CASE("an element takes what the differential states and keeps the rest") {
  const Document made =
      must(made_of(R"({"path":"Thing.name","min":1,"mustSupport":true,"fixedString":"x",)"
                   R"("constraint":[{"key":"t-1","severity":"error","human":"h"}]})"));
  const Value& name = element(made, "Thing.name");
  CHECK(text(name, "min") == "1");
  CHECK(text(name, "max") == "1");
  CHECK(text(name, "fixedString") == "x");
  const auto constraints = name.find("constraint")->items();
  REQUIRE(constraints.size() == 2);
  CHECK(text(constraints[0], "key") == "ele-1");
  CHECK(text(constraints[1], "source") == "http://example.org/p");
}

TEST_CASE("prose that begins with three dots goes on after the base's") {
  std::vector<std::string> texts = world();
  texts.push_back(profile("first", "Thing", std::string(k_prefix) + "Thing",
                          R"({"path":"Thing.name","definition":"One.","short":"A"})"));
  std::vector<Document> documents;
  std::vector<fhir::ConformanceRecord> records;
  for (const std::string& json : texts) {
    documents.push_back(must(Document::read(json)));
    records.push_back(
        {"StructureDefinition", "", documents.back().root().string_at("url"), "", json});
  }
  fhir::definitions::SnapshotGenerator generator([&](std::string_view canonical) {
    auto found = std::find_if(records.begin(), records.end(),
                              [&](const auto& record) { return record.url == canonical; });
    return found != records.end() ? &*found : nullptr;
  });
  const Document second = must(Document::read(
      profile("second", "Thing", "http://example.org/first",
              R"({"path":"Thing.name","definition":"...Two.","patternString":"b"})")));
  const Document made = must(generator.generate(second.root()));
  CHECK(text(element(made, "Thing.name"), "definition") == "One.\r\nTwo.");
  CHECK(text(element(made, "Thing.name"), "short") == "A");
}

TEST_CASE("walking into a type brings its elements, into content references those they name") {
  const Document made = must(made_of(
      R"({"path":"Thing.code.system","min":1},{"path":"Thing.part.part.part.label","min":1})"));
  CHECK(text(element(made, "Thing.code.system"), "min") == "1");
  CHECK(text(*element(made, "Thing.code.system").find("base"), "path") == "Coding.system");
  CHECK(has(made, "Thing.code.code"));
  CHECK(text(element(made, "Thing.part.part.part.label"), "min") == "1");
  CHECK(text(element(made, "Thing.part.part.label"), "min") == "0");
  CHECK(element(made, "Thing.part.part").find("contentReference") == nullptr);
}

TEST_CASE("slices follow what they slice, and slices of slices follow those") {
  const Document made = must(made_of(
      R"({"path":"Thing.code","slicing":{"discriminator":[{"type":"value","path":"system"}],)"
      R"("rules":"open"}},{"path":"Thing.code","sliceName":"a","min":1},)"
      R"({"path":"Thing.code.system","fixedString":"s"},{"path":"Thing.code","sliceName":"b"},)"
      R"({"path":"Thing.code","sliceName":"a/x","max":"1"})"));
  const std::vector<std::string> expected = {
      "Thing.code",          "Thing.code:a",   "Thing.code:a.extension",   "Thing.code:a.system",
      "Thing.code:a.code",   "Thing.code:a/x", "Thing.code:a/x.extension", "Thing.code:a/x.system",
      "Thing.code:a/x.code", "Thing.code:b"};
  std::vector<std::string> codes;
  for (const std::string& id : ids(made)) {
    if (id.starts_with("Thing.code")) codes.push_back(id);
  }
  CHECK(codes == expected);
  CHECK(text(element(made, "Thing.code:a/x.system"), "fixedString") == "s");
  CHECK(text(element(made, "Thing.code:b"), "min") == "0");
  CHECK(element(made, "Thing.code:a").find("slicing") == nullptr);
}

TEST_CASE("a derived profile finds the base's slices by name") {
  const std::string base =
      profile("base", "Thing", std::string(k_prefix) + "Thing",
              R"({"id":"Thing.code","path":"Thing.code","slicing":{"rules":"open"}},)"
              R"({"id":"Thing.code:a","path":"Thing.code","sliceName":"a","min":1})");
  const Document made =
      must(made_from(profile("derived", "Thing", "http://example.org/base",
                             R"({"id":"Thing.code:a.code","path":"Thing.code.code","min":1})"),
                     {base}));
  CHECK(text(element(made, "Thing.code:a"), "min") == "1");
  CHECK(text(element(made, "Thing.code:a.code"), "min") == "1");
  CHECK_FALSE(has(made, "Thing.code.code"));
}

TEST_CASE("extensions are sliced by url without a word, with the limits of their definition") {
  const std::string extension =
      profile("ext", "Extension", std::string(k_prefix) + "Extension",
              R"({"path":"Extension","min":1,"max":"1"},)"
              R"({"path":"Extension.url","fixedUri":"http://example.org/ext"})");
  const Document made =
      must(made_of(R"({"path":"Thing.extension","sliceName":"ours",)"
                   R"("type":[{"code":"Extension","profile":["http://example.org/ext"]}]})",
                   {extension}));
  const Value& all = element(made, "Thing.extension");
  CHECK(text(*all.find("slicing"), "rules") == "open");
  CHECK(text(all.find("slicing")->find("discriminator")->items()[0], "path") == "url");
  CHECK(text(all, "min") == "1");
  CHECK(text(element(made, "Thing.extension:ours"), "max") == "1");
}

TEST_CASE("a choice is sliced by type under both spellings") {
  for (const char* differential :
       {R"({"path":"Thing.valueCoding","min":0},{"path":"Thing.valueCoding.code","min":1})",
        R"({"id":"Thing.value[x]:valueCoding","path":"Thing.value[x]","sliceName":"valueCoding"},)"
        R"({"id":"Thing.value[x]:valueCoding.code","path":"Thing.value[x].code","min":1})"}) {
    const Document made = must(made_of(differential));
    CHECK(text(element(made, "Thing.value[x]").find("slicing")->find("discriminator")->items()[0],
               "type") == "type");
    CHECK(element(made, "Thing.value[x]").find("type")->items().size() == 2);
    CHECK(element(made, "Thing.value[x]:valueCoding").find("type")->items().size() == 1);
    CHECK(text(element(made, "Thing.value[x]:valueCoding.code"), "min") == "1");
  }
}

TEST_CASE("a required short name closes the choice to its type") {
  const Document made = must(made_of(R"({"path":"Thing.valueCoding","min":1})"));
  const Value& choice = element(made, "Thing.value[x]");
  CHECK(text(*choice.find("slicing"), "rules") == "closed");
  CHECK(choice.find("type")->items().size() == 1);
  CHECK(text(choice, "min") == "1");
}

TEST_CASE("what the base lacks is an error at the differential's element") {
  auto unknown = made_of(R"({"path":"Thing"},{"path":"Thing.colour","min":1})");
  REQUIRE_FALSE(unknown);
  CHECK(unknown.error().type == fhir::IssueType::structure);
  CHECK(unknown.error().expression == "StructureDefinition.differential.element[1]");
  auto unsliced = made_of(R"({"path":"Thing.code","sliceName":"a"})");
  REQUIRE_FALSE(unsliced);
  CHECK(unsliced.error().expression == "StructureDefinition.differential.element[0]");
  auto twice = made_of(R"({"path":"Thing.name","min":1},{"path":"Thing.name","max":"1"})");
  REQUIRE_FALSE(twice);
  CHECK(twice.error().expression == "StructureDefinition.differential.element[1]");
  auto elsewhere = made_of(R"({"path":"Other.name"})");
  REQUIRE_FALSE(elsewhere);
  auto without_base = made_from(profile("p", "Thing", "http://example.org/none", ""));
  REQUIRE_FALSE(without_base);
  CHECK(without_base.error().type == fhir::IssueType::not_found);
  CHECK(without_base.error().expression == "StructureDefinition.baseDefinition");
}

TEST_CASE("structures that derive from each other in a circle are refused") {
  const std::string a = profile("a", "Thing", "http://example.org/b", "");
  const std::string b = profile("b", "Thing", "http://example.org/a", "");
  auto made = made_from(a, {a, b});
  REQUIRE_FALSE(made);
  CHECK(made.error().type == fhir::IssueType::structure);
  const std::string self = profile("self", "Thing", "http://example.org/self", "");
  CHECK_FALSE(made_from(self, {self}));
}

TEST_CASE("a profile that is made of itself ends with its type") {
  const std::string self =
      profile("self", "Coding", std::string(k_prefix) + "Coding",
              R"({"path":"Coding.extension","sliceName":"s",)"
              R"("type":[{"code":"Extension","profile":["http://example.org/loop"]}]})");
  const std::string loop = profile(
      "loop", "Extension", std::string(k_prefix) + "Extension",
      R"({"path":"Extension.valueCoding","type":[{"code":"Coding",)"
      R"("profile":["http://example.org/self"]}]},{"path":"Extension.valueCoding.code","min":1})");
  const Document made = must(made_from(loop, {self, loop}));
  CHECK(text(element(made, "Extension.value[x]:valueCoding.code"), "min") == "1");
}

TEST_CASE("long chains, deep paths and large lists are refused, not followed") {
  std::vector<std::string> chain;
  for (int i = 0; i < 100; ++i)
    chain.push_back(profile("c" + std::to_string(i), "Thing",
                            "http://example.org/c" + std::to_string(i + 1), ""));
  chain.push_back(profile("c100", "Thing", std::string(k_prefix) + "Thing", ""));
  CHECK_FALSE(made_from(chain[0], chain));

  std::string deep = "Thing";
  for (int i = 0; i < 200; ++i) deep += ".part";
  CHECK_FALSE(made_of(R"({"path":")" + deep + R"(","min":1})"));

  std::string many = R"({"path":"Thing.part","slicing":{"rules":"open"}})";
  for (int i = 0; i < 20'000; ++i)
    many += R"(,{"path":"Thing.part","sliceName":"s)" + std::to_string(i) + "\"}";
  auto list = made_of(many);
  REQUIRE_FALSE(list);
  CHECK(list.error().type == fhir::IssueType::too_costly);
}

TEST_CASE("slices in slices stand in the one before them, and grow with the differential alone") {
  constexpr int k_levels = 30, k_slices = 40;
  std::string nested = R"({"path":"Thing.part","slicing":{"rules":"open"}})";
  std::string path = "Thing.part", innermost = "Thing.part";
  for (int level = 0; level < k_levels; ++level) {
    path += ".part";
    nested += R"(,{"path":")" + path + R"(","slicing":{"rules":"open"}})";
    for (int slice = 0; slice < k_slices; ++slice)
      nested += R"(,{"path":")" + path + R"(","sliceName":"s)" + std::to_string(slice) + "\"}";
    innermost += ".part:s" + std::to_string(k_slices - 1);
  }
  const Document made = must(made_of(nested));
  CHECK(has(made, innermost));
  // Thing, its four other elements, Thing.part with two; a list with its slices for each level; and
  // extension and label of each slice that the next level stands in.
  CHECK(ids(made).size() == 8 + k_levels * (1 + k_slices) + (k_levels - 1) * 2);
}

TEST_CASE("a type without a snapshot is known to the store all the same") {
  auto store = store_with();
  const fhir::TypeSchema* thing = store->type("Thing");
  REQUIRE(thing != nullptr);
  REQUIRE(thing->element("part") != nullptr);
  CHECK(thing->element("part")->is_array);
  CHECK(thing->element("value")->types.size() == 2);
}
