// https://www.nlm.nih.gov/research/umls/rxnorm/docs/techdoc.html
#include "terminology/maps/rxnorm_maps.h"

#include <optional>
#include "terminology/load/rxnorm.h"

#include "terminology/terminology.h"
#include "terminology/translate.h"
#include "unit/terminology/definitions_double.h"
#include "unit/terminology/load/loaded.h"

namespace {

using namespace load_test;
using terminology::ConceptMap;
using terminology::Direction;

std::string atom(const std::string& rxcui, const std::string& source, const std::string& type,
                 const std::string& code, const std::string& text) {
  return rxcui + "|ENG||||||1||||" + source + "|" + type + "|" + code + "|" + text + "||N||\n";
}

/// 1 the ingredient, 2 its brand, 3 the component, 4 the tablet, 5 the branded tablet, 6 a vaccine.
class Maps {
 public:
  Maps() {
    folder_.write("RXNCONSO.RRF",
                  atom("1", "RXNORM", "IN", "1", "mooncillin") +
                      atom("1", "SNOMEDCT_US", "PT", "7000001", "Mooncillin") +
                      atom("1", "ATC", "IN", "Z01AA01", "mooncillin") +
                      atom("2", "RXNORM", "BN", "2", "Lunex") +
                      atom("3", "RXNORM", "SCDC", "3", "mooncillin 5 MG") +
                      atom("4", "RXNORM", "SCD", "4", "mooncillin 5 MG Oral Tablet") +
                      atom("4", "SNOMEDCT_US", "PT", "7000004", "Mooncillin 5 mg tablet") +
                      atom("5", "RXNORM", "SBD", "5", "mooncillin 5 MG Oral Tablet [Lunex]") +
                      atom("6", "CVX", "PT", "901", "moon vaccine"));
    const auto relate = [](const char* from, const char* how, const char* to) {
      return std::string(to) + "||CUI|RO|" + from + "||CUI|" + how + "|1||RXNORM||||N||\n";
    };
    folder_.write("RXNREL.RRF",
                  relate("2", "tradename_of", "1") + relate("1", "has_tradename", "2") +
                      relate("3", "has_ingredient", "1") + relate("1", "ingredient_of", "3") +
                      relate("4", "consists_of", "3") + relate("3", "constitutes", "4") +
                      relate("5", "tradename_of", "4") + relate("4", "has_tradename", "5"));
    folder_.write("RXNSAT.RRF", "5||||CUI|5|A||NDC|RXNORM|00099000130|N||\n");
    loaded_.emplace(terminology::load::read_rxnorm(folder_.path().string(), {}), folder_ / "r");
    maps_ = terminology::maps::rxnorm_maps(loaded_->system);
  }

  const ConceptMap* find(const std::string& pair) const {
    for (const auto& map : maps_) {
      if (map->url() == "http://www.nlm.nih.gov/research/umls/rxnorm?fhir_cm=" + pair)
        return map.get();
    }
    return nullptr;
  }
  std::size_t size() const { return maps_.size(); }

  Texts ask(const std::string& pair, const char* system, const char* code,
            Direction direction = Direction::forward) const {
    const ConceptMap* map = find(pair);
    REQUIRE(map != nullptr);
    Texts found;
    for (const auto& match : terminology::translate(
             *terms_, *map,
             {.coding = {.system = system, .version = {}, .code = code, .display = {}},
             .target_system = {},
             .direction = direction}))
      found.push_back(std::string(match.equivalence) + " " + std::string(match.code));
    std::sort(found.begin(), found.end());
    return found;
  }

