// https://hl7.org/fhir/R4/terminology-service.html#closure
#include "src/operations/closure.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <map>
#include <mutex>
#include <vector>

#include "fhir/formats/json_writer.h"
#include "src/operations/parameters.h"
#include "src/storage/store.h"
#include "terminology/code_system.h"
#include "terminology/terminology.h"

namespace server::operations {
namespace {

using fhir::IssueType;
using fhir::make_issue;
using fhir::unexpected;
using fhir::json::Builder;
using fhir::json::Document;
using fhir::json::Value;
using terminology::CodeSystem;
using terminology::ConceptId;

constexpr std::size_t k_concepts_max = 10'000;  // of one table
constexpr std::size_t k_tables_max = 1'000;     // of one server
constexpr std::string_view k_register = "closure-tables";
constexpr std::size_t k_name_bytes_max = 200;
constexpr std::chrono::seconds k_wait{10};  // for a connection

struct Member {
  std::string system, version, code;
  std::uint64_t since = 0;  // version of the table that it came with
};

struct Table {
  std::uint64_t version = 0;
  std::vector<Member> members;
};

/// Tables are read, changed and written whole: one change at a time.
std::mutex& changes() {
  static std::mutex mutex;
  return mutex;
}

std::string note_name(std::string_view name) { return "closure/" + std::string(name); }

std::string written(const Table& table) {
  std::string text;
  Builder out(text);
  out.begin_object().number("version", static_cast<long long>(table.version));
  out.key("members").begin_array();
  for (const Member& member : table.members) {
    out.begin_object().string("system", member.system).string("version", member.version);
    out.string("code", member.code).number("since", static_cast<long long>(member.since));
    out.end_object();
  }
  out.end_array().end_object();
  return text;
}

std::uint64_t number_of(const Value* value) {
  std::uint64_t number = 0;
  if (value != nullptr) {
    const std::string_view text = value->text();
    std::from_chars(text.data(), text.data() + text.size(), number);
  }
  return number;
}

fhir::Result<Table> read_table(std::string text) {
  FHIR_TRY(document, Document::read(std::move(text)));
  Table table{.version = number_of(document.root().find("version"))};
  const Value* members = document.root().find("members");
  if (members == nullptr) return table;
  for (const Value& member : members->items())
    table.members.push_back(
        {std::string(member.string_at("system")), std::string(member.string_at("version")),
         std::string(member.string_at("code")), number_of(member.find("since"))});
  return table;
}

fhir::Result<Table> stored_table(storage::Store& store, std::string_view name) {
  FHIR_TRY(reader, store.reader(std::chrono::steady_clock::now() + k_wait));
  FHIR_TRY(note, reader->note(note_name(name)));
  if (!note)
    return unexpected(make_issue(IssueType::not_found,
                                 "There is no closure table " + std::string(name) +
                                     ": it is begun by a request with its name and no concept"));
  return read_table(*std::move(note));
}

/// Notes the name of a new table. Tables are never dropped: who keeps one may come back for it.
///
/// errors   too-costly: there are k_tables_max of other names
fhir::Result<void> enter_register(storage::Store& store, std::string_view name) {
  FHIR_TRY(reader, store.reader(std::chrono::steady_clock::now() + k_wait));
  FHIR_TRY(note, reader->note(k_register));
  std::vector<std::string> names;
  if (note) {
    FHIR_TRY(document, Document::read(*std::move(note)));
    for (const Value& item : document.root().items()) names.emplace_back(item.string());
  }
  if (std::find(names.begin(), names.end(), name) != names.end()) return {};
  if (names.size() >= k_tables_max)
    return unexpected(make_issue(IssueType::too_costly,
                                 "This server keeps at most " + std::to_string(k_tables_max) +
                                     " closure tables: use one of those that there are"));
  names.emplace_back(name);
  std::string text;
  Builder out(text);
  out.begin_array();
  for (const std::string& item : names) out.string(item);
  out.end_array();
  return store.put_note(k_register, text);
}

/// Where a code stands; its system outlives the request.
struct Place {
  const CodeSystem* system = nullptr;
  ConceptId id = terminology::k_no_concept;
};

fhir::Result<Place> place_of(const Services& services, const Member& member) {
  const CodeSystem* system = services.terminology->code_system(member.system, member.version);
  if (system == nullptr)
    return unexpected(
        make_issue(IssueType::not_found, "The code system " + member.system + " is not held here"));
  const ConceptId id = system->find(member.code);
  if (id == terminology::k_no_concept)
    return unexpected(make_issue(fhir::Situation::unprocessable, IssueType::code_invalid,
                                 "The code '" + member.code + "' is not in " + member.system));
  return Place{system, id};
}

fhir::Result<void> add(const Services& services, const Parameters& parameters, Table& table) {
  ++table.version;
  for (const Value* parameter : parameters.all("concept")) {
    const Value* value = value_of(*parameter);
    if (value == nullptr) return unexpected(make_issue(IssueType::value, "A concept is a Coding"));
    const fhir::Coding coding = coding_of(*value);
    Member member{std::string(coding.system), std::string(coding.version), std::string(coding.code),
                  table.version};
    FHIR_CHECK(place_of(services, member));
    const bool is_known =
        std::any_of(table.members.begin(), table.members.end(), [&](const Member& other) {
          return other.system == member.system && other.code == member.code;
        });
    if (is_known) continue;
    if (table.members.size() == k_concepts_max)
      return unexpected(make_issue(
          IssueType::too_costly,
          "A closure table has at most " + std::to_string(k_concepts_max) + " concepts"));
    table.members.push_back(std::move(member));
  }
  return {};
}

/// "subsumes: the target mapping subsumes the meaning of the source concept": the pairs of which
/// at least one came after a version.
fhir::Result<std::string> pairs_since(const Services& services, std::string_view name,
                                      const Table& table, std::uint64_t since) {
  std::vector<Place> places;
  for (const Member& member : table.members) {
    FHIR_TRY(place, place_of(services, member));
    places.push_back(place);
  }
  std::map<std::string_view, std::map<std::size_t, std::vector<std::size_t>>> found;
  for (std::size_t below = 0; below < places.size(); ++below) {
    for (std::size_t above = 0; above < places.size(); ++above) {
      if (below == above || places[below].system != places[above].system) continue;
      if (std::max(table.members[below].since, table.members[above].since) <= since) continue;
      const CodeSystem& system = *places[below].system;
      if (terminology::compare(system, places[above].id, places[below].id) ==
          terminology::Subsumption::subsumes)
        found[table.members[below].system][below].push_back(above);
    }
  }
  std::string text;
  Builder out(text);
  out.begin_object().string("resourceType", "ConceptMap");
  out.string("version", std::to_string(table.version)).string("name", name);
  out.string("status", "active").boolean("experimental", true);
  if (!found.empty()) out.key("group").begin_array();
  for (const auto& [system, elements] : found) {
    out.begin_object().string("source", system).string("target", system);
    out.key("element").begin_array();
    for (const auto& [below, targets] : elements) {
      out.begin_object().string("code", table.members[below].code).key("target").begin_array();
      for (std::size_t above : targets)
        out.begin_object()
            .string("code", table.members[above].code)
            .string("equivalence", "subsumes")
            .end_object();
      out.end_array().end_object();
    }
    out.end_array().end_object();
  }
  if (!found.empty()) out.end_array();
  out.end_object();
  return text;
}

}  // namespace

fhir::Result<std::string> closure(const Invocation& invocation) {
  const Parameters parameters(invocation.parameters);
  const Services& services = *invocation.services;
  const std::string_view name = parameters.text("name");
  if (name.empty() || name.size() > k_name_bytes_max)
    return unexpected(make_issue(
        name.empty() ? IssueType::required : IssueType::too_long,
        "A closure table has a name of at most " + std::to_string(k_name_bytes_max) + " bytes"));
  const bool adds = parameters.has("concept");
  const bool replays = parameters.has("version");
  if (adds && replays)
    return unexpected(make_issue(IssueType::invalid, "Give either concepts or a version"));
  if (parameters.all("concept").size() > k_concepts_max)
    return unexpected(make_issue(IssueType::too_costly,
                                 "More than " + std::to_string(k_concepts_max) + " concepts"));
  const std::lock_guard lock(changes());
  Table table;
  std::uint64_t since = 0;
  if (adds || replays) {
    FHIR_TRY(stored, stored_table(*services.store, name));
    table = std::move(stored);
    since = table.version;
  }
  if (replays) {
    FHIR_TRY(asked, parameters.count("version"));
    if (*asked > table.version)
      return unexpected(make_issue(
          IssueType::value, "The closure table is of version " + std::to_string(table.version)));
    return pairs_since(services, name, table, *asked);
  }
  if (adds) FHIR_CHECK(add(services, parameters, table));
  if (!adds && !replays) FHIR_CHECK(enter_register(*services.store, name));
  FHIR_TRY(answer, pairs_since(services, name, table, since));
  FHIR_CHECK(services.store->put_note(note_name(name), written(table)));
  return answer;
}

}  // namespace server::operations
