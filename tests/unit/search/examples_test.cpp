// The official examples: well-known ones row by row, and all of them through their own rows.
#include <filesystem>

#include "fixture.h"
#include "matching.h"
#include "src/search/query_parser.h"
#include "src/search/row_query.h"

using search_test::example;
using search_test::lines;
using search_test::Lines;
using search_test::rows_of;

TEST_CASE("Patient/example is found by what the specification says of it") {
  const auto rows = rows_of(example("Patient-example"));
  CHECK(lines(rows, "identifier") ==
        Lines{"of type |12345|0|0 $ http://terminology.hl7.org/CodeSystem/v2-0203|MR|0|0",
              "urn:oid:1.2.36.146.595.217.0.1|12345"});
  CHECK(lines(rows, "active") == Lines{"|true"});
  CHECK(lines(rows, "deceased") == Lines{"|false"});
  CHECK(lines(rows, "name") ==
        Lines{"chalmers/Chalmers", "james/James", "jim/Jim", "peter/Peter", "windsor/Windsor"});
  CHECK(lines(rows, "family") == Lines{"chalmers/Chalmers", "windsor/Windsor"});
  CHECK(lines(rows, "birthdate") == Lines{"1974-12-25..1974-12-26"});
  CHECK(lines(rows, "gender") == Lines{"http://hl7.org/fhir/administrative-gender|male"});
  CHECK(lines(rows, "phone") == Lines{"|(03) 3410 5613", "|(03) 5555 6473", "|(03) 5555 8834"});
  CHECK(lines(rows, "address-city") == Lines{"pleasantville/PleasantVille"});
  CHECK(lines(rows, "address-postalcode") == Lines{"3999/3999"});
  CHECK(lines(rows, "organization") == Lines{"Organization/1"});
  CHECK(lines(rows, "death-date") == Lines{});
  CHECK(lines(rows, "email") == Lines{});
}

TEST_CASE("Observation/f001 is found by what the specification says of it") {
  const auto rows = rows_of(example("Observation-f001"));
  CHECK(lines(rows, "identifier") ==
        Lines{"http://www.bmc.nl/zorgportal/identifiers/observations|6323"});
  CHECK(lines(rows, "status") == Lines{"http://hl7.org/fhir/observation-status|final"});
  CHECK(lines(rows, "code") == Lines{"http://loinc.org|15074-8"});
  CHECK(lines(rows, "combo-code") == Lines{"http://loinc.org|15074-8"});
  CHECK(lines(rows, "component-code") == Lines{});
  CHECK(lines(rows, "subject") == Lines{"Patient/f001"});
  CHECK(lines(rows, "patient") == Lines{"Patient/f001"});
  CHECK(lines(rows, "performer") == Lines{"Practitioner/f005"});
  CHECK(lines(rows, "date") == Lines{"2013-04-02T08:30:10.000Z..-"});
  CHECK(lines(rows, "value-quantity") ==
        Lines{"6.3..6.3 http://unitsofmeasure.org|mmol/L", "6.3..6.3 |mmol/l"});
  CHECK(lines(rows, "code-value-quantity") ==
        Lines{"http://loinc.org|15074-8|0|0 $ http://unitsofmeasure.org|mmol/L|6.3|6.3",
              "http://loinc.org|15074-8|0|0 $ |mmol/l|6.3|6.3"});
  CHECK(rows.composites.size() == 4);  // and combo-code-value-quantity
}

TEST_CASE("Observation/blood-pressure is found by the values of its components") {
  const auto rows = rows_of(example("Observation-blood-pressure"));
  CHECK(lines(rows, "_profile") == Lines{"http://hl7.org/fhir/StructureDefinition/vitalsigns"});
  CHECK(lines(rows, "based-on") == Lines{"https://acme.org/identifiers|1234"});
  CHECK(lines(rows, "component-code") == Lines{"http://acme.org/devices/clinical-codes|bp-s",
                                               "http://loinc.org|8462-4", "http://loinc.org|8480-6",
                                               "http://snomed.info/sct|271649006"});
  CHECK(lines(rows, "date") == Lines{"2012-09-17..2012-09-18"});
  CHECK(lines(rows, "component-value-quantity") ==
        Lines{"107..107 http://unitsofmeasure.org|mm[Hg]", "107..107 |mmHg",
              "60..60 http://unitsofmeasure.org|mm[Hg]", "60..60 |mmHg"});
  CHECK(lines(rows, "component-code-value-quantity").size() == 8);
}

TEST_CASE("every example is indexed, and found by a search on each of its rows") {
  namespace fs = std::filesystem;
  std::size_t resources = 0, rows_in_all = 0;
  for (const auto& file : fs::directory_iterator(search_test::k_package)) {
    const std::string name = file.path().filename().string();
    if (file.path().extension() != ".json" || name == "package.json" || name.front() == '.')
      continue;
    CAPTURE(name);
    const auto resource = search_test::document(search_test::read_file(file.path().string()));
    const fhir::Element root = fhir::root_element(resource.root(), *search_test::core());
    if (root.type == nullptr) continue;
    const auto rows = search_test::extractor().extract(root);
    if (!rows) {
      FAIL_CHECK(rows.error().diagnostics);
      continue;
    }
    ++resources;
    server::search::ParseOptions options;
    options.base_url = search_test::k_base_url;
    for (const auto& query : server::search::queries_of(*rows, *search_test::core())) {
      ++rows_in_all;
      const std::pair<std::string, std::string> parameter{query.name, query.value};
      auto parsed = server::search::parse_query(root.type->name, {&parameter, 1},
                                                *search_test::core(), options);
      const bool is_found = parsed && search_test::matches(parsed->criteria.at(0), *rows);
      if (is_found) continue;
      CAPTURE(query.name);
      CAPTURE(query.value);
      FAIL_CHECK((parsed ? std::string("not found") : parsed.error()[0].diagnostics));
    }
  }
  MESSAGE(resources << " resources, " << rows_in_all << " rows");
  CHECK(resources > 5000);
}
