// An RF2 release in the true layout with a few invented concepts, written by hand.
#pragma once

#include <string>

#include "tests/unit/terminology/release/scratch_folder.h"

namespace snomed_test {

/// root → (finding → (fever → high fever), body → head); high fever has a site and a count; an old
/// fever is inactive, and stands for the fever in the history; two dialects, one reference set.
class SmallEdition {
 public:
  explicit SmallEdition(const std::string& view = "Snapshot") : view_(view) {
    const std::string core = "900000000000207008";
    const std::string model = "900000000000012004";
    concepts = "id\teffectiveTime\tactive\tmoduleId\tdefinitionStatusId\n";
    const auto item = [&](const std::string& id, const std::string& module, bool active = true,
                          const std::string& status = "900000000000074008") {
      concepts += id + "\t20200131\t" + (active ? "1" : "0") + "\t" + module + "\t" + status + "\n";
    };
    for (const char* id :
         {"116680003", "900000000000074008", "900000000000073002", "900000000000003001",
          "900000000000013009", "900000000000550004", "900000000000548007", "900000000000549004",
          "900000000000509007", "900000000000508004", "900000000000207008", "900000000000012004",
          "900000000000534007", "900000000000527005"})
      item(id, model);
    for (const char* id : {"138875005", "404684003", "123037004", "69536005", "363698007",
                           "700000011", "700000022", "777000001"})
      item(id, core);
    item("386661006", core, true, "900000000000073002");
    item("700000033", core, false);

    descriptions =
        "id\teffectiveTime\tactive\tmoduleId\tconceptId\tlanguageCode\ttypeId\tterm\t"
        "caseSignificanceId\n";
    languages =
        "id\teffectiveTime\tactive\tmoduleId\trefsetId\treferencedComponentId\tacceptabilityId\n";
    name("1001011", "138875005", "SNOMED CT Concept", "both");
    name("1002011", "404684003", "Clinical finding", "both");
    name("1003011", "386661006", "Fever", "both");
    name("1004011", "386661006", "Pyrexia", "acceptable");
    name("1005011", "386661006", "Fever (finding)", "both", "900000000000003001");
    name("1006011", "700000011", "Very high fever, hemorrhagic", "us");
    name("1007011", "700000011", "Very high fever, haemorrhagic", "gb");
    name("1008011", "386661006", "A body that is too warm.", "", "900000000000550004");
    name("1009011", "386661006", "Feverishness", "", "900000000000013009", "0");
    name("1010011", "386661006", "Fièvre", "", "900000000000013009", "1", "fr");
    name("1011011", "69536005", "Head", "both");
    name("1012011", "123037004", "Body structure", "both");
    name("1013011", "700000033", "Old fever", "both");
    name("1014011", "363698007", "Finding site", "both");
    name("1015011", "900000000000013009", "Synonym", "both");

    relationships =
        "id\teffectiveTime\tactive\tmoduleId\tsourceId\tdestinationId\trelationshipGroup\ttypeId\t"
        "characteristicTypeId\tmodifierId\n";
    relate("404684003", "138875005");
    relate("123037004", "138875005");
    relate("69536005", "123037004");
    relate("386661006", "404684003");
    relate("700000011", "386661006");
    relate("700000022", "138875005");
    relate("700000011", "69536005", "363698007", "1");
    relate("386661006", "123037004", "363698007", "0", "0");  // no longer so
    concrete =
        "id\teffectiveTime\tactive\tmoduleId\tsourceId\tvalue\trelationshipGroup\ttypeId\t"
        "characteristicTypeId\tmodifierId\n"
        "910000025\t20200131\t1\t900000000000207008\t700000011\t#41.50\t2\t700000022\t"
        "900000000000011006\t900000000000451002\n";
    associations =
        "id\teffectiveTime\tactive\tmoduleId\trefsetId\treferencedComponentId\t"
        "targetComponentId\n"
        "a1\t20200131\t1\t900000000000207008\t900000000000527005\t700000033\t386661006\n"
        "a2\t20200131\t1\t900000000000207008\t900000000000527005\t1013011\t1003011\n";
    maps =
        "id\teffectiveTime\tactive\tmoduleId\trefsetId\treferencedComponentId\tmapGroup\t"
        "mapPriority\tmapRule\tmapAdvice\tmapTarget\tcorrelationId\tmapCategoryId\n"
        "m1\t20200131\t1\t900000000000207008\t777000001\t386661006\t1\t1\tTRUE\tALWAYS Q50.9\t"
        "Q50.9\t447561005\t447637006\n"
        "m2\t20190131\t0\t900000000000207008\t777000001\t69536005\t1\t1\tTRUE\tNONE\t\t447561005\t"
        "447637006\n";
  }

  void write(const ScratchFolder& folder) const {
    const std::string terminology = view_ + "/Terminology/";
    const std::string refset = view_ + "/Refset/";
    const std::string end = "_INT_20200131.txt";
    folder.write(terminology + "sct2_Concept_" + view_ + end, concepts);
    folder.write(terminology + "sct2_Description_" + view_ + "-en" + end, descriptions);
    folder.write(terminology + "sct2_Relationship_" + view_ + end, relationships);
    folder.write(terminology + "sct2_RelationshipConcreteValues_" + view_ + end, concrete);
    folder.write(refset + "Language/der2_cRefset_Language" + view_ + "-en" + end, languages);
    folder.write(refset + "Content/der2_cRefset_Association" + view_ + end, associations);
    folder.write(refset + "Map/der2_iisssccRefset_ExtendedMap" + view_ + end, maps);
  }

  void name(const std::string& id, const std::string& concept_id, const std::string& term,
            const std::string& dialects, const std::string& type = "900000000000013009",
            const std::string& active = "1", const std::string& language = "en",
            const std::string& time = "20200131") {
    descriptions += id + "\t" + time + "\t" + active + "\t900000000000207008\t" + concept_id +
                    "\t" + language + "\t" + type + "\t" + term + "\t900000000000448009\n";
    const auto member = [&](const std::string& set, const std::string& acceptability) {
      languages += "l" + id + set + "\t" + time + "\t1\t900000000000207008\t" + set + "\t" + id +
                   "\t" + acceptability + "\n";
    };
    const bool is_acceptable = dialects == "acceptable";
    const std::string how = is_acceptable ? "900000000000549004" : "900000000000548007";
    if (dialects == "both" || is_acceptable || dialects == "us") member("900000000000509007", how);
    if (dialects == "both" || is_acceptable || dialects == "gb") member("900000000000508004", how);
  }

  void relate(const std::string& source, const std::string& destination,
              const std::string& type = "116680003", const std::string& group = "0",
              const std::string& active = "1", const std::string& time = "20200131",
              const std::string& id = "") {
    ++count_;
    relationships += (id.empty() ? std::to_string(900000 + count_) + "025" : id) + "\t" + time +
                     "\t" + active + "\t900000000000207008\t" + source + "\t" + destination + "\t" +
                     group + "\t" + type + "\t900000000000011006\t900000000000451002\n";
  }

  std::string concepts, descriptions, languages, relationships, concrete, associations, maps;

 private:
  std::string view_;
  int count_ = 0;
};

}  // namespace snomed_test
