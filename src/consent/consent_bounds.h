// Holds tokens to what patients consent to: compiled into every query, and judged for each resource
// that is read. https://hl7.org/fhir/R4/consent.html
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "src/access/access.h"
#include "src/access/bound.h"
#include "src/consent/consent_index.h"
#include "src/consent/decision.h"
#include "src/search/resource_set.h"

namespace server::consent {

/// What holds for patients who have said nothing.
enum class Mode : std::uint8_t {
  off,      // consents bind nobody; a token that comes of one is held to it all the same
  opt_out,  // all that scopes allow flows, unless a Consent denies it
  opt_in    // nothing flows but to the patient, unless a Consent permits it
};

/// What consents withhold from one who asks, by patients.
struct Withheld {
  std::uint64_t generation = 0;  // of the index
  std::int64_t good_until = 0;   // UTC ms
  struct Group {
    std::shared_ptr<const search::ResourceSet> patients;
    Condition condition;
  };
  std::vector<Group> groups;
  /// The same in few groups, the last of which may withhold more: what tells of others is held to
  /// them once for each type that it may tell of.
  std::vector<Group> few;
};

/// Thread-safe.
class ConsentBounds final : public access::Bounds {
 public:
  /// index    outlives this
  /// now_ms   UTC
  ConsentBounds(Mode mode, const ConsentIndex& index, Hierarchy hierarchy,
                std::function<std::int64_t()> now_ms)
      : mode_(mode), index_(index), hierarchy_(std::move(hierarchy)), now_ms_(std::move(now_ms)) {}

  std::unique_ptr<const access::Bound> of(std::shared_ptr<const access::Identity> identity,
                                          const fhir::DefinitionStore& definitions) override;

  Mode mode() const { return mode_; }
  const ConsentIndex& index() const { return index_; }
  const Hierarchy& hierarchy() const { return hierarchy_; }
  std::uint64_t generation() const override { return index_.generation(); }
  std::int64_t now_ms() const override { return now_ms_(); }

  /// For all patients, kept until something changes.
  std::shared_ptr<const Withheld> withheld_from(const Asker& asker, Default otherwise,
                                                const std::string& permit);

 private:
  const Mode mode_;
  const ConsentIndex& index_;
  const Hierarchy hierarchy_;
  const std::function<std::int64_t()> now_ms_;
  std::mutex mutex_;
  std::unordered_map<std::string, std::shared_ptr<const Withheld>> known_;  // by who asks
};

}  // namespace server::consent
