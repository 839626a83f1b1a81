// A store in a folder of its own, and short ways to write and to ask. The cases know the interface
// only; PostgreSQL will be one more factory.
#pragma once

#include <unistd.h>

#include <atomic>
#include <deque>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "src/storage/sqlite/sqlite_store.h"
#include "src/storage/store.h"

namespace storage_test {

using namespace server;
using namespace server::storage;
using fhir::SearchParameterType;

class Folder {
 public:
  explicit Folder(const std::filesystem::path& under = std::filesystem::temp_directory_path()) {
    static std::atomic<int> next = 0;
    path_ = under / ("medisync-test-" + std::to_string(::getpid()) + "-" + std::to_string(++next));
    std::filesystem::remove_all(path_);
    std::filesystem::create_directories(path_);
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

inline SqliteOptions options_for(const Folder& folder) {
  SqliteOptions options;
  options.directory = folder.path();
  options.durability = Durability::off;  // tests of durability ask for it
  options.readers = 4;
  return options;
}

inline std::unique_ptr<Store> open_store(const SqliteOptions& options) {
  auto opened = open_sqlite(options);
  if (!opened)
    throw std::runtime_error(opened.error().diagnostics + " " + opened.error().log_detail);
  return std::move(opened).value();
}

inline std::chrono::steady_clock::time_point soon() {
  return std::chrono::steady_clock::now() + std::chrono::seconds(20);
}

inline std::unique_ptr<Reader> reader_of(Store& store) {
  auto reader = store.reader(soon());
  if (!reader) throw std::runtime_error(reader.error().diagnostics);
  return std::move(reader).value();
}

/// A search parameter that lives as long as the program.
inline const fhir::SearchParameter* parameter(std::string_view code, SearchParameterType type,
                                              std::vector<std::string_view> targets = {}) {
  struct Kept {
    std::string url;
    std::vector<std::string_view> targets;
    fhir::SearchParameter parameter;
  };
  static std::deque<Kept> kept;
  Kept& one = kept.emplace_back();
  one.url = "http://example.org/SearchParameter/" + std::string(code);
  one.targets = std::move(targets);
  one.parameter.code = code;
  one.parameter.url = one.url;
  one.parameter.type = type;
  one.parameter.targets = one.targets;
  return &one.parameter;
}

inline PendingBody body_of(const std::string& type, const std::string& id,
                           const std::string& text = "") {
  return {R"({"resourceType":")" + type + R"(","id":")" + id + R"(","meta":{"versionId":")",
          R"(","lastUpdated":")", R"("},"text":")" + text + "\"}"};
}

inline Write put(const std::string& type, const std::string& id, search::IndexRows rows = {},
                 const std::string& text = "") {
  Write write;
  write.method = WriteMethod::update;
  write.type = type;
  write.id = id;
  write.body = body_of(type, id, text);
  write.index = std::move(rows);
  return write;
}

inline Write remove(const std::string& type, const std::string& id) {
  Write write;
  write.method = WriteMethod::delete_;
  write.type = type;
  write.id = id;
  return write;
}

inline auto write_one(Store& store, Write write) {
  std::vector<Write> writes;
  writes.push_back(std::move(write));
  return store.write(std::move(writes));
}

/// A query with one criterion after the other.
inline search::Query query_of(std::string type) {
  search::Query query;
  query.resource_type = std::move(type);
  return query;
}

inline search::Criterion criterion(const fhir::SearchParameter* parameter,
                                   std::vector<search::Operand> alternatives,
                                   search::Modifier modifier = search::Modifier::none) {
  search::Criterion made;
  made.parameter = parameter;
  made.modifier = modifier;
  made.alternatives = std::move(alternatives);
  return made;
}

inline search::Operand token(std::string code) {
  search::Operand operand;
  operand.code = std::move(code);
  return operand;
}

inline search::Operand token(std::string system, std::string code) {
  search::Operand operand = token(std::move(code));
  operand.has_system = true;
  operand.system = std::move(system);
  return operand;
}

inline search::Operand reference(std::string type, std::string id) {
  search::Operand operand;
  operand.type = std::move(type);
  operand.id = std::move(id);
  return operand;
}

inline search::Operand text(std::string written, std::string folded) {
  search::Operand operand;
  operand.text = std::move(written);
  operand.folded = std::move(folded);
  return operand;
}

inline search::Operand span(search::Prefix prefix, std::int64_t low, std::int64_t high) {
  search::Operand operand;
  operand.prefix = prefix;
  operand.low = low;
  operand.high = high;
  return operand;
}

inline search::Operand number(search::Prefix prefix, double value, double half = 0.5) {
  search::Operand operand;
  operand.prefix = prefix;
  operand.number = value;
  operand.number_low = value - half;
  operand.number_high = value + half;
  operand.tolerance = value < 0 ? -value / 10 : value / 10;
  return operand;
}

/// The matches' ids, in order; throws on an issue.
inline std::vector<std::string> ids_of(const Page& page) {
  std::vector<std::string> ids;
  for (const auto& entry : page.entries) {
    if (entry.is_match) ids.push_back(entry.version.id);
  }
  return ids;
}

inline Page search_page(Store& store, const search::Query& query) {
  auto page = reader_of(store)->search(query);
  if (!page) throw std::runtime_error(page.error().diagnostics + " " + page.error().log_detail);
  return std::move(page).value();
}

inline std::vector<std::string> search_ids(Store& store, const search::Query& query) {
  return ids_of(search_page(store, query));
}

}  // namespace storage_test
