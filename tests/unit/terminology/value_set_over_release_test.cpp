// Value sets whose code system is a mapped release: filters, texts and pages.
// https://hl7.org/fhir/R4/valueset.html#compositions
#include <doctest/doctest.h>

#include <string>

#include "fhir/formats/json_document.h"
#include "release/scratch_folder.h"
#include "terminology/expand.h"
#include "terminology/load/code_system_builder.h"
#include "terminology/release/release_code_system.h"
#include "terminology/resolver.h"
#include "terminology/value_set_reader.h"

using fhir::Membership;
using terminology::ConceptId;
using terminology::ExpandOptions;
using terminology::ValueSet;
using terminology::load::CodeSystemBuilder;
using terminology::release::MappedFile;
using terminology::release::ReleaseCodeSystem;

namespace {

constexpr std::size_t k_many = 50'000;

class OneSystem final : public terminology::Resolver {
 public:
  explicit OneSystem(const terminology::CodeSystem& system) : system_(system) {}
  const terminology::CodeSystem* code_system(std::string_view url,
                                             std::string_view) const override {
    return url == system_.info().url ? &system_ : nullptr;
  }
  const ValueSet* value_set(std::string_view) const override { return nullptr; }

 private:
  const terminology::CodeSystem& system_;
};

/// root → (fruit → (apple, pear), leaf → 50,000 leaves); a quince hangs nowhere and is retired.
CodeSystemBuilder plants() {
  CodeSystemBuilder builder({.kind = "table", .url = "urn:plants", .version = "1"});
  const ConceptId root = builder.add({.code = "root", .display = "Plant", .is_abstract = true});
  const ConceptId fruit = builder.add({.code = "fruit", .display = "Fruit"});
  const ConceptId apple = builder.add({.code = "apple", .display = "Apple"});
  const ConceptId pear = builder.add({.code = "pear", .display = "Crème de poire"});
  builder.add({.code = "quince", .display = "Quince", .is_inactive = true});
  const ConceptId leaf = builder.add({.code = "leaf", .display = "Leaf"});
  builder.add_designation(pear, {.language = "de", .value = "Birne"});
  builder.add_property(
      apple, {.code = "grams", .type = terminology::PropertyType::integer, .value = "150"});
  builder.add_parent(fruit, root);
  builder.add_parent(leaf, root);
  builder.add_parent(apple, fruit);
  builder.add_parent(pear, fruit);
  for (std::size_t i = 0; i < k_many; ++i) {
    const std::string code = "l" + std::to_string(i);
    builder.add_parent(builder.add({.code = code, .display = "Leaf number " + code}), leaf);
  }
  return builder;
}

class Plants {
 public:
  Plants() {
    REQUIRE(plants().write(folder_ / "plants.release"));
    auto file = MappedFile::open(folder_ / "plants.release");
    REQUIRE(file);
    auto made = ReleaseCodeSystem::make(*file);
    REQUIRE(made);
    system_ = *made;
  }

  std::unique_ptr<const ValueSet> set(const std::string& include) const {
    const auto document = fhir::json::Document::read(
        R"({"resourceType":"ValueSet","url":"urn:set","compose":{"include":[{"system":"urn:plants")" +
        include + "}]}}");
    REQUIRE(document);
    return terminology::ValueSetReader::read(document->root(), OneSystem(*system_));
  }

  std::unique_ptr<const ValueSet> filtered(const std::string& property, const std::string& op,
                                           const std::string& value) const {
    return set(R"(,"filter":[{"property":")" + property + R"(","op":")" + op + R"(","value":")" +
               value + R"("}])");
  }

 private:
  ScratchFolder folder_;
  std::shared_ptr<const ReleaseCodeSystem> system_;
};

std::string codes(const ValueSet& set, const ExpandOptions& options = {}) {
  const auto expansion = terminology::expand(set, options);
  REQUIRE(expansion);
  std::string text;
  for (const auto& code : expansion->codes) text += std::string(code.code) + " ";
  return text;
}

}  // namespace

TEST_CASE("Filters over a mapped release choose by hierarchy and by property") {
  const Plants plants;
  CHECK(codes(*plants.filtered("concept", "is-a", "fruit")) == "fruit apple pear ");
  CHECK(codes(*plants.filtered("concept", "descendent-of", "fruit")) == "apple pear ");
  CHECK(codes(*plants.filtered("concept", "child-of", "root")) == "fruit leaf ");
  CHECK(codes(*plants.filtered("concept", "generalizes", "apple")) == "root fruit apple ");
  CHECK(codes(*plants.filtered("grams", "=", "150")) == "apple ");
  CHECK(codes(*plants.filtered("code", "regex", "qu.*")) == "quince ");
  const auto fruit = plants.filtered("concept", "is-a", "fruit");
  const auto asks = [&](std::string_view code) {
    return fruit->contains(fhir::Coding{.system = "urn:plants", .code = code});
  };
  CHECK(asks("pear") == Membership::yes);
  CHECK(asks("leaf") == Membership::no);
  CHECK(asks("nothing") == Membership::no);
}

TEST_CASE("A text filter over a mapped release asks its index, and knows codes") {
  const Plants plants;
  const auto all = plants.set("");
  CHECK(codes(*all, {.text = "creme"}) == "pear ");
  CHECK(codes(*all, {.text = "POI cr"}) == "pear ");
  CHECK(codes(*all, {.text = "birn"}) == "pear ");
  CHECK(codes(*all, {.text = "l49999"}) == "l49999 ");
  CHECK(codes(*all, {.text = "quince", .active_only = true}).empty());
  CHECK(codes(*plants.filtered("concept", "is-a", "fruit"), {.text = "leaf"}).empty());
}

TEST_CASE("Codes of a big filter are shown one by one, and paged") {
  const Plants plants;
  const auto leaves = plants.filtered("concept", "descendent-of", "leaf");
  std::size_t count = 0;
  REQUIRE(leaves->for_each_member({}, [&](const terminology::ListedCode&) {
    ++count;
    return true;
  }));
  CHECK(count == k_many);
  const auto page = terminology::expand(*leaves, {.offset = 10, .count = 2, .codes_max = 2});
  REQUIRE(page);
  CHECK(page->total == k_many);
  CHECK(page->codes[0].code == "l10");
  const auto whole = terminology::expand(*leaves, {.codes_max = k_many - 1});
  REQUIRE(!whole);
  CHECK(whole.error().type == fhir::IssueType::too_costly);
}
