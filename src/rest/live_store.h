// A store that tells the definitions of every write.
#pragma once

#include <memory>

#include "src/rest/live_definitions.h"
#include "src/storage/store.h"

namespace server::rest {

/// Told of writes, after the commit and before the client is.
class WriteWatcher {
 public:
  virtual ~WriteWatcher() = default;
  virtual bool watches(std::string_view type) const = 0;
  virtual void note(std::string_view type, std::string_view id,
                    const storage::Written& written) = 0;
};

class LiveStore final : public storage::Store {
 public:
  /// definitions   outlive the store
  LiveStore(std::unique_ptr<storage::Store> store, LiveDefinitions& definitions)
      : store_(std::move(store)), definitions_(definitions) {}

  fhir::Result<std::unique_ptr<storage::Reader>> reader(
      std::chrono::steady_clock::time_point deadline) override {
    return store_->reader(deadline);
  }
  fhir::Result<storage::Version> read(std::string_view type, std::string_view id,
                                      std::chrono::steady_clock::time_point deadline) override {
    return store_->read(type, id, deadline);
  }
  fhir::Result<Outcome, Failure> write(std::vector<storage::Write> writes) override;
  /// From now on no write touches a resource for which `is_kept` is true.
  void keep(bool (*is_kept)(std::string_view type, std::string_view id)) { is_kept_ = is_kept; }
  /// From now on the watcher, which outlives the store's use, is told of every write.
  void watch(WriteWatcher& watcher) { watcher_ = &watcher; }
  /// Below what write() refuses: for the module that keeps these resources.
  storage::Store& inner() { return *store_; }
  fhir::Result<void> put_note(std::string_view name, std::string_view text) override {
    return store_->put_note(name, text);
  }
  std::string seal(std::string_view text) override { return store_->seal(text); }
  std::optional<std::string> unseal(std::string_view sealed) override {
    return store_->unseal(sealed);
  }
  std::vector<std::pair<std::string, std::uint64_t>> counts() override { return store_->counts(); }
  bool is_healthy() override { return store_->is_healthy(); }

 private:
  std::unique_ptr<storage::Store> store_;
  bool (*is_kept_)(std::string_view type, std::string_view id) = nullptr;
  LiveDefinitions& definitions_;
  WriteWatcher* watcher_ = nullptr;
};

}  // namespace server::rest
