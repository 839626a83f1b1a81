#include "src/web/store_directory.h"

#include <chrono>
#include <utility>

#include "fhir/formats/json_document.h"
#include "src/access/guarded_store.h"
#include "src/rest/context.h"
#include "src/search/query_parser.h"
#include "src/security/users.h"

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

/// The store as the user may see it.
class View {
 public:
  /// patient   of an emergency that is about one; may be empty
  View(const rest::Snapshot& snapshot, const rest::Options& options, const security::User& user,
       security::Glass glass, std::string_view patient = {})
      : snapshot_(snapshot),
        access_(make_access(snapshot, options, user, glass, patient)),
        store_(snapshot.store(), access_) {}

  storage::Store& store() { return store_; }

  fhir::Result<storage::Page> search(std::string_view type, const Parameters& parameters) {
    auto query = search::parse_query(type, parameters, snapshot_.definitions());
    if (!query) return fhir::unexpected(std::move(query).error().front());
    FHIR_TRY(reader, store_.reader(deadline()));
    return reader->search(*query);
  }

 private:
  static access::Access make_access(const rest::Snapshot& snapshot, const rest::Options& options,
                                    const security::User& user, security::Glass glass,
                                    std::string_view patient) {
    auto identity = std::make_shared<access::Identity>();
    identity->fhir_user = user.fhir_user;
    identity->role = user.role;
    identity->is_patient_user = user.is_patient();
    identity->user_patients = user.patients;
    identity->scopes = security::parse_scopes("user/*.rs");
    identity->is_emergency = glass == security::Glass::broken;
    if (identity->is_emergency) identity->patient = patient;
    // Which patient it is about is only chosen here.
    const bool is_bound = options.bounds != nullptr && !identity->is_emergency;
    return access::Access(std::move(identity), snapshot.definitions(), snapshot.extractor.get(),
                          is_bound ? options.bounds : nullptr, snapshot.policies.get());
  }

  const rest::Snapshot& snapshot_;
  const access::Access access_;
  access::GuardedStore store_;
};

}  // namespace

fhir::Result<std::vector<security::PatientChoice>> StoreDirectory::find(const security::User& user,
                                                                        std::string_view name,
                                                                        std::uint32_t limit,
                                                                        security::Glass glass) {
  const auto snapshot = snapshots_.latest();
  Parameters parameters = {{"_count", std::to_string(limit)}};
  if (!name.empty()) parameters.emplace_back("name", literal(name));
  FHIR_TRY(page, View(*snapshot, options_, user, glass).search("Patient", parameters));
  std::vector<security::PatientChoice> choices;
  for (const storage::Page::Entry& entry : page.entries)
    choices.push_back(choice_of(entry.version));
  return choices;
}

fhir::Result<std::vector<security::PatientChoice>> StoreDirectory::read(
    const security::User& user, std::span<const std::string> ids, security::Glass glass) {
  const auto snapshot = snapshots_.latest();
  View view(*snapshot, options_, user, glass,
            ids.size() == 1 ? std::string_view(ids.front()) : std::string_view());
  std::vector<security::PatientChoice> choices;
  for (const std::string& id : ids) {
    auto version = view.store().read("Patient", id, deadline());
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
    const security::User& user, std::string_view patient, std::uint32_t limit,
    security::Glass glass) {
  const auto snapshot = snapshots_.latest();
  FHIR_TRY(page, View(*snapshot, options_, user, glass, patient)
                     .search("Encounter", {{"patient", "Patient/" + std::string(patient)},
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
