// The terminology ecosystem's suite, by the operations that the server answers with. What is not
// passed stands in terminology_exclusions.txt with a reason, and a line there whose test passes is
// a failure. https://build.fhir.org/ig/HL7/fhir-tx-ecosystem-ig/
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <set>
#include <sstream>
#include <string>

#include "conformance/suite_files.h"
#include "conformance/terminology_compare.h"
#include "conformance/terminology_json.h"
#include "conformance/terminology_versions.h"
#include "src/operations/operation.h"
#include "src/rest/status.h"
#include "src/rest/terminology_capabilities.h"
#include "unit/terminology/core_definitions.h"

namespace {

namespace fs = std::filesystem;
using terminology_suite::Json;

Json read_json(const fs::path& file) {
  std::ifstream in(file);
  REQUIRE_MESSAGE(in.good(), file.string() << " is missing");
  std::stringstream text;
  text << in.rdbuf();
  std::string content = text.str();
  if (content.starts_with("\xef\xbb\xbf")) content.erase(0, 3);
  const auto document = fhir::json::Document::read(std::move(content));
  REQUIRE_MESSAGE(document, file.string());
  return Json::of(document->root());
}

struct Answer {
  unsigned status = 200;
  std::string body;
};

class Runner {
 public:
  explicit Runner(fs::path suite) : suite_(std::move(suite)) {
    services_.definitions = core_definitions();
    services_.terminology = {std::shared_ptr<void>(), &core_terminology()};
  }

  /// What is wrong with the answer; empty when nothing is.
  std::string run(const Json& group, const Json& test) {
    const Answer answer = ask(group, test);
    const std::string_view code = test.string_at("http-code");
    const char wanted = code.empty() ? '2' : code[0];
    const std::string status = std::to_string(answer.status);
    if (status[0] != wanted) return "is answered by " + status + ": " + answer.body.substr(0, 500);
    const auto document = fhir::json::Document::read(answer.body);
    if (!document) return "is no JSON";
    Json actual = Json::of(document->root());
    Json expected = read_json(suite_ / test.string_at("response"));
    terminology_suite::lift_properties(actual);
    terminology_suite::drop_uncompared(actual);
    terminology_suite::drop_uncompared(expected);
    if (leaves_locations_out(group.string_at("name")))
      terminology_suite::drop_repeated_locations(actual);
    // Of the capabilities the suite names the least that is needed.
    if (test.string_at("operation") == "term-caps") keep_named(expected, actual);
    return terminology_suite::difference(expected, actual, std::string());
  }

 private:
  /// Issue.location, deprecated in R4, names the same place as issue.expression. These suites,
  /// which were added last, have it in none of their answers; the others have it in each.
  static bool leaves_locations_out(std::string_view suite) {
    return suite == "permutations" || suite == "overload" || suite == "regex-bad";
  }

  static void keep_named(const Json& expected, Json& actual) {
    std::erase_if(actual.members,
                  [&](const auto& member) { return expected.find(member.first) == nullptr; });
    for (const auto& [name, value] : expected.members) {
      Json* own = actual.find(name);
      if (own == nullptr) continue;
      if (value.is_object()) keep_named(value, *own);
      if (!value.is_array()) continue;
      std::erase_if(own->items, [&](Json& item) {
        const auto wanted =
            std::find_if(value.items.begin(), value.items.end(), [&](const Json& candidate) {
              return candidate.string_at("name") == item.string_at("name");
            });
        if (wanted != value.items.end()) keep_named(*wanted, item);
        return wanted == value.items.end();
      });
    }
  }

