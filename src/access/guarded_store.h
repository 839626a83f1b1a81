// The store as the bearer of a token may see and change it. Whatever a request does it does through
// this: there is no other way to the data.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "src/access/access.h"
#include "src/storage/store.h"

namespace server::access {

/// Lives as long as one request. What may be read in part alone is read by a query that finds it;
/// what may not be seen is as if it was not there. Changes are held to the limits in their
/// transaction, and what a role does not see of a resource stays as it is. The erasure of anything
/// is refused (403).
class GuardedStore final : public storage::Store {
 public:
  /// All outlive this.
  GuardedStore(storage::Store& store, const Access& access) : store_(store), access_(access) {}

  fhir::Result<std::unique_ptr<storage::Reader>> reader(
      std::chrono::steady_clock::time_point deadline) override;
  fhir::Result<storage::Version> read(std::string_view type, std::string_view id,
                                      std::chrono::steady_clock::time_point deadline) override;
  fhir::Result<Outcome, Failure> write(std::vector<storage::Write> writes) override;
  fhir::Result<void> put_note(std::string_view name, std::string_view text) override;
  std::string seal(std::string_view text) override { return store_.seal(text); }
  std::optional<std::string> unseal(std::string_view sealed) override {
    return store_.unseal(sealed);
  }
  std::vector<std::pair<std::string, std::uint64_t>> counts() override;
  bool is_healthy() override { return store_.is_healthy(); }

 private:
  fhir::Result<void> refuse_withheld(const storage::Write& write);
  fhir::Result<bool> restored(storage::Write& write);
  fhir::Result<void> prepare(storage::Write& write, bool& is_pinned);

  storage::Store& store_;
  const Access& access_;
};

}  // namespace server::access
