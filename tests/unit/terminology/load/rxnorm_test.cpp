// https://www.nlm.nih.gov/research/umls/rxnorm/docs/techdoc.html
#include "terminology/load/rxnorm.h"

#include "loaded.h"
#include "terminology/release/cross_references.h"

namespace {

using namespace load_test;
using terminology::load::read_rxnorm;

std::string atom(const std::string& rxcui, const std::string& source, const std::string& type,
                 const std::string& code, const std::string& text,
                 const std::string& suppress = "N", const std::string& language = "ENG") {
  return rxcui + "|" + language + "||||||1|||" + "|" + source + "|" + type + "|" + code + "|" +
         text + "||" + suppress + "|4096|\n";
}

void write_release(const ScratchFolder& folder) {
  folder.write("rrf/RXNCONSO.RRF",
               atom("101", "RXNORM", "SY", "101", "mooncillin base") +
                   atom("101", "RXNORM", "IN", "101", "mooncillin") +
                   atom("101", "ATC", "IN", "J99XX01", "mooncillin") +
                   atom("101", "SNOMEDCT_US", "PT", "7000001", "Mooncillin (substance)") +
                   atom("101", "SNOMEDCT_US", "SY", "7000001", "Mooncillin") +
                   atom("101", "MTHSPL", "SU", "X1", "luna", "N", "SPA") +
                   atom("202", "RXNORM", "SCD", "202", "mooncillin 5 MG Oral Tablet") +
                   atom("303", "RXNORM", "SCDF", "303", "mooncillin Oral Tablet") +
                   atom("404", "RXNORM", "BN", "404", "Lunex", "O") +
                   atom("505", "CVX", "PT", "901", "moon vaccine"));
  folder.write("rrf/RXNREL.RRF",
               "101||CUI|RO|202||CUI|has_ingredient|1||RXNORM||||N||\n"
               "303||CUI|RN|202||CUI|isa|2||RXNORM||||N||\n"
               "101|5|AUI|RO|202|6|AUI|mapped_to|3||X||||N||\n");
  folder.write("rrf/RXNSTY.RRF", "101|T195|A1|Antibiotic|AT1||\n202||||Clinical Drug|||\n");
  folder.write("rrf/RXNSAT.RRF",
               "202||||CUI|202|AT1||NDC|RXNORM|00099000101|N||\n"
               "202||||CUI|202|AT2||RXN_STRENGTH|RXNORM|5 MG|N||\n"
               "202||||AUI|X|AT3||OTHER|MTHSPL|x|N||\n");
  folder.write("rrf/RXNATOMARCHIVE.RRF",
               "1||old mooncillin|||||||||V|606|RXNORM|IN|101|\n"
               "2||mooncillin|||||||||V|101|RXNORM|IN|101|\n");
  folder.write("rrf/RXNSAB.RRF", "C1|C2|RXNORM_29AA_290304F|RXNORM|RxNorm||29AA_290304F|||\n");
}

}  // namespace

TEST_CASE("RxNorm's concepts have the name that RxNorm prefers, and those of all sources") {
  const ScratchFolder folder;
  write_release(folder);
  const Loaded rxnorm(read_rxnorm(folder.path().string(), {}), folder / "rxnorm.release");
  CHECK(rxnorm.system->info().url == "http://www.nlm.nih.gov/research/umls/rxnorm");
  CHECK(rxnorm.system->info().version == "03042029");
  CHECK(rxnorm.display("101") == "mooncillin");
  CHECK(rxnorm.values("101", "TTY") == Texts{"IN"});
  CHECK(rxnorm.values("101", "SAB") == Texts{"ATC", "MTHSPL", "RXNORM", "SNOMEDCT_US"});
  CHECK(rxnorm.values("101", "STY") == Texts{"T195"});
  CHECK(rxnorm.values("202", "RXN_STRENGTH") == Texts{"5 MG"});
  CHECK(rxnorm.values("202", "OTHER").empty());
  CHECK(rxnorm.designations("101") == Texts{"en IN mooncillin", "en PT Mooncillin (substance)",
                                            "en SY Mooncillin", "en SY mooncillin base",
                                            "es SU luna"});
  CHECK(rxnorm.display("505") == "moon vaccine");
}

