#include "src/storage/sqlite/names.h"

#include <sqlite3.h>

#include "src/storage/sql/contained_name.h"

namespace server::storage::sqlite {
namespace {

std::optional<std::int64_t> find(const TextMap<std::int64_t>& map, std::string_view name) {
  if (map.empty()) return {};
  const auto found = map.find(name);
  if (found == map.end()) return {};
  return found->second;
}

std::optional<std::int64_t> find(
    const std::unordered_map<std::int64_t, TextMap<std::int64_t>>& maps, std::int64_t type,
    std::string_view name) {
  if (maps.empty()) return {};
  const auto map = maps.find(type);
  if (map == maps.end()) return {};
  return find(map->second, name);
}

}  // namespace

Names::Names(Connection& connection, const Dictionary& dictionary, const Clock& clock)
    : SnapshotCatalog(connection, dictionary, clock), greatest_(dictionary.greatest()) {}

std::optional<std::int64_t> Names::type(std::string_view name) {
  if (auto known = dictionary_.type(name)) return known;
  if (auto known = find(group_.types, name)) return known;
  return find(batch_.types, name);
}

std::vector<std::int64_t> Names::contained_types() const {
  std::vector<std::int64_t> all = dictionary_.contained_types();
  for (const Additions* added : {&group_, &batch_}) {
    for (const auto& [name, type] : added->types) {
      if (sql::is_contained_type(name)) all.push_back(type);
    }
  }
  return all;
}

std::vector<std::int64_t> Names::types() {
  std::vector<std::int64_t> all = dictionary_.types();
  for (const Additions* added : {&group_, &batch_}) {
    for (const auto& [name, type] : added->types) all.push_back(type);
  }
  return all;
}

std::optional<std::int64_t> Names::parameter(std::int64_t type, std::string_view url) {
  if (auto known = dictionary_.parameter(type, url)) return known;
  if (auto known = find(group_.parameters, type, url)) return known;
  return find(batch_.parameters, type, url);
}

fhir::Result<std::optional<std::int64_t>> Names::system(std::string_view uri) {
  if (auto known = dictionary_.system(uri)) return known;
  if (auto known = find(group_.systems, uri)) return known;
  if (auto known = find(batch_.systems, uri)) return known;
  return SnapshotCatalog::system(uri);
}

fhir::Result<void> Names::insert(Fixed name, std::int64_t number, std::string_view text) {
  FHIR_TRY(statement, connection_.fixed(name));
  Run run(*statement);
  run->bind(1, number);
  run->bind_text(2, text);
  if (run->step() == Step::failed) return fhir::unexpected(connection_.issue(run->code()));
  return {};
}

fhir::Result<std::int64_t> Names::insert_text(std::string_view folded) {
  FHIR_TRY(statement, connection_.fixed(Fixed::insert_text));
  Run run(*statement);
  run->bind_text(1, folded);
  if (run->step() == Step::failed) return fhir::unexpected(connection_.issue(run->code()));
  return sqlite3_last_insert_rowid(connection_.handle());
}

fhir::Result<std::int64_t> Names::insert_identity(std::int64_t type, std::string_view id) {
  FHIR_CHECK(insert(Fixed::insert_identity, type, id));
  return sqlite3_last_insert_rowid(connection_.handle());
}

fhir::Result<std::int64_t> Names::add_type(std::string_view name) {
  if (auto known = type(name)) return *known;
  const std::int64_t number = ++greatest_.type;
  FHIR_CHECK(insert(Fixed::insert_type, number, name));
  batch_.types.emplace(name, number);
  return number;
}

fhir::Result<std::int64_t> Names::add_parameter(std::int64_t type, std::string_view url) {
  if (auto known = parameter(type, url)) return *known;
  const std::int64_t number = ++greatest_.parameter;
  FHIR_TRY(statement, connection_.fixed(Fixed::insert_parameter));
  Run run(*statement);
  run->bind(1, number);
  run->bind(2, type);
  run->bind_text(3, url);
  if (run->step() == Step::failed) return fhir::unexpected(connection_.issue(run->code()));
  batch_.parameters[type].emplace(url, number);
  return number;
}

fhir::Result<std::int64_t> Names::add_system(std::string_view uri) {
  FHIR_TRY(known, system(uri));
  if (known) return *known;
  const std::int64_t number = ++greatest_.system;
  FHIR_CHECK(insert(Fixed::insert_system, number, uri));
  batch_.systems.emplace(uri, number);
  return number;
}

fhir::Result<std::int64_t> Names::add_text(std::string_view folded) {
  if (auto known = find(texts_, folded)) return *known;
  std::int64_t number = 0;
  {
    FHIR_TRY(statement, connection_.fixed(Fixed::find_text));
    Run run(*statement);
    run->bind_text(1, folded);
    const Step step = run->step();
    if (step == Step::failed) return fhir::unexpected(connection_.issue(run->code()));
    if (step == Step::row) number = run->integer(0);
  }
  if (number == 0) {
    FHIR_TRY(inserted, insert_text(folded));
    number = inserted;
  }
  if (texts_.size() >= k_texts_cached_max) texts_.clear();
  texts_.emplace(folded, number);
  return number;
}

fhir::Result<std::int64_t> Names::add_target(std::string_view type_name, std::string_view id) {
  FHIR_TRY(type, add_type(type_name));
  if (auto known = find(targets_, type, id)) return *known;
  FHIR_TRY(stored, rid(type, id));
  if (!stored) {
    FHIR_TRY(inserted, insert_identity(type, id));
    stored = inserted;
  }
  remember(type, id, *stored);
  return *stored;
}

void Names::remember(std::int64_t type, std::string_view id, std::int64_t rid) {
  if (targets_cached_ >= k_targets_cached_max) {
    targets_.clear();
    targets_cached_ = 0;
  }
  if (targets_[type].emplace(id, rid).second) ++targets_cached_;
}

void Names::forget(std::int64_t type, std::string_view id) {
  const auto known = targets_.find(type);
  if (known == targets_.end()) return;
  const auto found = known->second.find(id);
  if (found == known->second.end()) return;
  known->second.erase(found);
  --targets_cached_;
}

void Names::count(std::int64_t type, TypeCounts change) {
  TypeCounts& counts = batch_.counts[type];
  counts.live += change.live;
  counts.versions += change.versions;
}

void Names::keep_batch() { group_.merge(std::move(batch_)); }

void Names::drop_batch() {
  batch_ = {};
  targets_.clear();  // some of them are gone with the batch, and their numbers will be others'
  targets_cached_ = 0;
  texts_.clear();
}

fhir::Result<void> Names::store_counts() {
  for (const auto& [type, change] : group_.counts) {
    FHIR_TRY(statement, connection_.fixed(Fixed::update_counts));
    Run run(*statement);
    run->bind(1, change.live);
    run->bind(2, change.versions);
    run->bind(3, type);
    if (run->step() == Step::failed) return fhir::unexpected(connection_.issue(run->code()));
  }
  return {};
}

void Names::drop_group() {
  group_ = {};
  drop_batch();
}

}  // namespace server::storage::sqlite
