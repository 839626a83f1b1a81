// The keys of an outside issuer, fetched by a thread of its own: no request ever fetches.
// https://openid.net/specs/openid-connect-core-1_0.html#RotateSigKeys
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "src/security/issuer.h"

namespace server::security {

/// A text by GET; bounded in size and time by whoever gives it.
using Fetch = std::function<fhir::Result<std::string>(const std::string& url)>;

/// Whether a thread may wait, and what it tells those who may run in its place meanwhile.
struct WaitHooks {
  std::function<bool()> may_wait = [] { return true; };
  std::function<void()> begins = [] {};
  std::function<void()> ends = [] {};
};

/// What an issuer says of itself, which has to be that it is this issuer.
fhir::Result<std::string> discover(const Issuer& issuer, const Fetch& fetch);

/// Thread-safe. However many ask, and for whatever keys, there is one fetch in `refetch_seconds`
/// at most, and few threads wait for it at once. When the issuer does not answer, what it answered
/// before counts on, for `keys_stale_seconds`.
class IssuerKeys {
 public:
  IssuerKeys(const Issuer& issuer, Fetch fetch, WaitHooks hooks);
  ~IssuerKeys();
  IssuerKeys(const IssuerKeys&) = delete;
  IssuerKeys& operator=(const IssuerKeys&) = delete;

  struct Keys {
    std::shared_ptr<const std::string> jwks;  // null: none were to be had
    std::uint64_t generation = 0;             // another one when the keys are others
  };
  Keys keys() const;

  enum class News : std::uint8_t {
    newer,   // there are other keys now
    none,    // the issuer was asked, a moment ago or now: there are none
    unknown  // it did not answer, or too many wait
  };
  /// Waits for keys after those of a generation, a few seconds at most. A thread that may not wait
  /// only asks for them.
  News await_newer(std::uint64_t generation);

  /// What the issuer says of itself; null: nothing was to be had, or jwks_uri is told by us.
  std::shared_ptr<const std::string> discovery() const;

 private:
  using Clock = std::chrono::steady_clock;
  struct Found {
    std::string discovery, jwks;
  };
  void run();
  fhir::Result<Found> find() const;
  void keep(const fhir::Result<Found>& found);

  const Issuer issuer_;
  const Fetch fetch_;
  const WaitHooks hooks_;
  mutable std::mutex mutex_;  // guards what follows
  std::condition_variable wanted_changed_, attempt_made_;
  std::shared_ptr<const std::string> jwks_, discovery_;
  std::uint64_t generation_ = 0;
  std::uint64_t attempts_ = 0;
  Clock::time_point fetched_{}, tried_{};
  bool has_failed_ = false;  // the last attempt
  bool is_wanted_ = false;
  bool is_stopped_ = false;
  unsigned waiting_ = 0;
  std::thread thread_;
};

}  // namespace server::security
