#include "src/packages/registry.h"

#include <algorithm>

#include "fhir/definitions/package_manifest.h"
#include "fhir/definitions/version_order.h"
#include "fhir/formats/json_document.h"
#include "src/security/digest.h"

namespace server::packages {
namespace {

constexpr std::uint64_t k_listing_bytes_max = 64u << 20;
constexpr std::uint64_t k_package_bytes_max = 512u << 20;
constexpr std::string_view k_sha512 = "sha512-";

bool is_exact(std::string_view range) {
  return !range.empty() && fhir::matches_version(range, range) && range != "latest" &&
         range.find('x') == std::string_view::npos && range.find('*') == std::string_view::npos;
}

/// The word among several of `integrity` that is a SHA-512; empty when there is none.
std::string_view sha512_of(std::string_view integrity) {
  const std::size_t at = integrity.find(k_sha512);
  if (at == std::string_view::npos) return {};
  integrity.remove_prefix(at + k_sha512.size());
  return integrity.substr(0, integrity.find_first_of(" ?"));
}

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return out;
}

}  // namespace

fhir::Result<Offer> Registry::find(std::string_view name, std::string_view range) const {
  Offer offer;
  offer.name = name;
  auto text = fetcher_.text(address_ + "/" + offer.name, k_listing_bytes_max);
  if (!text) {
    // A plain folder of files behind a web server has versions and no list of them.
    if (text.error().type != fhir::IssueType::not_found || !is_exact(range))
      return fhir::unexpected(std::move(text).error());
    offer.version = range;
    offer.url = address_ + "/" + offer.name + "/" + offer.version;
    return offer;
  }
  FHIR_TRY(document, fhir::json::Document::read(*std::move(text)));
  const fhir::json::Value* versions = document.root().find("versions");
  const fhir::json::Value* found = nullptr;
  if (versions != nullptr && versions->is_object()) {
    const auto* tags = document.root().find("dist-tags");
    const std::string_view latest =
        tags != nullptr ? tags->string_at("latest") : std::string_view{};
    const bool wants_latest = (range.empty() || range == "latest") && !latest.empty();
    for (const fhir::json::Member& member : versions->members()) {
      const std::string_view version = member.name();
      if (!fhir::definitions::is_package_version(version)) continue;
      if (wants_latest ? version != latest : !fhir::matches_version(range, version)) continue;
      if (found != nullptr && fhir::compare_versions(version, offer.version) <= 0) continue;
      found = &member.value;
      offer.version = version;
    }
  }
  if (found == nullptr)
    return fhir::unexpected(fhir::make_issue(
        fhir::IssueType::not_found,
        "The registry has no version " + std::string(range) + " of " + offer.name));
  offer.url = address_ + "/" + offer.name + "/" + offer.version;
  if (const fhir::json::Value* dist = found->find("dist")) {
    offer.integrity = dist->string_at("integrity");
    offer.shasum = dist->string_at("shasum");
    if (!dist->string_at("tarball").empty()) offer.url = dist->string_at("tarball");
  }
  return offer;
}

fhir::Result<void> Registry::fetch(const Offer& offer, const std::string& file) const {
  FHIR_CHECK(fetcher_.to_file(offer.url, file, k_package_bytes_max));
  auto checked = check_digests(file, offer.integrity, offer.shasum);
  if (checked) return {};
  fhir::Issue issue = std::move(checked).error();
  issue.diagnostics = offer.name + "@" + offer.version + ": " + issue.diagnostics;
  return fhir::unexpected(std::move(issue));
}

fhir::Result<void> check_digests(const std::string& file, std::string_view integrity,
                                 std::string_view shasum) {
  const std::string_view sha512 = sha512_of(integrity);
  FHIR_TRY(digests, security::digests_of_file(file));
  const bool differs = (!sha512.empty() && sha512 != digests.sha512_base64) ||
                       (!shasum.empty() && lower(shasum) != digests.sha1_hex);
  if (!differs) return {};
  return fhir::unexpected(fhir::make_issue(fhir::IssueType::security,
                                           "the file is not the one that the registry published"));
}

}  // namespace server::packages
