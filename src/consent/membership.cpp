#include "src/consent/membership.h"

#include <algorithm>
#include <utility>

#include "fhir/formats/json_items.h"
#include "src/consent/elements.h"
#include "src/search/value_ranges.h"

namespace server::consent {
namespace {

using fhir::json::items_at;
using fhir::json::Value;

constexpr std::string_view k_client_prefix = "urn:medisync:client|";

bool is_false(const Value& object, std::string_view name) {
  const Value* value = object.find(name);
  return value != nullptr && value->text() == "false";
}

bool is_true(const Value& object, std::string_view name) {
  const Value* value = object.find(name);
  return value != nullptr && value->text() == "true";
}

fhir::Instants always() { return {search::k_open_low_ms, search::k_open_high_ms}; }

/// What lies in both.
fhir::Instants both(const fhir::Instants& a, const fhir::Instants& b) {
  return {std::max(a.low, b.low), std::min(a.high, b.high)};
}

class Reading {
 public:
  Reading(std::string name, const Value& resource, std::string_view base_url)
      : name_(std::move(name)), resource_(resource), base_url_(base_url) {}

  /// "Indicates all of the people and organizations who are expected to participate"
  void team() {
    const std::string_view status = resource_.string_at("status");
    if (status == "entered-in-error") out.is_unclear = true;
    const bool is_doubtful = !status.empty() && status != "active";
    const fhir::Instants period = period_of(resource_, "period", out.is_unclear);
    for (const Value& one : items_at(resource_, "participant"))
      member(one.find("member"), both(period, period_of(one, "period", out.is_unclear)),
             is_doubtful);
  }

  /// "actual: If true, indicates that the resource refers to a specific group of real individuals.
  /// If false, the group defines a set of intended individuals."
  void group() {
    const auto members = items_at(resource_, "member");
    const Value* quantity = resource_.find("quantity");
    const bool is_empty = quantity != nullptr && quantity->text() == "0";
    if (!is_true(resource_, "actual") || (members.empty() && !is_empty)) out.is_unclear = true;
    const bool is_doubtful = is_false(resource_, "active");
    for (const Value& one : members) {
      if (is_true(one, "inactive")) continue;
      member(one.find("entity"), period_of(one, "period", out.is_unclear), is_doubtful);
    }
  }

  void role() {
    if (is_false(resource_, "active")) return;
    bool is_doubtful = false;
    const fhir::Instants period = period_of(resource_, "period", is_doubtful);
    for (const std::string& practitioner : named("practitioner")) {
      add(practitioner, name_, period, is_doubtful);
      add(name_, practitioner, period, is_doubtful);
    }
    for (const std::string& organization : named("organization"))
      add(name_, organization, period, is_doubtful);
  }

  void organization() {
    for (const std::string& whole : named("partOf")) add(name_, whole, always(), false);
  }

  /// A client acts as the devices that have it as an identifier.
  void device() {
    const std::string_view status = resource_.string_at("status");
    for (const std::string& identifier : identifiers_of(resource_)) {
      if (identifier.starts_with(k_client_prefix))
        add(identifier, name_, always(), !status.empty() && status != "active");
    }
  }

  void identifiers() {
    for (const std::string& identifier : identifiers_of(resource_)) {
      if (!identifier.starts_with(k_client_prefix)) add(name_, identifier, always(), false);
    }
  }

  Membership out;

 private:
  std::vector<std::string> named(std::string_view element) const {
    const Value* reference = resource_.find(element);
    std::vector<std::string> names;
    if (reference != nullptr) names = names_of(*reference, resource_, base_url_);
    std::erase(names, k_anybody);
    return names;
  }

  void member(const Value* reference, const fhir::Instants& period, bool is_doubtful) {
    if (period.low >= period.high) return;
    const auto names = reference != nullptr ? names_of(*reference, resource_, base_url_)
                                            : std::vector<std::string>{std::string(k_anybody)};
    for (const std::string& name : names) {
      if (name == k_anybody || out.links.size() >= k_members_max) {
        out.is_unclear = true;
      } else {
        add(name, name_, period, is_doubtful);
      }
    }
  }

  void add(std::string from, std::string to, const fhir::Instants& period, bool is_doubtful) {
    out.links.push_back({std::move(from), std::move(to), period, is_doubtful});
  }

  const std::string name_;
  const Value& resource_;
  const std::string_view base_url_;
};

}  // namespace

bool has_members(std::string_view type) {
  return type == "CareTeam" || type == "Group" || type == "Device";
}

bool tells_of_itself(std::string_view type) {
  return type == "Practitioner" || type == "RelatedPerson" || type == "Organization" ||
         type == "Device";
}

Membership membership_of(std::string_view type, std::string_view id, const Value* resource,
                         std::string_view base_url) {
  if (resource == nullptr) {
    Membership none;
    none.is_unclear = type == "CareTeam" || type == "Group";
    return none;
  }
  Reading reading(std::string(type).append("/").append(id), *resource, base_url);
  if (resource->find("modifierExtension") != nullptr && has_members(type))
    reading.out.is_unclear = true;
  if (type == "CareTeam") {
    reading.team();
  } else if (type == "Group") {
    reading.group();
  } else {
    if (type == "PractitionerRole") reading.role();
    if (type == "Organization") reading.organization();
    if (type == "Device") reading.device();
    reading.identifiers();
  }
  return std::move(reading.out);
}

}  // namespace server::consent
