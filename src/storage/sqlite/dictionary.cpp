#include "src/storage/sqlite/dictionary.h"

#include <algorithm>
#include <mutex>

#include "src/storage/sql/contained_name.h"
#include "src/storage/sqlite/connection.h"

namespace server::storage::sqlite {
namespace {

template <class Row>
fhir::Result<void> for_each_row(Connection& connection, const std::string& text, Row&& row) {
  FHIR_TRY(statement, connection.statement(text));
  Run run(*statement);
  Step step;
  while ((step = run->step()) == Step::row) row(*run);
  if (step == Step::failed) return fhir::unexpected(connection.issue(run->code()));
  return {};
}

std::optional<std::int64_t> find(const TextMap<std::int64_t>& map, std::string_view name) {
  const auto found = map.find(name);
  if (found == map.end()) return {};
  return found->second;
}

}  // namespace

void Additions::merge(Additions&& other) {
  types.merge(other.types);
  for (auto& [type, urls] : other.parameters) parameters[type].merge(urls);
  systems.merge(other.systems);
  for (const auto& [type, change] : other.counts) {
    counts[type].live += change.live;
    counts[type].versions += change.versions;
  }
  other = {};
}

fhir::Result<void> Dictionary::load(Connection& connection) {
  FHIR_CHECK(for_each_row(connection, "SELECT type, name, live, versions FROM resource_type",
                          [&](Statement& row) {
                            const std::string name(row.bytes(1));
                            types_[name] = row.integer(0);
                            type_names_[row.integer(0)] = name;
                            counts_[row.integer(0)] = {row.integer(2), row.integer(3)};
                            greatest_.type = std::max(greatest_.type, row.integer(0));
                          }));
  FHIR_CHECK(for_each_row(connection, "SELECT param, type, url FROM search_parameter",
                          [&](Statement& row) {
                            parameters_[row.integer(1)][std::string(row.bytes(2))] = row.integer(0);
                            greatest_.parameter = std::max(greatest_.parameter, row.integer(0));
                          }));
  FHIR_CHECK(for_each_row(connection,
                          "SELECT system, uri FROM system ORDER BY system LIMIT " +
                              std::to_string(k_systems_cached_max + 1),
                          [&](Statement& row) {
                            if (systems_.size() >= k_systems_cached_max) {
                              has_all_systems_ = false;
                            } else {
                              systems_[std::string(row.bytes(1))] = row.integer(0);
                            }
                          }));
  FHIR_TRY(greatest, connection.integer("SELECT max(system) FROM system"));
  greatest_.system = greatest;
  return {};
}

std::optional<std::int64_t> Dictionary::type(std::string_view name) const {
  std::shared_lock lock(mutex_);
  return find(types_, name);
}

std::string Dictionary::type_name(std::int64_t type) const {
  std::shared_lock lock(mutex_);
  const auto found = type_names_.find(type);
  return found == type_names_.end() ? std::string() : found->second;
}

std::vector<std::int64_t> Dictionary::types() const {
  std::shared_lock lock(mutex_);
  std::vector<std::int64_t> all;
  for (const auto& [type, counts] : counts_) all.push_back(type);
  return all;
}

std::vector<std::int64_t> Dictionary::contained_types() const {
  std::shared_lock lock(mutex_);
  std::vector<std::int64_t> all;
  for (const auto& [name, type] : types_) {
    if (sql::is_contained_type(name)) all.push_back(type);
  }
  return all;
}

std::optional<std::int64_t> Dictionary::parameter(std::int64_t type, std::string_view url) const {
  std::shared_lock lock(mutex_);
  const auto urls = parameters_.find(type);
  if (urls == parameters_.end()) return {};
  return find(urls->second, url);
}

std::vector<std::int64_t> Dictionary::parameters(std::int64_t type) const {
  std::shared_lock lock(mutex_);
  std::vector<std::int64_t> all;
  if (const auto urls = parameters_.find(type); urls != parameters_.end()) {
    for (const auto& [url, parameter] : urls->second) all.push_back(parameter);
  }
  std::sort(all.begin(), all.end());
  return all;
}

std::optional<std::int64_t> Dictionary::system(std::string_view uri) const {
  if (uri.empty()) return 0;
  std::shared_lock lock(mutex_);
  return find(systems_, uri);
}

bool Dictionary::has_all_systems() const {
  std::shared_lock lock(mutex_);
  return has_all_systems_;
}

TypeCounts Dictionary::counts(std::int64_t type) const {
  std::shared_lock lock(mutex_);
  const auto found = counts_.find(type);
  return found == counts_.end() ? TypeCounts{} : found->second;
}

std::vector<std::pair<std::string, TypeCounts>> Dictionary::counts() const {
  std::shared_lock lock(mutex_);
  std::vector<std::pair<std::string, TypeCounts>> all;
  for (const auto& [type, counts] : counts_) all.emplace_back(type_names_.at(type), counts);
  return all;
}

void Dictionary::publish_names(const Additions& additions) {
  if (!additions.has_names()) return;
  std::unique_lock lock(mutex_);
  for (const auto& [name, type] : additions.types) {
    types_.emplace(name, type);
    type_names_.emplace(type, name);
    counts_[type];
  }
  for (const auto& [type, urls] : additions.parameters) {
    parameters_[type].insert(urls.begin(), urls.end());
  }
  if (systems_.size() + additions.systems.size() <= k_systems_cached_max) {
    systems_.insert(additions.systems.begin(), additions.systems.end());
  } else {
    has_all_systems_ = false;
  }
}

void Dictionary::retract_names(const Additions& additions) {
  if (!additions.has_names()) return;
  std::unique_lock lock(mutex_);
  for (const auto& [name, type] : additions.types) {
    types_.erase(name);
    type_names_.erase(type);
    counts_.erase(type);
  }
  for (const auto& [type, urls] : additions.parameters) {
    for (const auto& [url, parameter] : urls) parameters_[type].erase(url);
  }
  for (const auto& [uri, system] : additions.systems) systems_.erase(uri);
}

void Dictionary::publish_counts(const Additions& additions) {
  if (additions.counts.empty()) return;
  std::unique_lock lock(mutex_);
  for (const auto& [type, change] : additions.counts) {
    counts_[type].live += change.live;
    counts_[type].versions += change.versions;
  }
}

}  // namespace server::storage::sqlite
