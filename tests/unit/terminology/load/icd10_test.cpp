// https://www.cms.gov/medicare/coding-billing/icd-10-codes
#include "terminology/load/icd10.h"

#include "loaded.h"

namespace {

using namespace load_test;
using terminology::load::read_icd10;

}  // namespace

TEST_CASE("an order file gives codes with their point below the longest code they begin with") {
  const ScratchFolder folder;
  folder.write("icd10cm-order.txt",
               "00001 Q77     0 Moon fever                                                   Moon "
               "fever\n"
               "00002 Q770    1 Moon fever, mild                                             Moon "
               "fever of the mild kind\n"
               "00003 Q7701A  1 Moon fever, init                                             Moon "
               "fever, initial encounter\n");
  const Loaded icd(read_icd10(folder / "icd10cm-order.txt", with_version("2029")), folder / "r");
  CHECK(icd.system->info().url == "http://hl7.org/fhir/sid/icd-10-cm");
  CHECK(icd.system->info().version == "2029");
  CHECK(icd.display("Q77.0") == "Moon fever of the mild kind");
  CHECK(icd.designations("Q77.0") == Texts{"en  Moon fever, mild"});
  CHECK(icd.values("Q77", "billable") == Texts{"false"});
  CHECK(icd.values("Q77.0", "billable") == Texts{"true"});
  CHECK(icd.is_a("Q77.0", "Q77"));
  CHECK(icd.is_a("Q77.01A", "Q77.0"));
}

TEST_CASE("a table with a header gives the same") {
  const ScratchFolder folder;
  folder.write("codes.csv",
               "\"order_number\",\"icd10cm_code\",\"valid_billing_code\","
               "\"icd10cm_short_description\",\"icd10cm_long_description\"\n"
               "1,\"Q77\",0,\"Moon fever\",\"Moon fever\"\n2,\"Q770\",1,\"Mild\",\"Moon, mild\"\n");
  const Loaded icd(read_icd10(folder / "codes.csv", {}), folder / "r");
  CHECK(icd.display("Q77.0") == "Moon, mild");
  CHECK(icd.is_a("Q77.0", "Q77"));
}

TEST_CASE("the tabular list gives chapters, blocks, notes and codes by seventh characters") {
  const ScratchFolder folder;
  folder.write("tabular.xml",
               "<ICD10CM.tabular><version>2029</version><chapter><name>99</name><desc>Moon</desc>"
               "<section id=\"Q70-Q79\"><desc>Fevers</desc><diag><name>Q77</name><desc>Moon fever"
               "</desc><inclusionTerm><note>Lunar fever</note></inclusionTerm><excludes1><note>sun "
               "fever (Q78)</note></excludes1><sevenChrDef><extension char=\"A\">initial"
               "</extension><extension char=\"D\">later</extension></sevenChrDef><diag><name>Q77.1"
               "</name><desc>Mild</desc></diag></diag><diag><name>Q78</name><desc>Sun fever</desc>"
               "</diag></section></chapter></ICD10CM.tabular>");
  const Loaded icd(read_icd10(folder / "tabular.xml", {}), folder / "r");
  CHECK(icd.system->info().version == "2029");
  CHECK(icd.system->at(icd.id("Q70-Q79")).is_abstract);
  CHECK(icd.is_a("Q77.1", "99"));
  CHECK(icd.designations("Q77") == Texts{"en  Lunar fever"});
  CHECK(icd.values("Q77", "excludes1") == Texts{"sun fever (Q78)"});
  CHECK(icd.display("Q77.1XXA") == "Mild, initial");
  CHECK(icd.is_a("Q77.1XXD", "Q77.1"));
  CHECK(icd.values("Q77.1", "billable") == Texts{"false"});
  CHECK(icd.values("Q77.1XXA", "billable") == Texts{"true"});
  CHECK(icd.values("Q78", "billable") == Texts{"true"});
}

TEST_CASE("what is no list of ICD-10 is refused") {
  const ScratchFolder folder;
  CHECK(read_icd10(folder / "none.xml", {}).error().type == fhir::IssueType::not_found);
  CHECK(read_icd10(folder / "none.txt", {}).error().type == fhir::IssueType::not_found);
  folder.write("a.xml", "<a/>");
  CHECK_FALSE(read_icd10(folder / "a.xml", {}).has_value());
  folder.write("b.xml", "<a>");
  CHECK_FALSE(read_icd10(folder / "b.xml", {}).has_value());
  folder.write("a.txt", "hello\n");
  CHECK(read_icd10(folder / "a.txt", {}).error().diagnostics.find("a.txt:1") != std::string::npos);
  folder.write("a.csv", "x,y\n");
  CHECK_FALSE(read_icd10(folder / "a.csv", {}).has_value());
}

TEST_CASE("the samples of ICD-10-CM and -PCS are read whole") {
  const std::string path = sample("icd10cm/icd10cm.csv.gz");
  if (path.empty()) return;
  const ScratchFolder folder;
  const Loaded diagnoses(read_icd10(path, with_version("2022")), folder / "cm");
  CHECK(diagnoses.system->size() > 90'000);
  CHECK(diagnoses.display("A00.0") == "Cholera due to Vibrio cholerae 01, biovar cholerae");
  CHECK(diagnoses.is_a("A00.0", "A00"));
  const Loaded procedures(read_icd10(sample("icd10cm/icd10pcs.csv.gz"), {}), folder / "pcs");
  CHECK(procedures.system->size() > 70'000);
  CHECK(procedures.is_a("0016070", "001"));
}
