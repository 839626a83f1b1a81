#include "src/web/store_directory.h"

#include <chrono>
#include <utility>

#include "fhir/formats/json_document.h"
#include "src/rest/context.h"
#include "src/search/query_parser.h"

namespace server::web {
namespace {

using Parameters = std::vector<std::pair<std::string, std::string>>;
using fhir::json::Value;

std::chrono::steady_clock::time_point deadline() {
  return std::chrono::steady_clock::now() + std::chrono::seconds(10);
}

/// A value in which commas, bars and dollars stand for themselves.
std::string literal(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == ',' || c == '|' || c == '$' || c == '\\') out += '\\';
    out += c;
  }
  return out;
}

std::string name_of(const Value& patient) {
  const Value* names = patient.find("name");
  if (names == nullptr || names->items().empty()) return {};
  const Value& name = names->items().front();
  if (!name.string_at("text").empty()) return std::string(name.string_at("text"));
  std::string text;
  if (const Value* given = name.find("given")) {
    for (const Value& one : given->items()) text.append(one.string()).append(" ");
  }
  return text.append(name.string_at("family"));
}

security::PatientChoice choice_of(const storage::Version& version) {
  security::PatientChoice choice;
  choice.id = version.id;
  const auto document = fhir::json::Document::read(version.body);
  if (!document) return choice;
  choice.name = name_of(document->root());
  choice.birth_date = document->root().string_at("birthDate");
  return choice;
}

fhir::Result<storage::Page> search(const rest::Snapshot& snapshot, std::string_view type,
                                   const Parameters& parameters) {
  auto query = search::parse_query(type, parameters, snapshot.definitions());
  if (!query) return fhir::unexpected(std::move(query).error().front());
  FHIR_TRY(reader, snapshot.store().reader(deadline()));
  return reader->search(*query);
}

}  // namespace

fhir::Result<std::vector<security::PatientChoice>> StoreDirectory::find(std::string_view name,
                                                                        std::uint32_t limit) {
  const auto snapshot = snapshots_.latest();
  Parameters parameters = {{"_count", std::to_string(limit)}};
  if (!name.empty()) parameters.emplace_back("name", literal(name));
  FHIR_TRY(page, search(*snapshot, "Patient", parameters));
  std::vector<security::PatientChoice> choices;
  for (const storage::Page::Entry& entry : page.entries)
    choices.push_back(choice_of(entry.version));
  return choices;
}

fhir::Result<std::vector<security::PatientChoice>> StoreDirectory::read(
    std::span<const std::string> ids) {
  const auto snapshot = snapshots_.latest();
  std::vector<security::PatientChoice> choices;
  for (const std::string& id : ids) {
    auto version = snapshot->store().read("Patient", id, deadline());
    if (version) {
      choices.push_back(choice_of(*version));
    } else if (version.error().type != fhir::IssueType::not_found &&
               version.error().type != fhir::IssueType::deleted) {
      return fhir::unexpected(std::move(version).error());
    }
  }
  return choices;
}

fhir::Result<std::vector<security::EncounterChoice>> StoreDirectory::encounters(
    std::string_view patient, std::uint32_t limit) {
  const auto snapshot = snapshots_.latest();
  FHIR_TRY(page, search(*snapshot, "Encounter",
                        {{"patient", "Patient/" + std::string(patient)},
                         {"_sort", "-date"},
                         {"_count", std::to_string(limit)}}));
  std::vector<security::EncounterChoice> choices;
  for (const storage::Page::Entry& entry : page.entries) {
    security::EncounterChoice choice{entry.version.id, entry.version.id};
    if (const auto document = fhir::json::Document::read(entry.version.body)) {
      const Value& root = document->root();
      if (const Value* period = root.find("period"))
        choice.text.append(", ").append(period->string_at("start"));
      choice.text.append(", ").append(root.string_at("status"));
    }
    choices.push_back(std::move(choice));
  }
  return choices;
}

}  // namespace server::web
