// The expansions published with R4, against what compose and our code systems give. Reads
// expansion_differences.txt: the ones that differ, each with a reason that is held against the
// package's own code systems; and expansions_not_held.txt: the code systems that others need.
#include <doctest/doctest.h>

#include <algorithm>
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

/// The second column of a data file by its first; what follows is for people.
std::map<std::string, std::string> read_rows(const std::string& file) {
  const std::string path = std::string(MEDISYNC_SOURCE_DIR) + "/tests/unit/terminology/" + file;
  std::ifstream in(path);
  REQUIRE_MESSAGE(in.good(), path);
  std::map<std::string, std::string> rows;
  for (std::string line; std::getline(in, line);) {
    if (line.empty() || line[0] == '#') continue;
    const std::size_t tab = line.find('\t');
    REQUIRE_MESSAGE(tab != std::string::npos, line);
    const std::size_t next = line.find('\t', tab + 1);
    rows[line.substr(0, tab)] = line.substr(tab + 1, next - tab - 1);
  }
  return rows;
}

std::set<std::string> split(const std::string& list) {
  std::set<std::string> parts;
  for (std::size_t at = 0; at <= list.size();) {
    const std::size_t end = std::min(list.find(' ', at), list.size());
    if (end > at) parts.insert(list.substr(at, end - at));
    at = end + 1;
  }
  return parts;
}

/// What a code system itself says of a code that the publisher left out.
std::set<std::string> standing_of(const std::string& url, const std::string& code) {
  const terminology::CodeSystem* system = core_terminology().code_system(url, {});
  const auto id = system != nullptr ? system->find(code) : terminology::k_no_concept;
  if (id == terminology::k_no_concept) return {"absent"};
  std::set<std::string> standing;
  if (system->at(id).is_abstract) standing.insert("heading");
  for (const terminology::Property& property : system->properties(id)) {
    if (property.code == "status") standing.emplace(property.value);
  }
  const auto* record = core_definitions()->record("CodeSystem", url);
  std::vector<terminology::ConceptId> line = system->ancestors(id);
  line.push_back(id);
  const bool is_tied = std::any_of(line.begin(), line.end(), [&](terminology::ConceptId above) {
    const std::string tie =
        R"("code":"child","valueCode":")" + std::string(system->at(above).code) + '"';
    return record != nullptr && record->json.find(tie) != std::string_view::npos;
  });
  if (is_tied) standing.insert("child");
  return standing;
}

/// Whether a row explains every code of a difference, each word of it at least one.
bool is_explained(const std::string& row, const Codes& ours, const Codes& theirs) {
  std::set<std::string> words = split(row), used;
  if (words.contains("by-hand")) return words.size() == 1;
  if (words.contains("cut")) return theirs.size() == 1000 && ours.size() > theirs.size();
  if (words.contains("no-list")) return theirs.empty() && ours.empty();
  for (const auto& item : theirs)
    if (!ours.contains(item)) return false;
  for (const auto& [system, code] : ours) {
    if (theirs.contains({system, code})) continue;
    bool has_reason = false;
    for (const std::string& word : standing_of(system, code)) {
      has_reason = has_reason || words.contains(word);
      if (words.contains(word)) used.insert(word);
    }
    CHECK_MESSAGE(has_reason, system << "|" << code << " is left out without a reason");
  }
  return used == words;
}

/// The code systems of a set of which no concepts are held, and the value sets that are unknown.
std::string not_held(const terminology::ValueSet& set) {
  std::set<std::string> missing;
  for (std::string_view system : set.systems()) {
    if (core_terminology().code_system(system, {}) == nullptr) missing.emplace(system);
  }
  for (const terminology::Clause& clause : set.includes()) {  // of another version
    if (missing.empty() && clause.code_system == nullptr && !clause.system.empty())
      missing.insert(std::string(clause.system) + "|" + std::string(clause.version));
  }
  std::string text;
  for (const std::string& system : missing) text += (text.empty() ? "" : " ") + system;
  return text;
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
  std::map<std::string, std::string> differences = read_rows("expansion_differences.txt");
  std::map<std::string, std::string> unheld = read_rows("expansions_not_held.txt");
  int equal = 0, different = 0, others = 0;
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
      ++others;
      const std::string missing = not_held(*set);
      CHECK_MESSAGE(!missing.empty(), url << ": " << set->problem()->diagnostics);
      CHECK_MESSAGE(unheld[url] == missing, url << "\t" << missing);
      unheld.erase(url);
      continue;
    }
    Codes theirs, ours;
    collect(*expansion, theirs);
    const auto members = set->members(k_limit);
    if (members) {
      for (const auto& member : *members) ours.emplace(member.system, member.code);
    }
    const bool agrees = members && ours == theirs;
    const auto row = differences.extract(url);
    const bool listed = !row.empty();
    agrees ? ++equal : ++different;
    if (agrees)
      CHECK_MESSAGE(!listed, url << " agrees now: remove it from expansion_differences.txt");
    else
      CHECK_MESSAGE((listed && is_explained(row.mapped(), ours, theirs)),
                    url << ":" << (members ? describe(ours, theirs) : members.error().diagnostics));
  }
  for (const auto& [url, reason] : differences) FAIL_CHECK(url << " has no official expansion");
  for (const auto& [url, systems] : unheld) FAIL_CHECK(url << " needs nothing that is not held");
  MESSAGE("official expansions: " << equal << " equal, " << different << " differ for a reason, "
                                  << others << " need code systems that are not held");
  CHECK(equal > 400);
}
