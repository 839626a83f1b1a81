// Which profiles a resource is held against: those it claims, and those that were asked for.
// https://hl7.org/fhir/R4/resource-definitions.html#Meta.profile
#include <algorithm>
#include <string>

#include "fhir/formats/json_document.h"
#include "fhir/validation/profile_walk.h"
#include "fhir/validation/vital_signs.h"
#include "fhir/validation/walk.h"

namespace fhir::validation {

ProfileWalk& Walk::profile_walk() {
  if (profile_walk_ == nullptr) profile_walk_ = std::make_unique<ProfileWalk>(*this);
  return *profile_walk_;
}

bool Walk::meets_base(const Node& node) const {
  if (!node.element.is_resource() || node.element.value == nullptr) return true;
  IssueList unread;
  Walk walk(parts_, document_, options_, unread);
  walk.is_base_alone_ = true;
  walk.run(*node.element.value, {});
  return !walk.has_errors_;
}

void Walk::check_profiles(const Node& node, bool is_root) {
  if (is_base_alone_) return;
  if (is_root) check_asked_profiles(node);
  const json::Value* meta = node.element.value->find("meta");
  const json::Value* profiles = meta != nullptr ? meta->find("profile") : nullptr;
  const auto claimed = profiles != nullptr ? profiles->items() : std::span<const json::Value>{};
  const Path meta_path{node.path, "meta", -1};
  for (std::size_t i = 0; i < claimed.size(); ++i) {
    if (!claimed[i].is_string()) continue;
    const std::string_view canonical = claimed[i].string();
    if (is_root && is_asked(canonical)) continue;
    if (parts_.profiles.find(canonical).is_known()) {
      check_profile(node, canonical);
    } else if (is_first(canonical)) {
      const Path path{&meta_path, "profile", static_cast<std::int64_t>(i)};
      report(Severity::warning, IssueType::not_found, path, claimed[i].offset(),
             {"This profile is not known here, so it was not checked"});
    }
  }
  if (options_.vital_signs && node.element.type->name == "Observation")
    check_vital_sign(node, claimed, is_root);
}

bool Walk::is_logical_model(std::string_view canonical) const {
  const ConformanceRecord* record = parts_.definitions.record("StructureDefinition", canonical);
  if (record == nullptr) return false;
  const auto structure = json::Document::read(std::string(record->json));
  return structure && structure->root().string_at("kind") == "logical";
}

bool Walk::is_asked(std::string_view canonical) const {
  const auto& asked = options_.profiles;
  return std::find(asked.begin(), asked.end(), canonical) != asked.end();
}

void Walk::check_asked_profiles(const Node& node) {
  for (const std::string& profile : options_.profiles) {
    if (parts_.profiles.find(profile).is_known()) {
      check_profile(node, profile);
    } else if (is_logical_model(profile)) {
      refuse_model(profile, *node.path, *node.element.value);
    } else {
      report(node, IssueType::not_found,
             {"The profile ", profile, " is not known here, so it was not checked"});
    }
  }
}

/// What a logical model describes is no resource: nothing in it tells its type.
/// https://hl7.org/fhir/R4/structuredefinition.html#logical
void Walk::refuse_model(std::string_view canonical, const Path& path, const json::Value& at) {
  report(Severity::error, IssueType::not_supported, path, at.offset(),
         {canonical, " is a logical model; only resources are judged, not what such describe"});
}

void Walk::check_vital_sign(const Node& node, std::span<const json::Value> claimed, bool is_root) {
  const std::string_view profile = vital_sign_profile(*node.element.value);
  if (profile.empty() || (is_root && is_asked(profile))) return;
  const bool is_claimed = std::any_of(claimed.begin(), claimed.end(), [&](const json::Value& one) {
    return one.string() == profile;
  });
  if (!is_claimed && parts_.profiles.find(profile).is_known()) check_profile(node, profile);
}

/// canonical   known
void Walk::check_profile(const Node& node, std::string_view canonical) {
  const Profiles::Found found = parts_.profiles.find(canonical);
  if (found.profile != nullptr) {
    profile_walk().check(node, *found.profile);
  } else if (!node.element.type->is_a(found.type)) {
    report(node, IssueType::structure,
           {"The profile ", canonical, " is about ", found.type->name, ", not about this"});
  }
}

const Profile* Walk::profile_of(const ExtensionSchema& schema) const {
  const bool is_part = schema.url.find(':') == std::string_view::npos;
  return is_part ? nullptr : parts_.profiles.find(schema.url).profile;
}

}  // namespace fhir::validation
