#include "terminology/load/load_source.h"

#include "loaded.h"

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
