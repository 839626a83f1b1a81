#include "src/consent/consent_bounds.h"

#include <algorithm>
#include <map>
#include <set>

#include "src/consent/named_patients.h"
#include "src/consent/withheld_criterion.h"

namespace server::consent {
namespace {

using search::Combination;
using search::Criterion;
using search::ResourceSet;
using search::Side;

constexpr std::size_t k_askers_max = 200;
/// Different conditions in one query: past it all of those patients is withheld. What is read by
/// its id is judged by the conditions of its own patients, however many others there are.
constexpr std::size_t k_groups_max = 200;
constexpr std::string_view k_treatment = "TREAT";
constexpr std::string_view k_client_system = "urn:medisync:client";

std::shared_ptr<const ResourceSet> patients(std::vector<std::string> ids, Side side) {
  return std::make_shared<const ResourceSet>("Patient", std::move(ids), side);
}

Criterion none_of(std::vector<Criterion> parts) {
  return combined(Combination::negation, std::move(parts));
}

/// Of the consents and the audit trail those who keep them see all.
bool keeps(const access::Identity& identity, std::string_view type) {
  if (identity.role == "administrator") return type == "Consent" || type == "AuditEvent";
  const bool is_backend = identity.role.empty() && identity.fhir_user.empty() &&
                          identity.consent.empty() && !identity.is_patient_user;
  return is_backend && type == "Consent";
}

class ConsentBound final : public access::Bound {
 public:
  ConsentBound(ConsentBounds& bounds, std::shared_ptr<const access::Identity> identity,
               const fhir::DefinitionStore& definitions)
      : bounds_(bounds), identity_(std::move(identity)), definitions_(definitions) {
    otherwise_ = bounds_.mode() == Mode::opt_in || !identity_->consent.empty() ? Default::withheld
                                                                               : Default::flows;
    if (identity_->is_patient_user) own_ = identity_->user_patients;
    // "Break the glass": what consents deny is lifted for the one patient.
    if (identity_->is_emergency) own_ = {identity_->patient};
  }

  bool is_binding() const override { return !groups().empty(); }

  std::optional<Criterion> limit(std::string_view type) const override {
    if (keeps(*identity_, type)) return std::nullopt;
    std::vector<Criterion> any;
    for (const Withheld::Group& group : groups()) {
      auto one = withheld(group.patients, group.condition, type);
      if (one) any.push_back(*std::move(one));
    }
    if (any.empty()) return std::nullopt;
    return none_of(std::move(any));
  }

  std::optional<Criterion> limit_of(std::string_view type, std::string_view id,
                                    std::string_view body) const override {
    const bool is_free = otherwise_ == Default::flows && bounds_.index().is_empty();
    if (is_free || keeps(*identity_, type)) return std::nullopt;
    std::map<std::string, Withheld::Group> found;
    std::map<std::string, std::vector<std::string>> ids;
    const Moment moment{bounds_.now_ms()};
    const std::uint64_t generation = bounds_.index().generation();  // before anything is looked at
    for (const std::string_view patient : named_patients(type, id, body)) {
      if (std::find(own_.begin(), own_.end(), patient) != own_.end()) continue;
      const auto directives = bounds_.index().of(patient);
      if (!directives && otherwise_ == Default::flows) continue;
      if (identity_->open_patients.has(generation, moment.now_ms, patient)) continue;
      Moment own{moment.now_ms};
      Condition condition = consent::withheld(
          directives ? std::span(*directives) : std::span<const std::shared_ptr<const Directive>>(),
          otherwise_, identity_->consent, asker(), bounds_.hierarchy(), own);
      if (condition.is_never()) {
        identity_->open_patients.add(generation, own.changes_at, patient);
        continue;
      }
      std::string key = key_of(condition);
      found[key].condition = std::move(condition);
      ids[key].emplace_back(patient);
    }
    if (found.empty() || !is_about_patients(type, definitions_)) return std::nullopt;
    std::vector<Criterion> any;
    for (auto& [key, group] : found) {
      auto one = withheld(patients(std::move(ids[key]), Side::inside), group.condition, type);
      if (one) any.push_back(*std::move(one));
    }
    if (any.empty()) return std::nullopt;
    return none_of(std::move(any));
  }

