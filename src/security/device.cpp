#include "src/security/device.h"

#include <algorithm>

#include "src/security/json_fields.h"
#include "src/security/secrets.h"

namespace server::security {
namespace {

constexpr std::string_view k_place = "device-cookie";
constexpr std::size_t k_cookie_bytes_max = 2'048;
constexpr std::size_t k_users_max = 12;
constexpr std::size_t k_hash_bytes = 16;

std::string hash_of(std::string_view user) { return token_hash(user).substr(0, k_hash_bytes); }

}  // namespace

Device Device::of_cookie(const Environment& environment, std::string_view cookie) {
  Device device;
  device.id_ = random_token();
  if (cookie.empty() || cookie.size() > k_cookie_bytes_max) return device;
  auto text = environment.vault.open_sealed(cookie, k_place);
  if (!text) return device;
  const auto document = fhir::json::Document::read(*std::move(text));
  if (!document) return device;
  const fhir::json::Value& json = document->root();
  const std::int64_t made_at = integer_at(json, "at").value_or(0);
  if (made_at + environment.options.device_ms < environment.now_ms()) return device;
  device.id_ = json.string_at("id");
  device.users_ = strings_at(json, "users");
  return device;
}

bool Device::knows(std::string_view user) const {
  return std::find(users_.begin(), users_.end(), hash_of(user)) != users_.end();
}

void Device::add(std::string_view user) {
  std::erase(users_, hash_of(user));
  users_.push_back(hash_of(user));
  if (users_.size() > k_users_max) users_.erase(users_.begin());
}

std::string Device::cookie(const Environment& environment) const {
  std::string text;
  fhir::json::Builder out(text);
  out.begin_object().string("id", id_).number("at", environment.now_ms());
  append_strings(out, "users", users_);
  out.end_object();
  return environment.vault.seal(text, k_place);
}

}  // namespace server::security
