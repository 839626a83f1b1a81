// The store with the resources that are served beside it. What is stored comes first: of one id it
// is what is read, and in a search the others follow it, unless `_sort` asks for an order.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "src/rest/held/held_resources.h"
#include "src/storage/store.h"

namespace server::rest {

class HeldStore final : public storage::Store {
 public:
  /// store   outlives this
  HeldStore(storage::Store& store, std::shared_ptr<const HeldResources> held)
      : store_(store), held_(std::move(held)) {}

  fhir::Result<std::unique_ptr<storage::Reader>> reader(
      std::chrono::steady_clock::time_point deadline) override;
  fhir::Result<storage::Version> read(std::string_view type, std::string_view id,
                                      std::chrono::steady_clock::time_point deadline) override;
  /// errors   not-supported (405): a resource that comes from a release
  fhir::Result<Outcome, Failure> write(std::vector<storage::Write> writes) override;
  fhir::Result<void> put_note(std::string_view name, std::string_view text) override {
    return store_.put_note(name, text);
  }
  std::string seal(std::string_view text) override { return store_.seal(text); }
  std::optional<std::string> unseal(std::string_view sealed) override {
    return store_.unseal(sealed);
  }
  std::vector<std::pair<std::string, std::uint64_t>> counts() override { return store_.counts(); }
  bool is_healthy() override { return store_.is_healthy(); }

 private:
  bool is_stored(const storage::Write& write);

  storage::Store& store_;
  std::shared_ptr<const HeldResources> held_;
};

}  // namespace server::rest
