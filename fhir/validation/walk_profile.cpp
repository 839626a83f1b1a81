// Which profiles a resource is held against: those it claims, and those that were asked for.
// https://hl7.org/fhir/R4/resource-definitions.html#Meta.profile
#include <algorithm>
#include <string>

#include "fhir/validation/profile_walk.h"
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
  const auto& asked = options_.profiles;
  if (is_root) {
    for (const std::string& profile : asked) {
      if (!parts_.profiles.find(profile).is_known()) {
        report(node, IssueType::not_found,
               {"The profile ", profile, " is not known here, so it was not checked"});
        continue;
      }
      check_profile(node, profile);
    }
  }
  const json::Value* meta = node.element.value->find("meta");
  const json::Value* profiles = meta != nullptr ? meta->find("profile") : nullptr;
  if (profiles == nullptr) return;
  const Path meta_path{node.path, "meta", -1};
  for (std::size_t i = 0; i < profiles->items().size(); ++i) {
    const json::Value& profile = profiles->items()[i];
    if (!profile.is_string()) continue;
    const std::string_view canonical = profile.string();
    if (is_root && std::find(asked.begin(), asked.end(), canonical) != asked.end()) continue;
    if (parts_.profiles.find(canonical).is_known()) {
      check_profile(node, canonical);
    } else if (is_first(canonical)) {
      const Path path{&meta_path, "profile", static_cast<std::int64_t>(i)};
      report(Severity::warning, IssueType::not_found, path, profile.offset(),
             {"This profile is not known here, so it was not checked"});
    }
  }
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

/// What the definition of an extension says of its value and its parts. The parts of a complex
/// extension are judged with it.
void Walk::check_extension_content(const Node& node, const ExtensionSchema& schema) {
  const bool is_part = schema.url.find(':') == std::string_view::npos;
  if (is_part) return;
  if (const Profile* profile = parts_.profiles.find(schema.url).profile)
    profile_walk().check(node, *profile);
}

}  // namespace fhir::validation
