#include "src/access/seen_versions.h"

#include <algorithm>
#include <array>

#include "src/security/secret_table.h"

namespace server::access {
namespace {

constexpr std::size_t k_name_bytes_max = 128;

/// 0: of names too long to be told apart.
std::uint64_t resource_hash(std::string_view type, std::string_view id) {
  std::array<char, k_name_bytes_max> name;
  const std::size_t size = type.size() + 1 + id.size();
  if (size > name.size()) return 0;
  char* const slash = std::copy(type.begin(), type.end(), name.data());
  *slash = '/';
  std::copy(id.begin(), id.end(), slash + 1);
  return security::SecretHash()({name.data(), size});
}

/// What was erased may come again under its old number: time and size tell that apart.
std::uint64_t version_hash(std::uint64_t resource, const storage::Version& version) {
  const std::array<std::uint64_t, 4> numbers = {
      resource, static_cast<std::uint64_t>(version.version_id),
      static_cast<std::uint64_t>(version.last_updated), version.body.size()};
  return security::SecretHash()({reinterpret_cast<const char*>(numbers.data()), sizeof numbers});
}

}  // namespace

SeenVersions& SeenVersions::operator=(const SeenVersions& other) {
  if (this == &other) return *this;
  const std::lock_guard lock(mutex_);
  seen_.reset();
  return *this;
}

bool SeenVersions::Seen::is(const storage::Version& version) const {
  return version_ != 0 && version_hash(resource_, version) == version_;
}

std::span<SeenVersions::Seen, SeenVersions::k_of_set> SeenVersions::set_of(
    std::uint64_t resource) const {
  return std::span<Seen, k_of_set>(seen_.get() + resource % k_sets * k_of_set, k_of_set);
}

SeenVersions::Seen SeenVersions::find(const JudgedAt& at, std::string_view type,
                                      std::string_view id) const {
  const std::uint64_t resource = resource_hash(type, id);
  const std::lock_guard lock(mutex_);
  const bool is_known = seen_ != nullptr && at.snapshot == snapshot_ &&
                        at.generation == generation_ && at.now_ms < good_until_;
  if (!is_known) return {};
  for (const Seen& seen : set_of(resource)) {
    if (seen.resource_ == resource) return seen;
  }
  return {};
}

void SeenVersions::add(const JudgedAt& at, std::int64_t good_until,
                       const storage::Version& version) {
  Seen seen;
  seen.resource_ = resource_hash(version.type, version.id);
  seen.version_ = version_hash(seen.resource_, version);
  if (at.snapshot == 0 || seen.resource_ == 0 || good_until <= at.now_ms) return;
  const std::lock_guard lock(mutex_);
  // Of a request that began before.
  if (at.snapshot < snapshot_ || at.generation < generation_) return;
  const bool is_over = seen_ == nullptr || at.snapshot != snapshot_ ||
                       at.generation != generation_ || at.now_ms >= good_until_;
  if (is_over) {
    seen_ = std::make_unique<Seen[]>(k_sets * k_of_set);
    snapshot_ = at.snapshot;
    generation_ = at.generation;
    good_until_ = good_until;
  }
  good_until_ = std::min(good_until_, good_until);
  const auto set = set_of(seen.resource_);
  const auto same = std::find_if(set.begin(), set.end(), [&](const Seen& one) {
    return one.resource_ == seen.resource_ || one.resource_ == 0;
  });
  // No other bits of the hash are asked after: these are as good as a draw.
  (same != set.end() ? *same : set[seen.resource_ / k_sets % k_of_set]) = seen;
}

}  // namespace server::access
