#include "src/security/attempts.h"

#include <algorithm>

#include "src/security/json_fields.h"
#include "src/security/secrets.h"

namespace server::security {
namespace {

using fhir::json::Builder;

constexpr std::string_view k_kind = "attempts";
constexpr std::int64_t k_hour_ms = 3'600'000;
constexpr std::int64_t k_kept_ms = 24 * k_hour_ms;
constexpr int k_rounds_max = 10;  // of a change that others keep overtaking
constexpr std::uint32_t k_page = 200;

struct State {
  std::int64_t failures = 0;
  std::int64_t locked_until = 0;  // UTC ms
};

std::string text_of(const State& state) {
  std::string text;
  Builder out(text);
  out.begin_object().number("failures", state.failures);
  out.number("lockedUntil", state.locked_until).end_object();
  return text;
}

fhir::Result<State> state_of(const std::optional<Record>& record) {
  if (!record) return State{};
  FHIR_TRY(document, fhir::json::Document::read(record->value));
  return State{integer_at(document.root(), "failures").value_or(0),
               integer_at(document.root(), "lockedUntil").value_or(0)};
}

/// Those of one name lie together.
std::string prefix_of(std::string_view name) { return token_hash(name) + "."; }

}  // namespace

struct Attempts::Count {
  std::string key;
  bool is_of_hour = false;  // else: in a row
};

std::vector<Attempts::Count> Attempts::counts_of(std::string_view name, const Origin& origin,
                                                 Stage stage) const {
  const std::string prefix = prefix_of(name);
  std::vector<Count> counts;
  if (!origin.device.empty()) {
    counts.push_back({prefix + "device." + token_hash(origin.device)});
  } else {
    counts.push_back({prefix + "address." + token_hash(origin.address)});
    if (stage == Stage::password) counts.push_back({prefix + "all", true});
  }
  if (stage == Stage::second_factor) counts.push_back({prefix + "second"});
  return counts;
}

fhir::Result<bool> Attempts::add(const Count& count) {
  const AuthorizationOptions& options = environment_.options;
  for (int round = 0; round < k_rounds_max; ++round) {
    FHIR_TRY(record, environment_.records.get(k_kind, count.key));
    FHIR_TRY(state, state_of(record));
    const std::int64_t now = environment_.now_ms();
    if (state.locked_until > now) return false;
    std::int64_t ends = now + k_kept_ms;
    if (count.is_of_hour) {
      ends = record ? record->expires_at : now + k_hour_ms;
      if (state.failures >= static_cast<std::int64_t>(options.name_failures_max)) return false;
    }
    ++state.failures;
    const std::int64_t over = state.failures - static_cast<std::int64_t>(options.failures_max);
    if (!count.is_of_hour && over >= 0)
      state.locked_until = now + std::min(options.lockout_max_ms,
                                          options.lockout_ms << std::min<std::int64_t>(20, over));
    FHIR_TRY(done, environment_.records.put(k_kind, count.key, text_of(state), ends,
                                            record ? record->version : 0));
    if (done) return true;
  }
  return false;
}

fhir::Result<void> Attempts::undo(const Count& count, bool is_done) {
  if (is_done && !count.is_of_hour) return environment_.records.remove(k_kind, count.key);
  for (int round = 0; round < k_rounds_max; ++round) {
    FHIR_TRY(record, environment_.records.get(k_kind, count.key));
    if (!record) return {};
    FHIR_TRY(state, state_of(record));
    state.failures = std::max<std::int64_t>(0, state.failures - 1);
    state.locked_until = 0;
    FHIR_TRY(done, environment_.records.put(k_kind, count.key, text_of(state), record->expires_at,
                                            record->version));
    if (done) return {};
  }
  return {};
}

fhir::Result<bool> Attempts::begin(std::string_view name, const Origin& origin, Stage stage) {
  std::vector<Count> added;
  for (Count& count : counts_of(name, origin, stage)) {
    FHIR_TRY(may, add(count));
    if (may) {
      added.push_back(std::move(count));
      continue;
    }
    for (const Count& other : added) FHIR_CHECK(undo(other, false));  // none was made
    return false;
  }
  return true;
}

fhir::Result<void> Attempts::take_back(std::string_view name, const Origin& origin, Stage stage,
                                       bool is_done) {
  for (const Count& count : counts_of(name, origin, stage)) FHIR_CHECK(undo(count, is_done));
  return {};
}

fhir::Result<void> Attempts::forget(std::string_view name) {
  const std::string prefix = prefix_of(name);
  std::string after = prefix;
  for (;;) {
    FHIR_TRY(page, environment_.records.list(k_kind, after, k_page));
    for (const auto& [key, record] : page) {
      if (!key.starts_with(prefix)) return {};
      FHIR_CHECK(environment_.records.remove(k_kind, key));
    }
    if (page.size() < k_page) return {};
    after = page.back().first;
  }
}

}  // namespace server::security
