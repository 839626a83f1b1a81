// https://hl7.org/fhir/R4/loinc.html
#include "terminology/load/loinc.h"

#include "loaded.h"

namespace {

using namespace load_test;
using terminology::load::read_loinc;

void write_release(const ScratchFolder& folder) {
  folder.write("LoincTable/Loinc.csv",
               "\"LOINC_NUM\",\"COMPONENT\",\"PROPERTY\",\"SYSTEM\",\"CLASS\",\"STATUS\","
               "\"SHORTNAME\",\"LONG_COMMON_NAME\",\"DefinitionDescription\","
               "\"VersionLastChanged\"\n"
               "\"90001-0\",\"Moonlight\",\"Find\",\"Sky\",\"NIGHT\",\"ACTIVE\",\"Moonl\","
               "\"Moonlight in \"\"Sky\"\"\",\"How bright it is\",\"9.8\"\n"
               "\"90002-8\",\"Stars\",\"Num\",\"Sky\",\"NIGHT\",\"DEPRECATED\",\"Stars\",\"\",\"\","
               "\"9.12\"\n");
  folder.write("AccessoryFiles/PartFile/LoincPartLink_Primary.csv",
               "LoincNumber,LongCommonName,PartNumber,PartName,PartCodeSystem,PartTypeName\n"
               "90001-0,x,LP90001-1,Moonlight,http://loinc.org,COMPONENT\n");
  folder.write("AccessoryFiles/PartFile/Part.csv",
               "PartNumber,PartTypeName,PartName,PartDisplayName,Status\n"
               "LP90001-1,COMPONENT,Moonlight,Light of the moon,ACTIVE\n");
  folder.write("AccessoryFiles/AnswerFile/AnswerList.csv",
               "AnswerListId,AnswerListName,AnswerListOID,AnswerStringId,LocalAnswerCode,"
               "SequenceNumber,DisplayText\n"
               "LL901-1,Bright|Dark,1.2.3,LA902-1,,1,Bright\n"
               "LL901-1,Bright|Dark,1.2.3,LA901-1,d,2,Dark\n"
               "LL902-1,Elsewhere,1.2.4,,,,\n");
  folder.write("AccessoryFiles/AnswerFile/LoincAnswerListLink.csv",
               "LoincNumber,LongCommonName,AnswerListId,AnswerListName\n"
               "90001-0,x,LL901-1,Bright|Dark\n");
  folder.write("AccessoryFiles/ComponentHierarchyBySystem/ComponentHierarchyBySystem.csv",
               "PATH_TO_ROOT,SEQUENCE,IMMEDIATE_PARENT,CODE,CODE_TEXT\n"
               ",1,,LP90000-1,{component}\n"
               "LP90000-1,1,LP90000-1,LP90001-1,Moonlight\n"
               "LP90000-1.LP90001-1,1,LP90001-1,90001-0,Moonlight in Sky\n");
  folder.write("AccessoryFiles/ConsumerName/ConsumerName.csv",
               "LoincNumber,ConsumerName\n90001-0,\"Moonlight, seen\"\n");
  folder.write("AccessoryFiles/LinguisticVariants/deDE15LinguisticVariant.csv",
               "LOINC_NUM,COMPONENT,PROPERTY,SYSTEM,SHORTNAME,LONG_COMMON_NAME,"
               "LinguisticVariantDisplayName\n"
               "90001-0,Mondlicht,Befund,Himmel,,Mondlicht am Himmel,\n"
               "90002-8,Sterne,Zahl,Himmel,,,\n");
}

}  // namespace

