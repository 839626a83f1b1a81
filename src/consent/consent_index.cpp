#include "src/consent/consent_index.h"

#include <algorithm>
#include <chrono>

#include "fhir/formats/json_document.h"

namespace server::consent {
namespace {

constexpr std::chrono::seconds k_read_within{10};
constexpr std::uint32_t k_page = 500;

std::string reference_at(const fhir::json::Value& resource, std::string_view name) {
  const fhir::json::Value* reference = resource.find(name);
  return reference != nullptr ? std::string(reference->string_at("reference")) : std::string();
}

}  // namespace

fhir::Result<void> ConsentIndex::load() {
  FHIR_TRY(reader, store_.reader(std::chrono::steady_clock::time_point::max()));
  for (const std::string_view type : {"Consent", "PractitionerRole"}) {
    search::Query query;
    query.resource_type = type;
    query.count = k_page;
    for (;;) {
      FHIR_TRY(page, reader->search(query));
      for (const storage::Page::Entry& entry : page.entries)
        put(type, entry.version.id, &entry.version);
      if (page.next_cursor.empty()) break;
      query.cursor = page.next_cursor;
    }
  }
  return {};
}

void ConsentIndex::put(std::string_view type, const std::string& id,
                       const storage::Version* version) {
  std::shared_ptr<const Directive> directive;
  std::optional<Role> role;
  if (version != nullptr) {
    const auto document = fhir::json::Document::read(version->body);
    if (document && type == "Consent") {
      if (auto read = read_directive(document->root(), version->version_id, base_url_))
        directive = std::make_shared<const Directive>(*std::move(read));
    } else if (document && document->root().find("active") != nullptr &&
               document->root().find("active")->text() == "false") {
      role.reset();
    } else if (document) {
      role = Role{reference_at(document->root(), "practitioner"),
                  reference_at(document->root(), "organization")};
    }
  }
  if (type == "Consent") {
    put_consent(id, std::move(directive));
  } else {
    put_role(id, std::move(role));
  }
}

void ConsentIndex::put_consent(const std::string& id, std::shared_ptr<const Directive> directive) {
  const std::unique_lock lock(mutex_);
  const auto change = [&](const std::string& patient, std::shared_ptr<const Directive> added) {
    auto& current = by_patient_[patient];
    auto next = std::make_shared<Directives>(current ? *current : Directives());
    std::erase_if(*next, [&](const auto& one) { return one->id == id; });
    if (added) next->push_back(std::move(added));
    if (next->empty()) {
      by_patient_.erase(patient);
    } else {
      current = std::move(next);
    }
  };
  const auto earlier = by_id_.find(id);
  if (earlier == by_id_.end() && !directive) return;
  if (earlier != by_id_.end()) change(std::string(earlier->second->patient), nullptr);
  if (directive) {
    change(directive->patient, directive);
    by_id_[id] = std::move(directive);
  } else {
    by_id_.erase(earlier);
  }
  count_.store(by_id_.size(), std::memory_order_release);
  generation_.fetch_add(1, std::memory_order_acq_rel);
}

void ConsentIndex::put_role(const std::string& id, std::optional<Role> role) {
  const std::unique_lock lock(mutex_);
  if (const auto earlier = roles_.find(id); earlier != roles_.end()) {
    auto& ids = roles_of_[earlier->second.practitioner];
    ids.erase(id);
    if (ids.empty()) roles_of_.erase(earlier->second.practitioner);
    roles_.erase(earlier);
  }
  if (role && !role->practitioner.empty()) {
    roles_of_[role->practitioner].insert(id);
    roles_[id] = *std::move(role);
  }
  generation_.fetch_add(1, std::memory_order_acq_rel);
}

void ConsentIndex::refresh(std::string_view type, std::string_view id,
                           const storage::Written& written) {
  // One at a time, each what is committed by then: of two writes the later is kept.
  const std::lock_guard lock(refreshing_);
  auto version = store_.read(type, id, std::chrono::steady_clock::now() + k_read_within);
  if (version) return put(type, std::string(id), &*version);
  const bool is_gone = version.error().type == fhir::IssueType::not_found ||
                       version.error().type == fhir::IssueType::deleted;
  if (is_gone || written.body.empty()) return put(type, std::string(id), nullptr);
  storage::Version known;
  known.version_id = written.version_id;
  known.body = written.body;
  put(type, std::string(id), &known);
}

std::shared_ptr<const Directives> ConsentIndex::of(std::string_view patient) const {
  const std::shared_lock lock(mutex_);
  const auto found = by_patient_.find(std::string(patient));
  return found == by_patient_.end() ? nullptr : found->second;
}

std::shared_ptr<const Directive> ConsentIndex::find(std::string_view consent) const {
  const std::shared_lock lock(mutex_);
  const auto found = by_id_.find(std::string(consent));
  return found == by_id_.end() ? nullptr : found->second;
}

void ConsentIndex::each(
    const std::function<void(const std::string&, const Directives&)>& visit) const {
  const std::shared_lock lock(mutex_);
  for (const auto& [patient, directives] : by_patient_) visit(patient, *directives);
}

std::vector<std::string> ConsentIndex::names_of(std::string_view fhir_user) const {
  std::vector<std::string> names;
  if (fhir_user.empty()) return names;
  names.emplace_back(fhir_user);
  const std::shared_lock lock(mutex_);
  const auto add = [&](const std::string& id) {
    const auto role = roles_.find(id);
    if (role == roles_.end()) return;
    names.push_back("PractitionerRole/" + id);
    if (!role->second.practitioner.empty()) names.push_back(role->second.practitioner);
    if (!role->second.organization.empty()) names.push_back(role->second.organization);
  };
  if (fhir_user.starts_with("PractitionerRole/"))
    add(std::string(fhir_user.substr(sizeof "PractitionerRole/" - 1)));
  if (const auto found = roles_of_.find(std::string(fhir_user)); found != roles_of_.end()) {
    for (const std::string& id : found->second) add(id);
  }
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

}  // namespace server::consent
