// https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderConfigurationResponse
#include "src/security/issuer_keys.h"

#include "src/security/json_fields.h"

namespace server::security {
namespace {

using std::chrono::seconds;

constexpr seconds k_wait_max{3};
constexpr unsigned k_waiting_max = 4;

fhir::Unexpected<fhir::Issue> refuse(std::string text) {
  return fhir::unexpected(fhir::make_issue(fhir::IssueType::invalid, std::move(text)));
}

std::string discovery_of(const Issuer& issuer) {
  if (!issuer.discovery.empty()) return issuer.discovery;
  std::string url = issuer.issuer;
  if (url.ends_with('/')) url.pop_back();
  return url + "/.well-known/openid-configuration";
}

}  // namespace

fhir::Result<std::string> discover(const Issuer& issuer, const Fetch& fetch) {
  FHIR_TRY(text, fetch(discovery_of(issuer)));
  FHIR_TRY(document, fhir::json::Document::read(text));
  // "The issuer value returned MUST be identical to the Issuer URL that was … used"
  if (document.root().string_at("issuer") != issuer.issuer)
    return refuse("The discovery is of another issuer");
  return text;
}

IssuerKeys::IssuerKeys(const Issuer& issuer, Fetch fetch, WaitHooks hooks)
    : issuer_(issuer), fetch_(std::move(fetch)), hooks_(std::move(hooks)) {
  thread_ = std::thread([this] { run(); });
}

IssuerKeys::~IssuerKeys() {
  {
    const std::lock_guard lock(mutex_);
    is_stopped_ = true;
  }
  wanted_changed_.notify_all();
  attempt_made_.notify_all();
  thread_.join();
}

IssuerKeys::Keys IssuerKeys::keys() const {
  const std::lock_guard lock(mutex_);
  if (Clock::now() - fetched_ > seconds(issuer_.keys_stale_seconds)) return {nullptr, generation_};
  return {jwks_, generation_};
}

std::shared_ptr<const std::string> IssuerKeys::discovery() const {
  const std::lock_guard lock(mutex_);
  return discovery_;
}

IssuerKeys::News IssuerKeys::await_newer(std::uint64_t generation) {
  std::unique_lock lock(mutex_);
  if (generation_ != generation) return News::newer;
  const bool was_asked = attempts_ > 0 && Clock::now() - tried_ < seconds(issuer_.refetch_seconds);
  if (was_asked) return has_failed_ ? News::unknown : News::none;
  is_wanted_ = true;
  wanted_changed_.notify_all();
  if (waiting_ >= k_waiting_max || !hooks_.may_wait()) return News::unknown;
  const std::uint64_t before = attempts_;
  ++waiting_;
  hooks_.begins();
  attempt_made_.wait_for(lock, k_wait_max, [&] { return attempts_ != before || is_stopped_; });
  --waiting_;
  const News news = generation_ != generation            ? News::newer
                    : attempts_ == before || has_failed_ ? News::unknown
                                                         : News::none;
  lock.unlock();
  hooks_.ends();
  return news;
}

fhir::Result<IssuerKeys::Found> IssuerKeys::find() const {
  Found found;
  std::string url = issuer_.jwks_uri;
  if (url.empty() || !issuer_.discovery.empty()) {
    auto text = discover(issuer_, fetch_);
    if (!text && url.empty()) return fhir::unexpected(std::move(text).error());
    if (text) found.discovery = *std::move(text);
  }
  if (url.empty()) {
    FHIR_TRY(document, fhir::json::Document::read(found.discovery));
    url = document.root().string_at("jwks_uri");
    if (url.empty() || (discovery_of(issuer_).starts_with("https:") && !url.starts_with("https:")))
      return refuse("The discovery tells no https URL of keys");
  }
  FHIR_TRY(jwks, fetch_(url));
  FHIR_TRY(document, fhir::json::Document::read(jwks));
  const fhir::json::Value* keys = document.root().find("keys");
  if (keys == nullptr || keys->items().empty()) return refuse("The issuer has no keys");
  found.jwks = std::move(jwks);
  return found;
}

void IssuerKeys::keep(const fhir::Result<Found>& found) {
  tried_ = Clock::now();
  ++attempts_;
  is_wanted_ = false;  // who came meanwhile has this answer too
  has_failed_ = !found;
  if (!found) return;
  fetched_ = tried_;
  if (!found->discovery.empty()) discovery_ = std::make_shared<const std::string>(found->discovery);
  if (jwks_ != nullptr && *jwks_ == found->jwks) return;
  jwks_ = std::make_shared<const std::string>(found->jwks);
  ++generation_;
}

void IssuerKeys::run() {
  std::unique_lock lock(mutex_);
  while (!is_stopped_) {
    const auto pause = seconds(attempts_ == 0 ? 0
                               : has_failed_  ? issuer_.refetch_seconds
                                              : issuer_.keys_kept_seconds);
    wanted_changed_.wait_until(lock, tried_ + pause, [&] { return is_wanted_ || is_stopped_; });
    if (is_stopped_) return;
    lock.unlock();
    const auto found = find();
    lock.lock();
    keep(found);
    attempt_made_.notify_all();
  }
}

}  // namespace server::security
