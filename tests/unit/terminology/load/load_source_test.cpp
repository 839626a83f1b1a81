#include "terminology/load/load_source.h"

#include "loaded.h"
#include "terminology/load/code_system_resource.h"
#include "terminology/load/find_sources.h"

namespace {

using namespace load_test;
using namespace terminology::load;

}  // namespace

TEST_CASE("a source is loaded into a file named after its kind and version") {
  const ScratchFolder folder;
  folder.write("cvx.txt", "901|moon vaccine|moon vaccine, live|||False|\n");
  LoadOptions options;
  options.version = "2029/01 b";
  std::string said;
  options.say = [&](const std::string& line) { said += line + "\n"; };
  const auto report = load_source("cvx", folder / "cvx.txt", folder.path().string(), options);
  REQUIRE(report.has_value());
  CHECK(report->file == folder / "cvx-2029-01-b.release");
  CHECK(report->concepts == 1);
  CHECK(said.find("writing") == 0);
  CHECK(terminology::release::MappedFile::open(report->file).has_value());
  CHECK(load_source("moon", "x", "y", {}).error().type == fhir::IssueType::not_supported);
  for (const SourceKind& kind : source_kinds())
    CHECK_FALSE(load_source(kind.name, folder / "none", folder.path().string(), {}).has_value());
}

TEST_CASE("what a source is shows in the names of its files") {
  const ScratchFolder folder;
  folder.write("a/rrf/RXNCONSO.RRF", "");
  folder.write("b/LoincTable/Loinc.csv", "");
  folder.write("c/product.txt", "");
  folder.write("ICD10CM-order.txt", "");
  folder.write("colours.csv", "#url=x\n");
  folder.write("x.csv", "");
  CHECK(guess_kind(folder / "a") == "rxnorm");
  CHECK(guess_kind(folder / "b") == "loinc");
  CHECK(guess_kind(folder / "c") == "ndc");
  CHECK(guess_kind(folder / "ICD10CM-order.txt") == "icd10");
  CHECK(guess_kind(folder / "colours.csv") == "csv");
  CHECK_FALSE(guess_kind(folder / "x.csv"));
  CHECK_FALSE(guess_kind(folder / "none"));
}

TEST_CASE("the releases below a folder are found, of ICD-10-CM the form that says most") {
  const ScratchFolder folder;
  folder.write("all/rxnorm/rrf/RXNCONSO.RRF", "");
  folder.write("all/ndc/2029/product.txt", "");
  folder.write("all/ndc/2029/package.txt", "");
  folder.write("all/cvx/cvx.xml", "<CVXCodes/>");
  folder.write("all/icd/icd10cm_order.txt", "");
  folder.write("all/icd/icd10cm-tabular.xml", "");
  folder.write("all/icd/icd10cm-tabular-addenda.xml", "");
  folder.write("all/icd/icd10pcs_order.txt", "");
  folder.write("all/icd/icd10cm_chapters.csv", "chapter,first,last\n");
  folder.write("all/LICENSE.md", "");
  const std::string all = folder / "all";
  CHECK(find_sources(all, "") == std::vector<std::string>{all + "/cvx/cvx.xml",
                                                          all + "/icd/icd10cm-tabular.xml",
                                                          all + "/icd/icd10pcs_order.txt",
                                                          all + "/ndc/2029", all + "/rxnorm"});
  CHECK(find_sources(all, "cvx") == std::vector<std::string>{all + "/cvx/cvx.xml"});
  CHECK(find_sources(all + "/rxnorm", "") == std::vector<std::string>{all + "/rxnorm"});
  CHECK(find_sources(all, "loinc").empty());
}

TEST_CASE("a CodeSystem in a file is a release with all that it says") {
  const ScratchFolder folder;
  folder.write("toys.json",
               R"({"resourceType":"CodeSystem","url":"http://example.org/toys","version":"3",
    "name":"Toys","copyright":"Nobody owns a toy.","content":"complete","caseSensitive":true,
    "concept":[{"code":"toy","display":"Toy","property":[{"code":"notSelectable","valueBoolean":true}],
      "concept":[{"code":"raft","display":"Raft","definition":"It floats.",
        "designation":[{"language":"de","value":"Floss"}],
        "property":[{"code":"logs","valueInteger":7}]}]}]})");
  CHECK(guess_kind(folder / "toys.json") == "codesystem");
  const Loaded toys(read_code_system_resource(folder / "toys.json", {}), folder / "r");
  CHECK(toys.system->info().url == "http://example.org/toys");
  CHECK(toys.system->info().version == "3");
  CHECK(toys.system->release().notice == "Nobody owns a toy.");
  CHECK(toys.system->is_a(toys.id("raft"), toys.id("toy")));
  CHECK(toys.system->at(toys.id("toy")).is_abstract);
  CHECK(toys.system->at(toys.id("raft")).definition == "It floats.");
  CHECK(toys.values("raft", "logs") == std::vector<std::string>{"7"});
  CHECK(toys.system->designation_count(toys.id("raft")) == 1);
  folder.write("none.json",
               R"({"resourceType":"CodeSystem","url":"http://e.org","content":"not-present"})");
  CHECK(read_code_system_resource(folder / "none.json", {}).error().type ==
        fhir::IssueType::not_supported);
  folder.write("bad.json", "{\n]");
  CHECK(read_code_system_resource(folder / "bad.json", {}).error().diagnostics.find("bad.json:2") !=
        std::string::npos);
}
