// https://hl7.org/fhir/uv/bulkdata/STU2/export.html#endpoint---all-patients
// https://hl7.org/fhir/uv/bulkdata/STU2/export.html#endpoint---group-of-patients
#include "src/rest/bulk/patient_export.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <unordered_map>

#include "fhir/formats/json_document.h"
#include "src/access/guarded_query.h"
#include "src/access/limit.h"
#include "src/rest/bulk/deletions.h"
#include "src/rest/bulk/members.h"
#include "src/rest/bulk/provenances.h"
#include "src/rest/bulk/references.h"
#include "src/rest/bulk/supporting.h"

namespace server::rest {
namespace {

using search::Criterion;
using storage::Version;

constexpr std::size_t k_batch = 50;  // patients whose data is searched for at once

/// Patients whose data is found by one search.
struct Batch {
  std::vector<std::string> ids;
  bool is_new = false;  // whether they joined the group after _since
};

/// Types whose resources can be a patient's, Patient first. Provenances come with what they are
/// about.
std::vector<std::string_view> patient_types(const fhir::DefinitionStore& definitions) {
  std::vector<std::string_view> types{"Patient"};
  for (const std::string_view type : definitions.resource_types()) {
    if (type == "Patient" || type == "Provenance") continue;
    if (of_any_patient(type, definitions)) types.push_back(type);
  }
  return types;
}

class PatientExport {
 public:
  explicit PatientExport(ExportContext& context)
      : context_(context),
        types_(patient_types(context.definitions())),
        supporting_(context, types_) {}

  fhir::Result<void> run() {
    FHIR_CHECK(find_patients());
    for (const std::string_view type : types_) {
      const bool is_wanted = context_.is_wanted(type) || supporting_.is_wanted();
      if (!is_wanted || !context_.may_read(type)) continue;
      FHIR_CHECK(walk(type));
      if (context_.request.since_ms && context_.is_wanted(type)) FHIR_CHECK(tell_deleted(type));
    }
    return supporting_.write();
  }

 private:
  bool is_of_all() const {
    return context_.request.level == bulk::ExportLevel::patient &&
           context_.request.patients.empty();
  }

  void add_batches(const std::vector<std::string>& ids, bool is_new) {
    for (std::size_t from = 0; from < ids.size(); from += k_batch) {
      Batch batch;
      batch.is_new = is_new;
      for (std::size_t i = from; i < std::min(ids.size(), from + k_batch); ++i) {
        batch.ids.push_back(ids[i]);
        batch_of_.emplace(ids[i], batches_.size());
      }
      batches_.push_back(std::move(batch));
    }
  }

  fhir::Result<void> find_patients() {
    const bulk::ExportRequest& request = context_.request;
    std::vector<std::string> ids = request.patients;
    if (request.level != bulk::ExportLevel::group) {
      add_batches(ids, false);
      return {};
    }
    FHIR_TRY(reader, context_.moment.present());
    FHIR_TRY(members, patients_of_group(*reader, request.group, request.accepted_ms));
    if (ids.empty()) {
      ids.assign(members.begin(), members.end());
    } else {
      std::erase_if(ids, [&](const std::string& id) { return members.count(id) == 0; });
    }
    std::vector<std::string> added;
    if (request.since_ms) FHIR_CHECK(find_added(ids, added));
    add_batches(added, true);  // first: what is of several is judged by the first
    add_batches(ids, false);
    return {};
  }

  /// "the server MAY return additional resources modified prior to the supplied time if the
  /// resources belong to the patient compartment of a patient added to the Group following the
  /// supplied time": they are, unless the token may not see what the group was.
  fhir::Result<void> find_added(std::vector<std::string>& ids, std::vector<std::string>& added) {
    const bulk::ExportRequest& request = context_.request;
    FHIR_TRY(reader, context_.moment.present());
    const auto then = patients_of_group_then(*reader, request.group, *request.since_ms);
    if (!then && then.error().type == fhir::IssueType::forbidden) return {};
    if (!then) return fhir::unexpected(then.error());
    std::erase_if(ids, [&](const std::string& id) {
      if (then->count(id) != 0) return false;
      added.push_back(id);
      return true;
    });
    return {};
  }

  /// All that the queries for one type have in common.
  fhir::Result<search::Query> query_of(std::string_view type) {
    search::Query query;
    query.resource_type = type;
    FHIR_TRY(filters, context_.filters(type));
    query.criteria = std::move(filters);
    return query;
  }