  Answer ask(const Json& group, const Json& test) {
    const std::string_view operation = test.string_at("operation");
    if (operation == "term-caps") {
      const server::rest::Options options;
      return {200, server::rest::terminology_capabilities(options, *services_.terminology, 0)};
    }
    const auto request = fhir::json::Document::read(parameters_of(group, test).written());
    REQUIRE(request);
    server::operations::Services services = services_;
    if (const Json* header = test.find("header"))
      services.expansion_codes_max = std::stoul(std::string(header->string_at("value")));
    server::operations::Invocation invocation;
    invocation.parameters = &*request;
    invocation.services = &services;
    invocation.accept_language = test.string_at("Accept-Language");
    static const std::map<std::string_view, std::pair<std::string_view, std::string_view>> k_names =
        {{"expand", {"ValueSet", "expand"}},
         {"validate-code", {"ValueSet", "validate-code"}},
         {"cs-validate-code", {"CodeSystem", "validate-code"}},
         {"lookup", {"CodeSystem", "lookup"}},
         {"translate", {"ConceptMap", "translate"}},
         {"batch-validate", {"ValueSet", "batch-validate-code"}}};
    const auto named = k_names.find(operation);
    REQUIRE_MESSAGE(named != k_names.end(), operation);
    invocation.resource_type = named->second.first;
    for (const auto& candidate : server::operations::all_operations()) {
      if (candidate.resource_type != named->second.first || candidate.name != named->second.second)
        continue;
      const auto result = candidate.run(invocation);
      if (result) return {200, *result};
      const server::rest::Failure failure{result.error()};
      return {server::rest::status_of(failure), server::rest::outcome_json(failure)};
    }
    FAIL("no such operation");
    return {};
  }

  Json parameters_of(const Json& group, const Json& test) {
    Json request = read_json(suite_ / test.string_at("request"));
    Json* list = request.find("parameter");
    REQUIRE(list != nullptr);
    const std::string_view profile = test.string_at("profile");
    const Json more = read_json(suite_ / (profile.empty() ? "parameters-default.json" : profile));
    const Json* added = more.find("parameter");
    list->items.insert(list->items.end(), added->items.begin(), added->items.end());
    const Json* setup = group.find("setup");
    for (const Json& file : setup != nullptr ? setup->items : std::vector<Json>{}) {
      Json parameter;
      parameter.kind = fhir::json::Kind::object;
      parameter.set("name", Json::string("tx-resource"));
      parameter.set("resource", read_json(suite_ / file.text));
      list->items.push_back(std::move(parameter));
    }
    terminology_suite::bring_down(request);
    return request;
  }

  fs::path suite_;
  server::operations::Services services_;
};

}  // namespace

TEST_CASE("the terminology suite passes but for what is excluded with a reason") {
  const fs::path suite = suites::shared_folder() / "suites/terminology";
  if (!fs::exists(suite)) {
    MESSAGE("skipped: " << suite << " is missing");
    return;
  }
  const auto exclusions = suites::read_exclusions(fs::path(MEDISYNC_SOURCE_DIR) /
                                                  "tests/conformance/terminology_exclusions.txt");
  const Json index = read_json(suite / "test-cases.json");
  Runner runner(suite);
  std::size_t count = 0, passed = 0, excluded = 0;
  std::set<std::string> met;
  for (const Json& group : index.find("suites")->items) {
    for (const Json& test : group.find("tests")->items) {
      std::string key =
          std::string(group.string_at("name")) + "/" + std::string(test.string_at("name"));
      if (!met.insert(key).second) key += "#2";
      const std::string problem = runner.run(group, test);
      const bool is_excluded = exclusions.count(key) != 0;
      ++count;
      met.insert(key);
      if (problem.empty()) {
        ++passed;
        CHECK_MESSAGE(!is_excluded, "passes, take its line out: " << key);
      } else if (is_excluded) {
        ++excluded;
      } else {
        FAIL_CHECK(key << "\t" << problem);
      }
    }
  }
  CHECK(count > 0);
  for (const auto& [key, reason] : exclusions)
    CHECK_MESSAGE(met.count(key) != 0, "excluded, and not in the suite: " << key);
  std::cout << "terminology suite: run " << count << ", passed " << passed << ", excluded "
            << excluded << "\n";
}
