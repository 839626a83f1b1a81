// medisync fhirpath --ndjson: an answer for each line, in order, whatever the line is.
#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <sstream>
#include <string>
#include <vector>

#include "fhir/validation/validator.h"
#include "src/cli/fhirpath.h"

namespace {

const fhir::DefinitionStore* core() {
  static const std::shared_ptr<const fhir::DefinitionStore> k_store = [] {
    fhir::LoadOptions options;
    options.sources = {MEDISYNC_SOURCE_DIR "/profiles/.packages/hl7.fhir.r4.examples"};
    auto loaded = fhir::DefinitionStore::load(options);
    return loaded ? *loaded : nullptr;
  }();
  return k_store.get();
}

std::vector<std::string> answers(std::string lines) {
  static const auto k_validator =
      *fhir::validation::Validator::make({std::shared_ptr<void>(), core()}, nullptr);
  server::operations::FhirpathRunner runner(*core(), nullptr, [] { return k_validator.get(); });
  server::operations::FhirpathInput defaults;
  std::FILE* in = fmemopen(lines.data(), lines.size(), "r");
  char* text = nullptr;
  std::size_t size = 0;
  std::FILE* out = open_memstream(&text, &size);
  CHECK(server::cli::fhirpath_lines(runner, defaults, *core(), in, out) == 0);
  std::fclose(in);
  std::fclose(out);
  std::istringstream written(std::string(text, size));
  std::free(text);
  std::vector<std::string> all;
  for (std::string line; std::getline(written, line);) all.push_back(line);
  return all;
}

std::string answer(std::string line) {
  const auto all = answers(std::move(line));
  REQUIRE(all.size() == 1);
  return all[0];
}

}  // namespace

TEST_CASE("each line is answered in order; a bad one with an error") {
  if (core() == nullptr) return;
  const auto all = answers(
      "{\"expression\":\"1 + 1\"}\nno json\n\n[1]\n{\"expression\":\"1 "
      "+\"}\n{\"expression\":\"2\"}");
  REQUIRE(all.size() == 5);
  CHECK(all[0] == R"({"result":[{"type":"integer","value":2}]})");
  CHECK(all[1].starts_with(R"({"error":{"code":"input")"));
  CHECK(all[2].starts_with(R"({"error":{"code":"input")"));
  CHECK(all[3].starts_with(R"({"error":{"code":"syntax")"));
  CHECK(all[4] == R"({"result":[{"type":"integer","value":2}]})");
}

TEST_CASE("results carry type, value and path; an empty result is no error") {
  if (core() == nullptr) return;
  CHECK(answer("{\"expression\":\"name.given\",\"resource\":{\"resourceType\":\"Patient\","
               "\"name\":[{\"given\":[\"A\"]}]}}") ==
        R"({"result":[{"type":"string","value":"A","path":"Patient.name[0].given[0]"}]})");
  CHECK(answer(R"~({"expression":"{}"})~") == R"({"result":[]})");
  CHECK(answer(R"~({"expression":"1.50 | @2014 | 'a' | 4 'mg'"})~") ==
        R"({"result":[{"type":"decimal","value":1.50},{"type":"date","value":"2014"},)"
        R"({"type":"string","value":"a"},{"type":"Quantity","value":"4 'mg'"}]})");
}

TEST_CASE("the stage of an error is its code") {
  if (core() == nullptr) return;
  CHECK(answer(R"~({"expression":"foo","resource":{"resourceType":"Patient"}})~")
            .starts_with(R"({"error":{"code":"semantic")"));
  CHECK(answer(R"~({"expression":"foo","lenient":true,"resource":{"resourceType":"Patient"}})~") ==
        R"({"result":[]})");
  CHECK(answer(R"~({"expression":"(1|2).single()"})~")
            .starts_with(R"({"error":{"code":"execution")"));
  CHECK(answer(R"~({"expression":"(1|2).repeatAll($this)"})~")
            .starts_with(R"({"error":{"code":"too-costly")"));
}

TEST_CASE("conformsTo asks the validator") {
  if (core() == nullptr) return;
  auto say = [](std::string_view profile, std::string_view resource) {
    return answer(R"({"expression":"conformsTo('http://hl7.org/fhir/StructureDefinition/)" +
                  std::string(profile) + R"~(')","resource":)~" + std::string(resource) + "}");
  };
  const std::string yes = R"({"result":[{"type":"boolean","value":true}]})";
  const std::string no = R"({"result":[{"type":"boolean","value":false}]})";
  CHECK(say("Patient", R"({"resourceType":"Patient","gender":"male"})") == yes);
  CHECK(say("Patient", R"({"resourceType":"Patient","gendre":"male"})") == no);
  CHECK(say("Person", R"({"resourceType":"Patient","gender":"male"})") == no);
  CHECK(say("nobody", R"({"resourceType":"Patient"})").starts_with(R"({"error":)"));
}

TEST_CASE("variables, context, zone, XML and JSON that is no FHIR") {
  if (core() == nullptr) return;
  CHECK(answer(R"~({"expression":"%x + 1","variables":{"x":2}})~") ==
        R"({"result":[{"type":"integer","value":3}]})");
  CHECK(answer(R"~({"expression":"$this + 1","context":"a","resource":{"a":[1,2]}})~") ==
        R"({"result":[{"type":"integer","value":2},{"type":"integer","value":3}]})");
  CHECK(answer(R"~({"expression":"now().timezoneOffsetOf()","zone":"+11:00"})~") ==
        R"({"result":[{"type":"decimal","value":11.0}]})");
  CHECK(
      answer(
          R"~({"expression":"id","resource":"<Patient xmlns='http://hl7.org/fhir'><id value='q'/></Patient>"})~") ==
      R"({"result":[{"type":"id","value":"q","path":"Patient.id"}]})");
  CHECK(answer(R"~({"expression":"o","resource":{"o":{"a":1}}})~") ==
        R"({"result":[{"type":"Object","value":{"a":1},"path":"$this.o"}]})");
}
