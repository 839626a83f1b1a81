#include "src/consent/consent_index.h"

#include <algorithm>
#include <chrono>

#include "fhir/formats/json_document.h"

namespace server::consent {
namespace {

constexpr std::chrono::seconds k_read_within{10};
constexpr std::uint32_t k_page = 500;
constexpr std::size_t k_askers_max = 10'000;

/// Type and id; nothing where the name is no reference to a resource here.
std::optional<std::pair<std::string_view, std::string_view>> reference_in(std::string_view name) {
  const std::size_t slash = name.find('/');
  const bool is_local = slash != std::string_view::npos && slash > 0 && name[0] >= 'A' &&
                        name[0] <= 'Z' && name.find_first_of(":|") == std::string_view::npos;
  if (!is_local) return std::nullopt;
  return std::pair(name.substr(0, slash), name.substr(slash + 1));
}

bool is_of(std::string_view name, bool (*is_meant)(std::string_view)) {
  const auto reference = reference_in(name);
  return reference && is_meant(reference->first);
}

bool is_gone(const fhir::Issue& issue) {
  return issue.type == fhir::IssueType::not_found || issue.type == fhir::IssueType::deleted;
}

Membership read_membership(std::string_view type, std::string_view id,
                           const storage::Version* version, std::string_view base_url) {
  if (version != nullptr) {
    if (const auto document = fhir::json::Document::read(version->body))
      return membership_of(type, id, &document->root(), base_url);
  }
  return membership_of(type, id, nullptr, base_url);
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
  if (type != "Consent") {
    read_members(put_members(std::string(type).append("/").append(id),
                             read_membership(type, id, version, base_url_)));
    generation_.fetch_add(1, std::memory_order_acq_rel);
    return;
  }
  std::shared_ptr<const Directive> directive;
  if (version != nullptr) {
    const auto document = fhir::json::Document::read(version->body);
    if (document) {
      if (auto read = read_directive(document->root(), version->version_id, base_url_))
        directive = std::make_shared<const Directive>(*std::move(read));
    }
  }
  put_consent(id, std::move(directive));
}

void ConsentIndex::put_consent(const std::string& id, std::shared_ptr<const Directive> directive) {
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
  if (directive) {
    std::set<std::string> named = actors_of(*directive);
    std::erase_if(named, [](const std::string& name) { return !is_of(name, has_members); });
    read_members(named);
  }
  const std::unique_lock lock(mutex_);
  const auto earlier = by_id_.find(id);
  if (earlier == by_id_.end() && !directive) return;
  if (earlier != by_id_.end()) {
    for (const std::string& actor : actors_of(*earlier->second)) {
      if (--used_[actor] == 0) used_.erase(actor);
    }
  }
  if (directive) {
    for (const std::string& actor : actors_of(*directive)) ++used_[actor];
  }
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

/// The teams within it that it names.
std::set<std::string> ConsentIndex::put_members(const std::string& name,
                                                Membership membership) const {
  std::set<std::string> within;
  for (const Link& link : membership.links) {
    if (link.to == name && is_of(link.from, has_members)) within.insert(link.from);
  }
  const std::unique_lock lock(mutex_);
  members_.put(name, std::move(membership));
  return within;
}

/// Those that were not read yet, and the teams within. A team that cannot be read is unclear until
/// it is written anew. What is known of anybody else stays as it is.
///
/// returns   of the others those that cannot be read now: nothing is known of them
std::set<std::string> ConsentIndex::read_members(std::set<std::string> names) const {
  std::set<std::string> unreadable;
  while (!names.empty()) {
    const std::string name = std::move(names.extract(names.begin()).value());
    const auto reference = reference_in(name);
    bool is_known = false;
    {
      const std::shared_lock lock(mutex_);
      is_known = members_.has(name);
    }
    if (is_known || !reference) continue;
    const auto [type, id] = *reference;
    const auto version = store_.read(type, id, std::chrono::steady_clock::now() + k_read_within);
    const bool is_told = version || is_gone(version.error());
    if (!is_told && !has_members(type)) {
      unreadable.insert(name);
      continue;
    }
    Membership membership = read_membership(type, id, version ? &*version : nullptr, base_url_);
    membership.is_unclear = membership.is_unclear || !is_told;
    names.merge(put_members(name, std::move(membership)));
  }
  return unreadable;
}

void ConsentIndex::refresh(std::string_view type, std::string_view id,
                           const storage::Written& written) {
  // One at a time, each what is committed by then: of two writes the later is kept.
  const std::lock_guard lock(refreshing_);
  if (type != "Consent" && type != "PractitionerRole") {
    const std::shared_lock reading(mutex_);
    if (!members_.has(std::string(type).append("/").append(id))) return;
  }
  auto version = store_.read(type, id, std::chrono::steady_clock::now() + k_read_within);
  if (version) return put(type, std::string(id), &*version);
  if (is_gone(version.error()) || written.body.empty()) return put(type, std::string(id), nullptr);
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

/// The resources of who asks, and of whom they work for, which were not read yet.
std::vector<std::string> ConsentIndex::unread(const Names& names) const {
  std::vector<std::string> out;
  for (const auto* some : {&names.certain, &names.possible}) {
    for (const std::string& name : *some) {
      if (is_of(name, tells_of_itself) && !members_.has(name)) out.push_back(name);
    }
  }
  return out;
}

void ConsentIndex::only_used(std::vector<std::string>& names) const {
  std::erase_if(names, [&](const std::string& name) { return !used_.contains(name); });
}

Names ConsentIndex::names_of(std::string_view fhir_user, std::string_view client,
                             std::int64_t now_ms) const {
  std::vector<std::string> first;
  if (!fhir_user.empty()) first.emplace_back(fhir_user);
  if (!client.empty()) first.push_back(std::string(k_client_system).append("|").append(client));
  const std::string key = std::string(fhir_user).append("\n").append(client);
  for (;;) {
    const std::uint64_t generation = this->generation();  // before anything is looked at
    {
      const std::lock_guard lock(names_mutex_);
      const auto known = names_.find(key);
      if (known != names_.end() && known->second.generation == generation &&
          now_ms < known->second.names.changes_at)
        return known->second.names;
    }
    Names names;
    std::vector<std::string> missing;
    {
      const std::shared_lock lock(mutex_);
      names = members_.names_of(first, now_ms);
      missing = unread(names);
      if (missing.empty()) {
        only_used(names.certain);
        only_used(names.possible);
      }
    }
    if (missing.empty()) {
      const std::lock_guard lock(names_mutex_);
      if (names_.size() >= k_askers_max) names_.clear();
      names_[key] = {generation, names};
      return names;
    }
    const std::lock_guard lock(refreshing_);
    if (!read_members({missing.begin(), missing.end()}).empty())
      return in_doubt(std::move(names), now_ms);
  }
}

/// Of who asks, while it cannot be read under which identifiers: then any may be theirs. It is
/// found out anew for the next request.
Names ConsentIndex::in_doubt(Names names, std::int64_t now_ms) const {
  const std::shared_lock lock(mutex_);
  only_used(names.certain);
  names.possible.clear();
  for (const auto& [name, count] : used_) {
    if (!std::binary_search(names.certain.begin(), names.certain.end(), name))
      names.possible.push_back(name);
  }
  names.changes_at = now_ms;
  return names;
}

}  // namespace server::consent