 private:
  ScratchFolder folder_;
  std::optional<Loaded> loaded_;
  std::vector<std::unique_ptr<const ConceptMap>> maps_;
  std::shared_ptr<const terminology::Terminology> terms_ =
      terminology::Terminology::make(std::make_shared<DefinitionsDouble>());
};

constexpr const char* k_rxnorm = "http://www.nlm.nih.gov/research/umls/rxnorm";
constexpr const char* k_snomed = "http://snomed.info/sct";
constexpr const char* k_ndc = "http://hl7.org/fhir/sid/ndc";
constexpr const char* k_atc = "http://www.whocc.no/atc";

}  // namespace

TEST_CASE("a shared RXCUI is equivalent, both ways and in reverse") {
  const Maps maps;
  CHECK(maps.ask("rxnorm-snomed", k_rxnorm, "1") == Texts{"equivalent 7000001"});
  CHECK(maps.ask("snomed-rxnorm", k_snomed, "7000001") == Texts{"equivalent 1"});
  CHECK(maps.ask("rxnorm-snomed", k_snomed, "7000004", Direction::reverse) ==
        Texts{"equivalent 4"});
  CHECK(maps.ask("snomed-atc", k_snomed, "7000001") == Texts{"equivalent Z01AA01"});
}

TEST_CASE("a code that has no counterpart gets that of the nearest more general concept") {
  const Maps maps;
  CHECK(maps.ask("rxnorm-snomed", k_rxnorm, "2") == Texts{"wider 7000001"});  // a brand
  CHECK(maps.ask("rxnorm-snomed", k_rxnorm, "3") == Texts{"wider 7000001"});  // a component
  CHECK(maps.ask("rxnorm-snomed", k_rxnorm, "5") ==
        Texts{"wider 7000004"});  // the tablet is nearer
  CHECK(maps.ask("rxnorm-atc", k_rxnorm, "4") == Texts{"wider Z01AA01"});
}

TEST_CASE("where nothing more general has a counterpart the more special ones are narrower") {
  const Maps maps;
  CHECK(maps.ask("rxnorm-ndc", k_rxnorm, "1") == Texts{"narrower 00099000130"});
  CHECK(maps.ask("snomed-ndc", k_snomed, "7000004") == Texts{"narrower 00099000130"});
  CHECK(maps.ask("atc-ndc", k_atc, "Z01AA01") == Texts{"narrower 00099000130"});
}

TEST_CASE("a package is narrower than its drug, in 10 digits as in 11") {
  const Maps maps;
  for (const char* code : {"00099000130", "0099-0001-30"}) {
    CHECK(maps.ask("ndc-rxnorm", k_ndc, code) == Texts{"wider 5"});
    CHECK(maps.ask("ndc-snomed", k_ndc, code) == Texts{"wider 7000004"});
    CHECK(maps.ask("ndc-atc", k_ndc, code) == Texts{"wider Z01AA01"});
  }
  CHECK(maps.ask("rxnorm-ndc", k_rxnorm, "5") == Texts{"narrower 00099000130"});
}

TEST_CASE("what leads nowhere, or is not known, has no counterpart") {
  const Maps maps;
  CHECK(maps.ask("rxnorm-snomed", k_rxnorm, "6").empty());
  CHECK(maps.ask("rxnorm-snomed", k_rxnorm, "999").empty());
  CHECK(maps.ask("ndc-rxnorm", k_ndc, "0099-0001").empty());
  CHECK(maps.ask("rxnorm-snomed", k_snomed, "7000001").empty());
  CHECK(maps.ask("cvx-rxnorm", "http://hl7.org/fhir/sid/cvx", "901") == Texts{"equivalent 6"});
}

TEST_CASE("RxNorm has a map for each ordered pair of systems, which says what it is") {
  const Maps maps;
  CHECK(maps.size() == 20);
  const ConceptMap* map = maps.find("snomed-rxnorm");
  REQUIRE(map != nullptr);
  CHECK(map->source_value_set() == "http://snomed.info/sct?fhir_vs");
  CHECK(map->target_value_set() == std::string(k_rxnorm) + "?fhir_vs");
  CHECK(map->title() == "RxNorm: snomed to rxnorm");
}
