// All active Consents of the store by their patients, kept current with every commit: what was
// acknowledged counts for every request that begins afterwards. About a kilobyte for each.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "fhir/base/result.h"
#include "src/consent/decision.h"
#include "src/storage/store.h"

namespace server::consent {

/// Thread-safe.
class ConsentIndex {
 public:
  /// base_url   of this server
  /// store      outlives this; whatever is written to it is told to refresh()
  ConsentIndex(std::string base_url, storage::Store& store)
      : base_url_(std::move(base_url)), store_(store) {}

  /// Reads all that there are. Called once, before the first request.
  fhir::Result<void> load();

  /// Whether a write of the type changes what is known here.
  static bool watches(std::string_view type) {
    return type == "Consent" || type == "PractitionerRole";
  }
  /// Reads one resource anew, after a commit that wrote it; returns once that is in force.
  ///
  /// written   by that commit: what counts when it cannot be read
  void refresh(std::string_view type, std::string_view id, const storage::Written& written);

  /// Null: the patient has none.
  std::shared_ptr<const Directives> of(std::string_view patient) const;
  /// Of any patient; null when it is not active.
  std::shared_ptr<const Directive> find(std::string_view consent) const;
  bool is_empty() const { return count_.load(std::memory_order_acquire) == 0; }

  /// Changes with whatever is known here.
  std::uint64_t generation() const { return generation_.load(std::memory_order_acquire); }
  /// Each patient that has any.
  void each(const std::function<void(const std::string&, const Directives&)>& visit) const;

  /// Names under which a Consent may mean somebody: the reference, the roles that the practitioner
  /// has and the organizations that those are of.
  std::vector<std::string> names_of(std::string_view fhir_user) const;

 private:
  struct Role {
    std::string practitioner, organization;  // references
  };
  void put_consent(const std::string& id, std::shared_ptr<const Directive> directive);
  void put_role(const std::string& id, std::optional<Role> role);
  void put(std::string_view type, const std::string& id, const storage::Version* version);

  const std::string base_url_;
  storage::Store& store_;
  mutable std::shared_mutex mutex_;
  std::unordered_map<std::string, std::shared_ptr<const Directives>> by_patient_;
  std::unordered_map<std::string, std::shared_ptr<const Directive>> by_id_;
  std::unordered_map<std::string, Role> roles_;
  std::unordered_map<std::string, std::set<std::string>> roles_of_;  // ids, by practitioner
  std::atomic<std::uint64_t> generation_{1};
  std::atomic<std::size_t> count_{0};
  std::mutex refreshing_;  // one at a time: what is read last is what is kept
};

}  // namespace server::consent
