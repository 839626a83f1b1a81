// https://hl7.org/fhir/R4/observation-operation-stats.html
#include "src/operations/observation_series.h"

#include <algorithm>
#include <map>
#include <tuple>

#include "fhir/base/date_time.h"
#include "fhir/formats/json_items.h"

namespace server::operations {
namespace {

using fhir::json::items_at;
using fhir::json::Member;
using fhir::json::Value;

std::optional<std::int64_t> start_of(std::string_view text) {
  const auto time = fhir::DateTime::parse(text);
  return time ? std::optional(time->instants().low) : std::nullopt;
}

bool is_same(const CodeKey& asked, const CodeKey& found) {
  return asked.code == found.code && (asked.system.empty() || asked.system == found.system);
}

const Value* value_member(const Value& holder) {
  for (const Member& member : holder.members()) {
    if (member.name().starts_with("value")) return &member.value;
  }
  return nullptr;
}

}  // namespace

std::optional<std::int64_t> effective_time(const Value& observation) {
  for (std::string_view name : {"effectiveDateTime", "effectiveInstant"}) {
    if (const auto time = start_of(observation.string_at(name))) return time;
  }
  if (const Value* period = observation.find("effectivePeriod")) {
    const auto start = start_of(period->string_at("start"));
    return start ? start : start_of(period->string_at("end"));
  }
  if (const Value* timing = observation.find("effectiveTiming")) {
    const auto events = items_at(*timing, "event");
    if (!events.empty()) return start_of(events.front().string());
  }
  return std::nullopt;
}

std::vector<CodeKey> codings_of(const Value* concept_value) {
  std::vector<CodeKey> codings;
  if (concept_value == nullptr) return codings;
  for (const Value& coding : items_at(*concept_value, "coding")) {
    if (coding.string_at("code").empty()) continue;
    codings.push_back({std::string(coding.string_at("system")),
                       std::string(coding.string_at("code")),
                       std::string(coding.string_at("display"))});
  }
  return codings;
}

ObservationSeries::ObservationSeries(std::vector<CodeKey> asked, const fhir::UnitSystem* units)
    : asked_(std::move(asked)), units_(units) {
  for (const CodeKey& code : asked_) groups_.push_back({code, {}});
}

/// "If modifier extensions are present in the Observation, they must be accounted for … in a way
/// that it should be excluded from the calculations."
bool ObservationSeries::counts(const Value& observation) const {
  const std::string_view status = observation.string_at("status");
  return status != "entered-in-error" && status != "cancelled" &&
         observation.find("modifierExtension") == nullptr;
}

const CodeKey* ObservationSeries::asked_for(const std::vector<CodeKey>& codings) const {
  for (const CodeKey& asked : asked_) {
    for (const CodeKey& coding : codings) {
      if (is_same(asked, coding)) return &asked;
    }
  }
  return nullptr;
}

void ObservationSeries::measure(const CodeKey& code, const Value& holder,
                                std::optional<std::int64_t> time_ms) {
  Measurement made;
  made.time_ms = time_ms;
  if (const Value* quantity = holder.find("valueQuantity")) {
    const Value* number = quantity->find("value");
    if (number != nullptr && quantity->find("comparator") == nullptr)
      made.value = fhir::Decimal::parse(number->text());
    made.unit = quantity->string_at("unit");
    made.unit_system = quantity->string_at("system");
    made.unit_code = quantity->string_at("code");
    if (made.unit_code.empty()) made.unit_code = made.unit;
  } else if (const Value* integer = holder.find("valueInteger")) {
    made.value = fhir::Decimal::parse(integer->text());
  }
  const auto found = std::find_if(groups_.begin(), groups_.end(),
                                  [&](const Group& group) { return is_same(group.code, code); });
  if (found == groups_.end()) {
    groups_.push_back({code, {}});
    groups_.back().measurements.push_back(std::move(made));
    return;
  }
  if (found->code.system.empty()) found->code.system = code.system;
  if (found->code.display.empty()) found->code.display = code.display;
  found->measurements.push_back(std::move(made));
}

void ObservationSeries::measure_components(const Value& observation,
                                           std::optional<std::int64_t> time_ms, bool all_of_them) {
  for (const Value& component : items_at(observation, "component")) {
    const auto codings = codings_of(component.find("code"));
    if (codings.empty() || component.find("modifierExtension") != nullptr) continue;
    if (const CodeKey* asked = asked_for(codings)) {
      const auto own = std::find_if(codings.begin(), codings.end(),
                                    [&](const CodeKey& each) { return is_same(*asked, each); });
      measure(*own, component, time_ms);
    } else if (all_of_them) {
      measure(codings.front(), component, time_ms);
    }
  }
}

std::vector<std::string> ObservationSeries::add(const Value& observation) {
  std::vector<std::string> members;
  if (!counts(observation)) return members;
  const auto time = effective_time(observation);
  const auto codings = codings_of(observation.find("code"));
  const CodeKey* asked = asked_for(codings);
  const auto of_panel = items_at(observation, "hasMember");
  const bool is_panel = !of_panel.empty() || !items_at(observation, "component").empty();
  if (asked != nullptr && (!is_panel || value_member(observation) != nullptr)) {
    const auto own = std::find_if(codings.begin(), codings.end(),
                                  [&](const CodeKey& each) { return is_same(*asked, each); });
    measure(*own, observation, time);
  }
  measure_components(observation, time, asked != nullptr);
  if (asked == nullptr) return members;
  for (const Value& member : of_panel) members.emplace_back(member.string_at("reference"));
  return members;
}

void ObservationSeries::add_member(const Value& observation) {
  if (!counts(observation)) return;
  const auto time = effective_time(observation);
  const auto codings = codings_of(observation.find("code"));
  if (!codings.empty() && value_member(observation) != nullptr)
    measure(codings.front(), observation, time);
  measure_components(observation, time, true);
}

ObservationSeries::Series ObservationSeries::in_one_unit(const Group& group) const {
  Series series;
  series.code = group.code;
  series.total = group.measurements.size();
  std::map<std::pair<std::string, std::string>, std::size_t> uses;
  const Measurement* most = nullptr;
  for (const Measurement& each : group.measurements) {
    if (each.value) ++uses[{each.unit_system, each.unit_code}];
  }
  for (const Measurement& each : group.measurements) {
    if (each.value && (most == nullptr || uses[{each.unit_system, each.unit_code}] >
                                              uses[{most->unit_system, most->unit_code}]))
      most = &each;
  }
  if (most == nullptr) return series;
  series.unit = most->unit;
  series.unit_system = most->unit_system;
  series.unit_code = most->unit_code;
  for (const Measurement& each : group.measurements) {
    if (!each.value) continue;
    if (each.unit_system == most->unit_system && each.unit_code == most->unit_code) {
      series.samples.push_back({*each.value, each.time_ms});
    } else if (units_ != nullptr && each.unit_system == fhir::k_ucum_system &&
               most->unit_system == fhir::k_ucum_system) {
      if (auto value = units_->convert(*each.value, each.unit_code, most->unit_code))
        series.samples.push_back({*std::move(value), each.time_ms});
    }
  }
  return series;
}

std::vector<ObservationSeries::Series> ObservationSeries::series() const {
  std::vector<Series> all;
  for (const Group& group : groups_) all.push_back(in_one_unit(group));
  return all;
}

}  // namespace server::operations