TEST_CASE("LOINC's codes have properties, parts as codings, and names") {
  const ScratchFolder folder;
  write_release(folder);
  const Loaded loinc(read_loinc(folder.path().string(), {}), folder / "loinc.release");
  CHECK(loinc.system->info().version == "9.12");
  CHECK(loinc.display("90001-0") == "Moonlight in \"Sky\"");
  CHECK(loinc.system->at(loinc.id("90001-0")).definition == "How bright it is");
  CHECK(loinc.display("90002-8") == "Stars");
  CHECK(loinc.system->at(loinc.id("90002-8")).is_inactive);
  CHECK(loinc.system->find("lp90001-1") != k_no_concept);  // any case
  CHECK(loinc.values("90001-0", "STATUS") == Texts{"ACTIVE"});
  CHECK(loinc.values("90001-0", "COMPONENT") == Texts{"LP90001-1"});
  CHECK(loinc.values("90001-0", "SYSTEM") == Texts{"Sky"});
  for (const auto& property : loinc.system->properties(loinc.id("90001-0"))) {
    if (property.code != "COMPONENT") continue;
    CHECK(property.type == terminology::PropertyType::coding);
    CHECK(property.system == "http://loinc.org");
    CHECK(property.display == "Moonlight");
  }
  CHECK(loinc.display("LP90001-1") == "Light of the moon");
}

TEST_CASE("LOINC's answers know their lists, codes their lists, lists their codes") {
  const ScratchFolder folder;
  write_release(folder);
  const Loaded loinc(read_loinc(folder.path().string(), {}), folder / "loinc.release");
  CHECK(loinc.values("LA901-1", "LIST") == Texts{"LL901-1"});
  CHECK(loinc.id("LA902-1") < loinc.id("LA901-1"));  // the order of the list
  CHECK(loinc.values("90001-0", "answer-list") == Texts{"LL901-1"});
  CHECK(loinc.values("LL901-1", "answers-for") == Texts{"90001-0"});
  CHECK(loinc.display("LL902-1") == "Elsewhere");
}

TEST_CASE("LOINC's component hierarchy leads from parts to codes") {
  const ScratchFolder folder;
  write_release(folder);
  const Loaded loinc(read_loinc(folder.path().string(), {}), folder / "loinc.release");
  CHECK(loinc.is_a("90001-0", "LP90000-1"));
  CHECK(loinc.display("LP90000-1") == "{component}");
  CHECK_FALSE(loinc.is_a("90002-8", "LP90000-1"));
}

TEST_CASE("LOINC's names in other languages and for consumers are designations") {
  const ScratchFolder folder;
  write_release(folder);
  const Loaded loinc(read_loinc(folder.path().string(), {}), folder / "loinc.release");
  CHECK(loinc.designations("90001-0") == Texts{"de-DE LONG_COMMON_NAME Mondlicht am Himmel",
                                               "en ConsumerName Moonlight, seen",
                                               "en SHORTNAME Moonl"});
  CHECK(loinc.designations("90002-8") == Texts{"de-DE FullySpecifiedName Sterne:Zahl:Himmel"});
}

TEST_CASE("LOINC without its table is refused, without accessory files remarked upon") {
  const ScratchFolder folder;
  CHECK(read_loinc(folder.path().string(), {}).error().type == fhir::IssueType::not_found);
  CHECK_FALSE(read_loinc(folder / "none", {}).has_value());
  folder.write("Loinc.csv", "LOINC_NUM,STATUS,LONG_COMMON_NAME\n90001-0,ACTIVE,Moonlight\n");
  const auto draft = read_loinc(folder.path().string(), {});
  REQUIRE(draft.has_value());
  CHECK(draft->remarks.size() == 6);
  folder.write("Loinc.csv", "LOINC_NUM,LONG_COMMON_NAME\n");
  CHECK(read_loinc(folder.path().string(), {}).error().diagnostics.find("STATUS") !=
        std::string::npos);
}

TEST_CASE("the sample of LOINC is read whole") {
  const std::string path = sample("loinc-subset");
  if (path.empty()) return;
  const ScratchFolder folder;
  const Loaded loinc(read_loinc(path, {}), folder / "loinc.release");
  CHECK(loinc.remarks.empty());
  CHECK(loinc.system->size() > 322);
  CHECK(loinc.values("100007-4", "COMPONENT") == Texts{"LP430726-2"});
  CHECK(loinc.values("LA6576-8", "LIST") == Texts{"LL360-9"});
  CHECK(loinc.is_a("LP29693-6", "LP432695-7"));
  CHECK(loinc.system->display_in(loinc.id("14394-1"), "de").find("Harnstoff") == 0);
}
