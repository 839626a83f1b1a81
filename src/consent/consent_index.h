// All active Consents of the store by their patients, and who the actors are that they name, kept
// current with every commit: what was acknowledged counts for every request that begins afterwards.
// About a kilobyte for each Consent, a hundred bytes for each member of a team that one names.
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
#include "src/consent/members.h"
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
    return type == "Consent" || type == "PractitionerRole" || has_members(type) ||
           tells_of_itself(type);
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

  /// Names under which a Consent may mean somebody, of those that Consents use: the reference, the
  /// roles that the practitioner has, the organizations that those are of or that these are part
  /// of, teams and groups, identifiers, and devices that stand for the client.
  ///
  /// client   id; empty: none
  Names names_of(std::string_view fhir_user, std::string_view client, std::int64_t now_ms) const;

 private:
  struct Known {
    std::uint64_t generation = 0;
    Names names;
  };
  void put_consent(const std::string& id, std::shared_ptr<const Directive> directive);
  std::set<std::string> put_members(const std::string& name, Membership membership) const;
  void put(std::string_view type, const std::string& id, const storage::Version* version);
  std::set<std::string> read_members(std::set<std::string> names) const;
  Names in_doubt(Names names, std::int64_t now_ms) const;
  std::vector<std::string> unread(const Names& names) const;
  void only_used(std::vector<std::string>& names) const;

  const std::string base_url_;
  storage::Store& store_;
  mutable std::shared_mutex mutex_;
  std::unordered_map<std::string, std::shared_ptr<const Directives>> by_patient_;
  std::unordered_map<std::string, std::shared_ptr<const Directive>> by_id_;
  std::unordered_map<std::string, std::size_t> used_;  // names of actors, by how many Consents
  mutable Members members_;  // of all roles, of teams that Consents name, and of who asked
  std::atomic<std::uint64_t> generation_{1};
  std::atomic<std::size_t> count_{0};
  mutable std::mutex refreshing_;  // one at a time: what is read last is what is kept
  mutable std::mutex names_mutex_;
  mutable std::unordered_map<std::string, Known> names_;  // by who asks
};

}  // namespace server::consent
