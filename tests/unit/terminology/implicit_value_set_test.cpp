// https://hl7.org/fhir/R4/loinc.html: "Implicit Value Sets"
#include "terminology/implicit_value_set.h"

#include <doctest/doctest.h>

#include "terminology/code_system.h"
#include "terminology/load/code_system_builder.h"
#include "terminology/load/load_source.h"
#include "terminology/load/rf2_loader.h"
#include "terminology/terminology.h"
#include "terminology/value_set.h"
#include "unit/terminology/definitions_double.h"
#include "unit/terminology/release/scratch_folder.h"
#include "unit/terminology/snomed/small_edition.h"

using fhir::Membership;
using terminology::Releases;
using terminology::Terminology;

namespace {

constexpr const char* k_loinc = "http://loinc.org";

/// A code, a list of two answers, of which the second stands in another list before.
std::shared_ptr<const Releases> loinc(const ScratchFolder& folder) {
  folder.write("l/LoincTable/Loinc.csv",
               "LOINC_NUM,COMPONENT,STATUS,LONG_COMMON_NAME\n99901-1,Moon,ACTIVE,Moon phase\n");
  folder.write("l/AccessoryFiles/AnswerList.csv",
               "AnswerListId,AnswerListName,AnswerStringId,DisplayText\n"
               "LL1-1,Early,LA2-2,Full\nLL9-9,Phases,LA1-1,New\nLL9-9,Phases,LA2-2,Full\n");
  folder.write("l/AccessoryFiles/ComponentHierarchyBySystem.csv",
               "IMMEDIATE_PARENT,CODE,CODE_TEXT\n,LP1-1,Sky\nLP1-1,99901-1,Moon phase\n");
  std::filesystem::create_directories(folder / "releases");
  terminology::load::LoadOptions options;
  options.version = "2.79";
  REQUIRE(terminology::load::load_source("loinc", folder / "l", folder / "releases", options));
  return Releases::open(folder / "releases");
}

}  // namespace

TEST_CASE("LOINC implies a value set of all codes, of each answer list and below each part") {
  const ScratchFolder folder;
  const auto terminology = Terminology::make(DefinitionsDouble::make({}), nullptr, loinc(folder));
  const auto asks = [&](const char* url, const char* code) {
    const auto* set = terminology->find_value_set(url);
    REQUIRE_MESSAGE(set != nullptr, url);
    return set->contains(fhir::Coding{.system = k_loinc, .code = code});
  };
  CHECK(asks("http://loinc.org/vs", "99901-1") == Membership::yes);
  CHECK(asks("http://loinc.org/vs/LL9-9", "LA1-1") == Membership::yes);
  CHECK(asks("http://loinc.org/vs/LL9-9|2.79", "LA2-2") == Membership::yes);
  CHECK(asks("http://loinc.org/vs/LL1-1", "LA1-1") == Membership::no);
  CHECK(asks("http://loinc.org/vs/LP1-1", "99901-1") == Membership::yes);
  CHECK(asks("http://loinc.org/vs/LP1-1", "LA1-1") == Membership::no);
  for (const char* url :
       {"http://loinc.org/vs/", "http://loinc.org/vs/LL7-7", "http://loinc.org/vs/99901-1",
        "http://loinc.org/vsx", "http://loinc.org/vs/LL9-9|1.0"})
    CHECK_MESSAGE(terminology->find_value_set(url) == nullptr, url);
  // "in its order"
  const auto set = terminology::implicit_value_set("http://loinc.org/vs/LL9-9", *loinc(folder));
  REQUIRE(set);
  CHECK(set->json.find("LA1-1") < set->json.find("LA2-2"));
}

TEST_CASE("What a release holds of its code system is kept: all, a part, or an example") {
  using terminology::Content;
  for (const Content content : {Content::complete, Content::fragment, Content::example}) {
    const ScratchFolder folder;
    terminology::load::CodeSystemBuilder builder(
        {.kind = "table", .url = "urn:fruit", .version = "1", .content = content});
    builder.add({.code = "a", .display = "Apple"});
    REQUIRE(builder.write(folder / "fruit.release"));
    const auto opened = terminology::open_release(folder / "fruit.release");
    REQUIRE(opened);
    CHECK((*opened)->info().content == content);
    CHECK(((*opened)->has("z") == Membership::no) == (content == Content::complete));
  }
}