 private:
  const Asker& asker() const {
    if (asker_) return *asker_;
    Asker asker;
    asker.actors = bounds_.index().names_of(identity_->fhir_user);
    if (!identity_->client.empty() && identity_->consent.empty())
      asker.actors.push_back(std::string(k_client_system) + "|" + identity_->client);
    asker.purpose = {std::string(k_act_reason),
                     identity_->purpose.empty() ? std::string(k_treatment) : identity_->purpose};
    return asker_.emplace(std::move(asker));
  }

  const std::vector<Withheld::Group>& groups() const {
    if (!withheld_) withheld_ = bounds_.withheld_from(asker(), otherwise_, identity_->consent);
    return withheld_->groups;
  }

  std::optional<Criterion> withheld(std::shared_ptr<const ResourceSet> of,
                                    const Condition& condition, std::string_view type) const {
    Compiled compiled = compile(condition, type, definitions_);
    if (compiled.constant && !*compiled.constant) return std::nullopt;
    auto whose = about(std::move(of), own_, type, definitions_);
    if (!whose || compiled.constant) return whose;
    std::vector<Criterion> all;
    all.push_back(*std::move(whose));
    all.push_back(std::move(compiled.criterion));
    return combined(Combination::all, std::move(all));
  }

  ConsentBounds& bounds_;
  const std::shared_ptr<const access::Identity> identity_;
  const fhir::DefinitionStore& definitions_;
  Default otherwise_ = Default::flows;
  std::vector<std::string> own_;  // patients whose consents do not bind this token
  mutable std::optional<Asker> asker_;
  mutable std::shared_ptr<const Withheld> withheld_;
};

std::string key_of(const Asker& asker, Default otherwise, const std::string& permit) {
  std::string key(otherwise == Default::flows ? "f" : "w");
  key.append(permit).append("\n").append(asker.purpose.code);
  for (const std::string& actor : asker.actors) key.append("\n").append(actor);
  return key;
}

}  // namespace

std::unique_ptr<const access::Bound> ConsentBounds::of(
    std::shared_ptr<const access::Identity> identity, const fhir::DefinitionStore& definitions) {
  if (identity->consent.empty() &&
      (mode_ == Mode::off || (mode_ == Mode::opt_out && index_.is_empty())))
    return nullptr;
  return std::make_unique<const ConsentBound>(*this, std::move(identity), definitions);
}

std::shared_ptr<const Withheld> ConsentBounds::withheld_from(const Asker& asker, Default otherwise,
                                                             const std::string& permit) {
  const std::string key = key_of(asker, otherwise, permit);
  const std::uint64_t generation = index_.generation();
  Moment moment{now_ms_()};
  {
    const std::lock_guard lock(mutex_);
    const auto found = known_.find(key);
    if (found != known_.end() && found->second->generation == generation &&
        moment.now_ms < found->second->good_until)
      return found->second;
  }
  std::map<std::string, std::pair<Condition, std::vector<std::string>>> by_condition;
  std::vector<std::string> settled;  // patients whose consents say what is withheld
  index_.each([&](const std::string& patient, const Directives& directives) {
    Condition condition =
        consent::withheld(directives, otherwise, permit, asker, hierarchy_, moment);
    if (otherwise == Default::withheld && condition.is_always()) return;
    settled.push_back(patient);
    if (condition.is_never()) return;
    std::string of = consent::key_of(condition);
    if (by_condition.size() >= k_groups_max && !by_condition.contains(of)) {
      condition = constant(true);
      of = consent::key_of(condition);
    }
    auto& group = by_condition[of];
    group.first = std::move(condition);
    group.second.push_back(patient);
  });
  auto made = std::make_shared<Withheld>();
  made->generation = generation;
  made->good_until = moment.changes_at;
  if (otherwise == Default::withheld)
    made->groups.push_back({patients(std::move(settled), Side::outside), constant(true)});
  for (auto& [of, group] : by_condition)
    made->groups.push_back(
        {patients(std::move(group.second), Side::inside), std::move(group.first)});
  const std::lock_guard lock(mutex_);
  if (known_.size() >= k_askers_max) known_.clear();
  known_[key] = made;
  return made;
}

}  // namespace server::consent
