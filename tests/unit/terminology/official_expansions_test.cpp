// The expansions published with R4, against what compose and our code systems give. Reads
// expansion_differences.txt: the ones that differ, each with its reason.
#include <doctest/doctest.h>

#include <fstream>
#include <map>
#include <set>
#include <string>

#include "core_definitions.h"
#include "fhir/formats/json_document.h"
#include "terminology/value_set.h"

namespace {

using fhir::json::Value;
using Codes = std::set<std::pair<std::string, std::string>>;

constexpr std::size_t k_limit = 200'000;

void collect(const Value& owner, Codes& out) {
  const Value* list = owner.find("contains");
  if (list == nullptr) return;
  for (const Value& item : list->items()) {
    if (item.find("code")) out.emplace(item.string_at("system"), item.string_at("code"));
    collect(item, out);
  }
}

std::map<std::string, std::string> read_differences() {
  const std::string path =
      std::string(MEDISYNC_SOURCE_DIR) + "/tests/unit/terminology/expansion_differences.txt";
  std::ifstream in(path);
  REQUIRE_MESSAGE(in.good(), path);
  std::map<std::string, std::string> differences;
  for (std::string line; std::getline(in, line);) {
    if (line.empty() || line[0] == '#') continue;
    const std::size_t tab = line.find('\t');
    REQUIRE_MESSAGE(tab != std::string::npos, line);
    differences[line.substr(0, tab)] = line.substr(tab + 1);
  }
  return differences;
}

std::string describe(const Codes& ours, const Codes& theirs) {
  std::string text;
  int shown = 0;
  for (const auto& [system, code] : theirs)
    if (!ours.contains({system, code}) && ++shown < 6) text += " missing " + code;
  for (const auto& [system, code] : ours)
    if (!theirs.contains({system, code}) && ++shown < 12) text += " extra " + code;
  return text;
}

}  // namespace

TEST_CASE("Official expansions whose code systems are held have the same codes as ours") {
  const auto& terminology = core_terminology();
  std::map<std::string, std::string> differences = read_differences();
  int equal = 0, different = 0, not_held = 0;
  for (const fhir::ConformanceRecord& record : core_definitions()->records("ValueSet")) {
    if (record.json.find("\"expansion\":{") == std::string_view::npos) continue;
    const auto document = fhir::json::Document::read(std::string(record.json));
    REQUIRE(document);
    const Value* expansion = document->root().find("expansion");
    if (expansion == nullptr) continue;
    const std::string url(record.url);
    const terminology::ValueSet* set = terminology.find_value_set(url);
    REQUIRE_MESSAGE(set != nullptr, url);
    if (!set->is_decidable()) {
      ++not_held;
      continue;
    }
    Codes theirs, ours;
    collect(*expansion, theirs);
    const auto members = set->members(k_limit);
    if (members) {
      for (const auto& member : *members) ours.emplace(member.system, member.code);
    }
    const bool agrees = members && ours == theirs;
    const bool listed = differences.erase(url) == 1;
    agrees ? ++equal : ++different;
    if (agrees)
      CHECK_MESSAGE(!listed, url << " agrees now: remove it from expansion_differences.txt");
    else
      CHECK_MESSAGE(listed,
                    url << ":" << (members ? describe(ours, theirs) : members.error().diagnostics));
  }
  for (const auto& [url, reason] : differences) FAIL_CHECK(url << " has no official expansion");
  MESSAGE("official expansions: " << equal << " equal, " << different << " differ for a reason, "
                                  << not_held << " need code systems that are not held");
  CHECK(equal > 400);
}
