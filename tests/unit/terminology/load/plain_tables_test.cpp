// NDC, CVX, ATC, and code systems in MediSync's own form of CSV.
#include "loaded.h"
#include "terminology/load/atc.h"
#include "terminology/load/csv_code_system.h"
#include "terminology/load/cvx.h"
#include "terminology/load/ndc.h"
#include "terminology/ndc_code.h"

namespace {

using namespace load_test;
using namespace terminology::load;
using terminology::ndc_digits;

}  // namespace

TEST_CASE("the three forms of 10 digits fill up to 5, 4 and 2 digits") {
  CHECK(ndc_digits("1234-5678-90") == "01234567890");
  CHECK(ndc_digits("12345-678-90") == "12345067890");
  CHECK(ndc_digits("12345-6789-0") == "12345678900");
  CHECK(ndc_digits("1234-5678") == "012345678");
  for (const char* wrong : {"", "-", "1234", "12-34-56-78", "123456-1-1", "1234-56a8-90", "1--2"})
    CHECK(ndc_digits(wrong).empty());
}

TEST_CASE("a package of NDC is found by 10 and by 11 digits, below its product") {
  const ScratchFolder folder;
  folder.write("product.txt",
               "PRODUCTID\tPRODUCTNDC\tPROPRIETARYNAME\tNONPROPRIETARYNAME\tDOSAGEFORMNAME\n"
               "x\t0099-0001\tLunex\tmooncillin\tTABLET\n");
  folder.write("package.txt",
               "PRODUCTID\tPRODUCTNDC\tNDCPACKAGECODE\tPACKAGEDESCRIPTION\n"
               "x\t0099-0001\t0099-0001-30\t30 TABLET in 1 BOTTLE\n");
  const Loaded ndc(read_ndc(folder.path().string(), with_version("2029")), folder / "r");
  CHECK(ndc.display("0099-0001") == "Lunex TABLET");
  CHECK(ndc.display("00099000130") == "Lunex TABLET, 30 TABLET in 1 BOTTLE");
  CHECK(ndc.values("0099-0001-30", "ndc11") == Texts{"00099000130"});
  CHECK(ndc.values("00099000130", "ndc10") == Texts{"0099-0001-30"});
  CHECK(ndc.is_a("00099000130", "0099-0001"));
  folder.write("package.txt", "PRODUCTNDC\tNDCPACKAGECODE\tPACKAGEDESCRIPTION\na\tb\tc\n");
  CHECK(read_ndc(folder.path().string(), {}).error().diagnostics.find("package.txt:2") !=
        std::string::npos);
}

TEST_CASE("CVX is read from each form its publisher or a resource gives") {
  const ScratchFolder folder;
  folder.write("cvx.txt",
               "901 |moon vaccine|moon vaccine, live|no notes|Inactive|False|2029/01/01\n");
  folder.write(
      "cdc.xml",
      "<CVXCodes><CVXInfo><ShortDescription>moon vaccine</ShortDescription><FullVaccinename>"
      "moon vaccine, live</FullVaccinename><CVXCode>901 </CVXCode><Notes>no notes</Notes>"
      "<Status>Inactive</Status></CVXInfo></CVXCodes>");
  folder.write("resource.xml",
               "<CodeSystem xmlns=\"http://hl7.org/fhir\"><version value=\"7\"/><concept><code "
               "value=\"901\"/><display value=\"moon vaccine\"/><definition value=\"moon vaccine, "
               "live\"/><property><code value=\"status\"/><valueString value=\"Inactive\"/>"
               "</property><property><code value=\"use-notes\"/><valueString value=\"no notes\"/>"
               "</property></concept></CodeSystem>");
  for (const char* name : {"cvx.txt", "cdc.xml", "resource.xml"}) {
    CAPTURE(name);
    const Loaded cvx(read_cvx(folder / name, {}), folder / "r");
    CHECK(cvx.display("901") == "moon vaccine");
    CHECK(cvx.system->at(cvx.id("901")).definition == "moon vaccine, live");
    CHECK(cvx.system->at(cvx.id("901")).is_inactive);
    CHECK(cvx.values("901", "use-notes") == Texts{"no notes"});
  }
  folder.write("none.xml", "<x/>");
  CHECK_FALSE(read_cvx(folder / "none.xml", {}).has_value());
}