  fhir::Result<void> walk(std::string_view type) {
    spanning_.clear();
    if (type == "Group" && !is_of_all()) return write_group();
    if (is_of_all()) {
      FHIR_TRY(query, query_of(type));
      auto member = of_any_patient(type, context_.definitions());
      if (member && !member->parts.empty()) query.criteria.push_back(*std::move(member));
      // Whom the resources refer to counts, whenever they were changed.
      if (!supporting_.is_wanted()) add_times(context_, query);
      return pages(std::move(query), std::nullopt);
    }
    for (std::size_t i = 0; i < batches_.size(); ++i) {
      auto member = of_patients(type, batches_[i].ids, context_.definitions());
      if (!member) return {};
      FHIR_TRY(query, query_of(type));
      query.criteria.push_back(*std::move(member));
      if (!supporting_.is_wanted() && !batches_[i].is_new) add_times(context_, query);
      FHIR_CHECK(pages(std::move(query), i));
    }
    return {};
  }

  /// Of groups, the one that is exported: others name more than its members.
  fhir::Result<void> write_group() {
    if (context_.request.level != bulk::ExportLevel::group || !context_.is_wanted("Group"))
      return {};
    FHIR_TRY(query, query_of("Group"));
    query.criteria.push_back(
        of_ids("Group", std::span(&context_.request.group, 1), context_.definitions()));
    return pages(std::move(query), std::nullopt);
  }

  fhir::Result<void> pages(search::Query query, std::optional<std::size_t> batch) {
    return for_each_page(context_, std::move(query),
                         [&](storage::Page& page) { return take(page, batch); });
  }

  fhir::Result<void> take(storage::Page& page, std::optional<std::size_t> batch) {
    const bool is_new = batch && batches_[*batch].is_new;
    if (supporting_.wants_provenances()) FHIR_CHECK(find_provenances(page));
    for (const storage::Page::Entry& entry : page.entries) {
      const Version& version = entry.version;
      if (batch && batches_.size() > 1 && !is_first_time(version, *batch)) continue;
      FHIR_CHECK(supporting_.collect(version));
      if (context_.is_wanted(version.type) && context_.is_in_time(version, is_new))
        FHIR_CHECK(context_.write(version));
    }
    return {};
  }

  fhir::Result<void> find_provenances(const storage::Page& page) {
    std::vector<std::string> ids;
    for (const storage::Page::Entry& entry : page.entries) ids.push_back(entry.version.id);
    if (ids.empty()) return {};
    return for_each_provenance(
        context_, page.entries.front().version.type, ids,
        [&](const Version& provenance) { return supporting_.add("Provenance", provenance.id); });
  }

  /// A resource of several patients may be found for each. Only one that names members of more than
  /// one batch has to be remembered.
  bool is_first_time(const Version& version, std::size_t batch) {
    bool is_spanning = false;
    for_each_reference(version.body, context_.options.base_url,
                       [&](std::string_view type, std::string_view id, bool) {
                         if (type != "Patient" || version.type == "Patient") return;
                         const auto found = batch_of_.find(std::string(id));
                         if (found != batch_of_.end() && found->second != batch) is_spanning = true;
                       });
    return !is_spanning || spanning_.insert(version.id).second;
  }

  /// Whether a version was one of a patient of this export's.
  bool was_theirs(std::string_view type, const Version& version) const {
    if (type == "Patient") return is_of_all() || batch_of_.count(version.id) != 0;
    std::vector<std::string> named;
    for_each_reference(version.body, context_.options.base_url,
                       [&](std::string_view referred, std::string_view id, bool) {
                         if (referred != "Patient") return;
                         if (is_of_all() || batch_of_.count(std::string(id)) != 0)
                           named.emplace_back(id);
                       });
    const auto member =
        named.empty() ? std::nullopt : of_patients(type, named, context_.definitions());
    if (!member || context_.snapshot.extractor == nullptr) return false;
    const auto document = fhir::json::Document::read(version.body);
    if (!document) return false;
    const fhir::Element resource = fhir::root_element(document->root(), context_.definitions());
    return access::matches(*member, resource, *context_.snapshot.extractor).value_or(false);
  }

  fhir::Result<void> tell_deleted(std::string_view type) {
    if (type == "Group") return {};
    return write_deletions(context_, type,
                           [&](const Version& version) { return was_theirs(type, version); });
  }

  ExportContext& context_;
  const std::vector<std::string_view> types_;
  Supporting supporting_;
  std::vector<Batch> batches_;
  std::unordered_map<std::string, std::size_t> batch_of_;  // of a patient
  std::set<std::string> spanning_;                         // ids of the type that is walked
};

}  // namespace

fhir::Result<void> export_patients(ExportContext& context) { return PatientExport(context).run(); }

}  // namespace server::rest
