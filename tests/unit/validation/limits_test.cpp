// Nothing in a resource makes the validator slow, deep or large beyond its size.
#include <chrono>
#include <ctime>

#include "support.h"

namespace {

/// Repeats `item(i)` with commas.
template <class Item>
std::string list(int count, Item&& item) {
  std::string out;
  for (int i = 0; i < count; ++i) {
    if (i != 0) out += ',';
    out += item(std::to_string(i));
  }
  return out;
}

/// Of the processor: what else runs here counts for nothing.
std::chrono::milliseconds time_of(const std::string& json) {
  const auto document = test::read(json);
  const std::clock_t begin = std::clock();
  fhir::IssueList issues;
  test::validator().validate(document, {}, issues);
  return std::chrono::milliseconds((std::clock() - begin) * 1000 / CLOCKS_PER_SEC);
}

/// Time for ten times as much is about ten times the time, not a hundred times.
void check_grows_evenly(std::string (*make)(int count), int count) {
  const auto small = time_of(make(count));
  const auto large = time_of(make(count * 10));
  CAPTURE(small.count());
  CAPTURE(large.count());
  CHECK(large.count() < 40 * std::max<std::int64_t>(small.count(), 5));
}

std::string with_contained(int count) {
  return R"({"resourceType":"Patient","contained":[)" +
         list(count,
              [](const std::string& i) {
                return R"({"resourceType":"Organization","name":"x","id":"a)" + i + "\"}";
              }) +
         R"(],"generalPractitioner":[)" +
         list(count, [](const std::string& i) { return R"({"reference":"#a)" + i + "\"}"; }) + "]}";
}

std::string with_siblings(int count) {
  return R"({"resourceType":"Patient",)" +
         list(count, [](const std::string& i) { return "\"_a" + i + "\":{\"id\":\"x\"}"; }) + "}";
}

std::string with_extensions(int count) {
  return R"({"resourceType":"Patient","extension":[)" +
         list(count,
              [](const std::string& i) {
                return R"({"url":"http://unknown.net/)" + i + R"(","valueCode":"x"})";
              }) +
         "]}";
}

std::string with_ids(int count) {
  return R"({"resourceType":"Patient","name":[)" +
         list(count,
              [](const std::string& i) { return R"({"id":"n)" + i + R"(","family":"x"})"; }) +
         "]}";
}

std::string with_entries(int count) {
  return R"({"resourceType":"Bundle","type":"collection","entry":[)" +
         list(count,
              [](const std::string& i) {
                return R"({"fullUrl":"http://a.b/Patient/)" + i +
                       R"(","resource":{"resourceType":"Patient","id":")" + i +
                       R"(","link":[{"other":{"reference":"Patient/1"},"type":"seealso"}]}})";
              }) +
         "]}";
}

}  // namespace

TEST_CASE("time grows with the size of a resource, whatever is in it") {
  check_grows_evenly(with_contained, 1000);
  check_grows_evenly(with_siblings, 5000);
  check_grows_evenly(with_extensions, 5000);
  check_grows_evenly(with_ids, 5000);
  check_grows_evenly(with_entries, 1000);
}

TEST_CASE("extensions nested as deep as the reader allows are walked") {
  std::string json = R"({"resourceType":"Patient","active":true,"extension":[)";
  int depth = 0;
  for (; depth < 95; ++depth) json += R"({"url":"http://example.org/x","extension":[)";
  json += R"({"url":"a","valueCode":"x"})";
  for (int i = 0; i < depth; ++i) json += "]}";
  json += "]}";
  CHECK(test::validate(json).errors() == 0);
}

TEST_CASE("bundles within bundles are walked") {
  std::string json = R"({"resourceType":"Patient","active":true})";
  for (int i = 0; i < 50; ++i)
    json =
        R"({"resourceType":"Bundle","type":"collection","entry":[{"fullUrl":"urn:uuid:c757873d-ec9a-4326-a141-556f43239520","resource":)" +
        json + "}]}";
  CHECK(test::validate(json).errors() == 0);
}

TEST_CASE("the least severity that is told leaves the verdict as it is") {
  const std::string bad =
      R"({"resourceType":"Patient","gender":"none","identifier":[{"type":{"coding":[)"
      R"({"system":"http://example.org/s","code":"x"}]}}]})";
  const auto all = test::validate(bad);
  CHECK(all.all().size() > all.errors());
  CHECK(all.errors() == 1);
  fhir::validation::Options options;
  options.least = fhir::Severity::error;
  const auto errors = test::validate(bad, options);
  CHECK(errors.all().size() == 1);
  CHECK(errors.error().expression == "Patient.gender");
}