TEST_CASE("ATC's levels stand below one another") {
  const ScratchFolder folder;
  folder.write("atc.csv",
               "ATC code,ATC level name,DDD,UOM\nZ,MOON DRUGS,,\nZ01,Night,,\nZ01A,Dark night,,\n"
               "Z01AA,Darker,,\nZ01AA01,\"mooncillin, oral\",1.5,g\nZ01AA01,mooncillin,3,mg\n");
  const Loaded atc(read_atc(folder / "atc.csv", with_version("2029")), folder / "r");
  CHECK(atc.display("Z01AA01") == "mooncillin, oral");
  CHECK(atc.values("Z01AA01", "DDD") == Texts{"1.5", "3"});
  for (const char* group : {"Z01AA", "Z01A", "Z01", "Z"}) CHECK(atc.is_a("Z01AA01", group));
  folder.write("bad.csv", "Z,MOON\nQQ,x\n");
  CHECK(read_atc(folder / "bad.csv", {}).error().diagnostics.find("bad.csv:2") !=
        std::string::npos);
}

TEST_CASE("the documented form of CSV makes any code system") {
  const ScratchFolder folder;
  folder.write("colours.csv",
               "#url=http://example.org/colours\n#version=2\n#caseSensitive=false\n"
               "code,display,definition,parent,status,abstract,designation:de,property:hue\n"
               "red,Red,\"The colour, of blood\",warm,,,Rot|Rotes,0|360\n"
               "warm,Warm colour,,,,true,,\nold,Old red,,warm|red,inactive,,,\n");
  const Loaded colours(read_csv_code_system(folder / "colours.csv", {}), folder / "r");
  CHECK(colours.system->info().url == "http://example.org/colours");
  CHECK(colours.system->info().version == "2");
  CHECK(colours.system->at(colours.id("RED")).definition == "The colour, of blood");
  CHECK(colours.values("red", "hue") == Texts{"0", "360"});
  CHECK(colours.designations("red") == Texts{"de  Rot", "de  Rotes"});
  CHECK(colours.is_a("old", "red"));
  CHECK(colours.system->parents(colours.id("old")).size() == 2);
  CHECK(colours.system->at(colours.id("old")).is_inactive);
  CHECK(colours.system->at(colours.id("warm")).is_abstract);
  const std::vector<std::pair<std::string, std::string>> wrong = {
      {"code\na\n", "#url"},
      {"#url=x\ndisplay\na\n", "named code"},
      {"#url=x\ncode,colour\n", "'colour'"},
      {"#url=x\ncode\na\na\n", ":4: the code 'a' stands twice"},
      {"#url=x\ncode,parent\na,b\n", ":3: the parent 'b'"},
      {"#url=x\n#colour=red\ncode\n", "says nothing"}};
  for (const auto& [text, said] : wrong) {
    folder.write("wrong.csv", text);
    CHECK(read_csv_code_system(folder / "wrong.csv", {}).error().diagnostics.find(said) !=
          std::string::npos);
  }
}

TEST_CASE("the samples of NDC and CVX are read whole") {
  const std::string path = sample("ndc/2025-07-11");
  if (path.empty()) return;
  const ScratchFolder folder;
  const Loaded ndc(read_ndc(path, with_version("20250711")), folder / "ndc");
  CHECK(ndc.display("0002-0152").find("Zepbound") == 0);
  CHECK(ndc.is_a("00002015201", "0002-0152"));
  const Loaded cvx(read_cvx(sample("cvx/cvx.xml"), {}), folder / "cvx");
  CHECK(cvx.system->size() > 150);
  CHECK(cvx.display("998") == "no vaccine administered");
}