TEST_CASE("RxNorm's relationships go from the second concept to the first") {
  const ScratchFolder folder;
  write_release(folder);
  const Loaded rxnorm(read_rxnorm(folder.path().string(), {}), folder / "rxnorm.release");
  CHECK(rxnorm.values("202", "has_ingredient") == Texts{"101"});
  CHECK(rxnorm.is_a("202", "303"));
  CHECK_FALSE(rxnorm.is_a("303", "202"));
  CHECK(rxnorm.remarks.back().find("1 rows") == 0);
}

TEST_CASE("what RxNorm retired is inactive, and says what it became") {
  const ScratchFolder folder;
  write_release(folder);
  const Loaded rxnorm(read_rxnorm(folder.path().string(), with_version("x")), folder / "r");
  CHECK(rxnorm.system->info().version == "x");
  CHECK(rxnorm.system->at(rxnorm.id("404")).is_inactive);
  CHECK(rxnorm.system->at(rxnorm.id("606")).is_inactive);
  CHECK(rxnorm.values("606", "MERGED_TO_RXCUI") == Texts{"101"});
  CHECK_FALSE(rxnorm.system->at(rxnorm.id("101")).is_inactive);
}

TEST_CASE("RxNorm refers to codes of SNOMED CT, ATC, CVX and NDC, both ways") {
  const ScratchFolder folder;
  write_release(folder);
  const Loaded rxnorm(read_rxnorm(folder.path().string(), {}), folder / "rxnorm.release");
  const terminology::release::CrossReferences references(*rxnorm.file);
  REQUIRE(references.is_present());
  Texts codes;
  for (const auto& row : references.of(rxnorm.id("101")))
    codes.push_back(std::string(references.system(row.system)) + "|" +
                    std::string(references.code(row)));
  std::sort(codes.begin(), codes.end());
  CHECK(codes == Texts{"http://snomed.info/sct|7000001", "http://www.whocc.no/atc|J99XX01"});
  const auto concepts_of = [&](const char* system, const char* code) {
    Texts found;
    references.for_each(references.find_system(system), code,
                        [&](ConceptId id) { found.emplace_back(rxnorm.system->at(id).code); });
    return found;
  };
  CHECK(concepts_of("http://snomed.info/sct", "7000001") == Texts{"101"});
  CHECK(concepts_of("http://hl7.org/fhir/sid/ndc", "00099000101") == Texts{"202"});
  CHECK(concepts_of("http://hl7.org/fhir/sid/cvx", "901") == Texts{"505"});
  CHECK(concepts_of("http://hl7.org/fhir/sid/cvx", "902").empty());
  CHECK(concepts_of("http://example.org/none", "901").empty());
}

TEST_CASE("an RxNorm release without atoms, or with broken rows, is refused with its place") {
  const ScratchFolder folder;
  CHECK(read_rxnorm(folder.path().string(), {}).error().type == fhir::IssueType::not_found);
  folder.write("RXNCONSO.RRF", "");
  CHECK_FALSE(read_rxnorm(folder.path().string(), {}).has_value());
  folder.write("RXNCONSO.RRF", atom("1", "RXNORM", "IN", "1", "a") + "2|ENG\n");
  CHECK(read_rxnorm(folder.path().string(), {}).error().diagnostics.find("RXNCONSO.RRF:2: 17") !=
        std::string::npos);
}

TEST_CASE("the sample of RxNorm has the concepts of its CodeSystem") {
  const std::string path = sample("rxnorm");
  if (path.empty()) return;
  const ScratchFolder folder;
  const Loaded rxnorm(read_rxnorm(path, {}), folder / "rxnorm.release");
  CHECK(rxnorm.system->size() == 816);
  CHECK(rxnorm.display("152404") == "Tamofen");
  CHECK(rxnorm.values("152404", "TTY") == Texts{"BN"});
  CHECK(rxnorm.values("1243018", "STY") == Texts{"Clinical Drug"});
  CHECK_FALSE(rxnorm.values("152404", "has_precise_ingredient").empty());
  const terminology::release::CrossReferences references(*rxnorm.file);
  CHECK_FALSE(references.is_present());
}
