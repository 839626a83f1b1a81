// https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderConfig
#include "src/security/issuer.h"

#include <algorithm>
#include <array>

#include "src/security/json_fields.h"
#include "src/security/users.h"

namespace server::security {
namespace {

using fhir::json::Value;

constexpr std::array k_algorithms = {Algorithm::rs256, Algorithm::rs384, Algorithm::rs512,
                                     Algorithm::ps256, Algorithm::ps384, Algorithm::ps512,
                                     Algorithm::es256, Algorithm::es384, Algorithm::es512};
constexpr std::size_t k_texts_max = 100;

fhir::Unexpected<fhir::Issue> refuse(std::string text) {
  return fhir::unexpected(fhir::make_issue(fhir::IssueType::invalid, std::move(text)));
}

bool is_url(std::string_view url) {
  const bool is_here = url.starts_with("http://127.0.0.1") || url.starts_with("http://localhost") ||
                       url.starts_with("http://[::1]");
  return url.size() <= 2048 && (url.starts_with("https://") || is_here) &&
         std::all_of(url.begin(), url.end(), [](char c) { return c > ' ' && c < 0x7f; });
}

/// A number of seconds.
struct Number {
  std::string_view name;
  std::int64_t Issuer::*member;
  std::int64_t most;
};
constexpr std::array<Number, 5> k_numbers = {
    {{"clock_skew_seconds", &Issuer::skew_seconds, 600},
     {"lifetime_seconds_max", &Issuer::lifetime_seconds_max, 366 * 86'400},
     {"keys_kept_seconds", &Issuer::keys_kept_seconds, 86'400},
     {"keys_stale_seconds", &Issuer::keys_stale_seconds, 30 * 86'400},
     {"refetch_seconds", &Issuer::refetch_seconds, 3'600}}};

struct Text {
  std::string_view name;
  std::string Issuer::*member;
};
constexpr std::array<Text, 4> k_texts = {{{"issuer", &Issuer::issuer},
                                          {"discovery", &Issuer::discovery},
                                          {"jwks_uri", &Issuer::jwks_uri},
                                          {"default_role", &Issuer::default_role}}};

struct Place {
  std::string_view name;
  std::string ClaimPlaces::*member;
};
constexpr std::array<Place, 6> k_places = {{{"scopes", &ClaimPlaces::scopes},
                                            {"role", &ClaimPlaces::role},
                                            {"fhir_user", &ClaimPlaces::fhir_user},
                                            {"patient", &ClaimPlaces::patient},
                                            {"client", &ClaimPlaces::client},
                                            {"purpose", &ClaimPlaces::purpose}}};

template <class Rows>
auto row_of(const Rows& rows, std::string_view name) {
  const auto found =
      std::find_if(rows.begin(), rows.end(), [&](const auto& row) { return row.name == name; });
  return found == rows.end() ? nullptr : &*found;
}

fhir::Result<void> read_claims(ClaimPlaces& claims, const Value& json) {
  for (const fhir::json::Member& one : json.members()) {
    const Place* place = row_of(k_places, one.name());
    if (place == nullptr || !one.value.is_string())
      return refuse("No claim that is looked for: " + std::string(one.name()));
    claims.*place->member = one.value.string();
  }
  return {};
}

fhir::Result<void> read_roles(Issuer& issuer, const Value& json) {
  for (const fhir::json::Member& one : json.members()) {
    if (!Users::is_role(one.value.string()))
      return refuse("No role of this server: " + std::string(one.value.text()));
    issuer.roles.emplace_back(one.name(), one.value.string());
  }
  return {};
}

fhir::Result<void> read_algorithms(Issuer& issuer, const Value& json) {
  issuer.algorithms.clear();
  for (const Value& item : json.items()) {
    const auto algorithm = algorithm_of(item.string());
    if (!algorithm) return refuse("No algorithm that is taken: " + std::string(item.text()));
    issuer.algorithms.push_back(*algorithm);
  }
  return {};
}

fhir::Result<void> read_texts(std::vector<std::string>& texts, std::string_view name,
                              const Value& json) {
  if (json.is_string()) texts.emplace_back(json.string());
  for (const Value& item : json.items()) texts.emplace_back(item.string());
  const bool is_good = !texts.empty() && texts.size() <= k_texts_max &&
                       std::find(texts.begin(), texts.end(), "") == texts.end();
  return is_good ? fhir::Result<void>() : refuse(std::string(name) + " is to be texts");
}

fhir::Result<void> read_member(Issuer& issuer, std::string_view name, const Value& owner,
                               const Value& value) {
  if (const Text* text = row_of(k_texts, name)) {
    if (!value.is_string()) return refuse(std::string(name) + " is to be a text");
    issuer.*text->member = value.string();
    return {};
  }
  if (const Number* number = row_of(k_numbers, name)) {
    const auto given = integer_at(owner, name);
    const std::int64_t least = name == "clock_skew_seconds" ? 0 : 1;
    if (!given || *given < least || *given > number->most)
      return refuse(std::string(name) + " is to be a number from " + std::to_string(least) +
                    " to " + std::to_string(number->most));
    issuer.*number->member = *given;
    return {};
  }
  if (name == "audience") return read_texts(issuer.audiences, name, value);
  if (name == "capabilities") return read_texts(issuer.capabilities, name, value);
  if (name == "algorithms") return read_algorithms(issuer, value);
  if (name == "claims") return read_claims(issuer.claims, value);
  if (name == "roles") return read_roles(issuer, value);
  return refuse("No setting of an issuer: " + std::string(name));
}

fhir::Result<void> check(const Issuer& issuer) {
  if (!is_url(issuer.issuer) || issuer.issuer.find_first_of("?#") != std::string::npos)
    return refuse("An issuer is an https URL without query and fragment: " + issuer.issuer);
  for (const std::string* url : {&issuer.discovery, &issuer.jwks_uri}) {
    if (!url->empty() && !is_url(*url)) return refuse("No https URL: " + *url);
  }
  if (issuer.algorithms.empty()) return refuse("An issuer signs by an algorithm at least");
  if (!issuer.default_role.empty() && !Users::is_role(issuer.default_role))
    return refuse("No role of this server: " + issuer.default_role);
  return {};
}

}  // namespace

fhir::Result<Issuer> issuer_at(std::string_view url) {
  Issuer issuer;
  issuer.issuer = url;
  issuer.algorithms.assign(k_algorithms.begin(), k_algorithms.end());
  FHIR_CHECK(check(issuer));
  return issuer;
}

fhir::Result<std::vector<Issuer>> issuers_of(std::string text) {
  FHIR_TRY(document, fhir::json::Document::read(std::move(text)));
  std::vector<Issuer> issuers;
  for (const fhir::json::Member& list : document.root().members()) {
    if (list.name() != "issuers" || !list.value.is_array())
      return refuse("The settings of issuers are an array `issuers`");
    for (const Value& one : list.value.items()) {
      Issuer issuer;
      issuer.algorithms.assign(k_algorithms.begin(), k_algorithms.end());
      for (const fhir::json::Member& member : one.members())
        FHIR_CHECK(read_member(issuer, member.name(), one, member.value));
      FHIR_CHECK(check(issuer));
      issuers.push_back(std::move(issuer));
    }
  }
  if (issuers.empty() || issuers.size() > k_issuers_max)
    return refuse("There are to be 1 to " + std::to_string(k_issuers_max) + " issuers");
  return issuers;
}

}  // namespace server::security
