#include "src/consent/consent_bounds.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <limits>
#include <map>
#include <set>

#include "src/access/told_of.h"
#include "src/consent/named_patients.h"
#include "src/consent/told_criterion.h"
#include "src/consent/widened.h"
#include "src/consent/withheld_criterion.h"

namespace server::consent {
namespace {

using access::Doing;
using search::Combination;
using search::Criterion;
using search::ResourceSet;
using search::Side;

constexpr std::size_t k_askers_max = 200;
/// Different conditions in one query. Further ones that are alike become one that withholds what
/// any of them does of any of their patients; of the rest all of the record is withheld. What is
/// read by its id is judged by the conditions of its own patients, however many others there are.
constexpr std::size_t k_groups_max = 200;
constexpr std::size_t k_widened_max = 20;
constexpr std::size_t k_few_groups = 8;
/// Patients named in one write each of whom is asked whether it says anything anew of them; of more
/// it may say nothing that they do not let be collected.
constexpr std::size_t k_asked_apart_max = 20;
constexpr std::string_view k_treatment = "TREAT";
constexpr std::int64_t k_always = std::numeric_limits<std::int64_t>::max();

std::shared_ptr<const ResourceSet> patients(std::vector<std::string> ids, Side side) {
  return std::make_shared<const ResourceSet>("Patient", std::move(ids), side);
}

std::optional<Criterion> none_of(std::vector<Criterion> parts) {
  if (parts.empty()) return std::nullopt;
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

  bool is_binding() const override { return !everybody(Doing::reading).groups.empty(); }

  bool may_withhold(std::string_view type) const override { return !is_unbound(type); }

  std::optional<Criterion> limit(std::string_view type) const override {
    if (keeps(*identity_, type)) return std::nullopt;
    std::vector<Criterion> any = withheld_by_groups(type, Doing::reading);
    std::vector<Criterion> told = told_of(type);
    std::move(told.begin(), told.end(), std::back_inserter(any));
    return none_of(std::move(any));
  }

  std::optional<std::int64_t> open_until(std::string_view type, std::string_view id,
                                         std::string_view body) const override {
    if (is_unbound(type)) return k_always;
    return open_until(named_patients(type, id, body));
  }

  std::optional<Criterion> limit_of(std::string_view type, std::string_view id,
                                    std::string_view body) const override {
    if (is_unbound(type)) return std::nullopt;
    const std::vector<std::string_view> named = named_patients(type, id, body);
    if (open_until(named)) return std::nullopt;
    return none_of(withheld_of(type, named, Doing::reading));
  }

  /// Consents are written by whom roles and scopes let, whatever the patient said before: who could
  /// not write one down could not withdraw it either.
  access::WriteLimits limits_of_write(std::string_view type, std::string_view id,
                                      std::span<const std::string_view> body,
                                      access::Standing standing) const override {
    access::WriteLimits limits;
    const bool is_free = type == "Consent";
    if (standing == access::Standing::maybe) {
      auto before = keeps(*identity_, type) ? std::vector<Criterion>()
                                            : withheld_by_groups(type, Doing::reading);
      if (!is_free) {
        auto more = withheld_by_groups(type, Doing::correcting);
        std::move(more.begin(), more.end(), std::back_inserter(before));
      }
      limits.before = none_of(std::move(before));
    }
    const bool is_empty = otherwise_ == Default::flows && bounds_.index().is_empty();
    if (is_free || is_empty || body.empty()) return limits;
    const auto named = named_patients(type, id, body);
    if (standing == access::Standing::maybe)
      limits.changed = none_of(withheld_of(type, named, Doing::correcting));
    std::vector<Criterion> anew = withheld_of(type, named, Doing::collecting, Grouping::apart);
    if (anew.size() > k_asked_apart_max) {
      std::vector<Criterion> all;
      if (limits.changed) all.push_back(*std::move(limits.changed));
      all.push_back(*none_of(std::move(anew)));
      limits.changed = combined(Combination::all, std::move(all));
      anew = withheld_of(type, named, Doing::collecting);
    }
    if (auto told = told_anew(type, body); !told.empty())
      limits.anew.push_back(*none_of(std::move(told)));
    for (Criterion& one : anew) {
      std::vector<Criterion> alone;
      alone.push_back(std::move(one));
      limits.anew.push_back(*none_of(std::move(alone)));
    }
    return limits;
  }

 private:
  /// Whether patients of whom the same is withheld make one criterion, or each one.
  enum class Grouping : std::uint8_t { together, apart };

  /// What is never recorded nobody can consent to later: that nothing flows unless it is permitted
  /// is said of reading. But a token that a Consent gives does what that permits.
  Default otherwise(Doing doing) const {
    return doing == Doing::reading || !identity_->consent.empty() ? otherwise_ : Default::flows;
  }

  /// Whether nobody says anything that counts for resources of the type.
  bool is_unbound(std::string_view type) const {
    return (otherwise(Doing::reading) == Default::flows && bounds_.index().is_empty()) ||
           keeps(*identity_, type);
  }

  std::optional<std::int64_t> open_until(const std::vector<std::string_view>& named) const {
    std::int64_t until = k_always;
    const std::uint64_t generation = bounds_.generation();
    const std::int64_t now_ms = bounds_.now_ms();
    for (const std::string_view patient : named) {
      if (is_own(patient)) continue;
      const auto open = identity_->open_patients.until(generation, now_ms, patient);
      if (!open) return std::nullopt;
      until = std::min(until, *open);
    }
    return until;
  }

  bool is_own(std::string_view patient) const {
    return std::find(own_.begin(), own_.end(), patient) != own_.end();
  }

  std::vector<Criterion> withheld_by(const std::vector<Withheld::Group>& groups,
                                     std::string_view type) const {
    std::vector<Criterion> any;
    for (const Withheld::Group& group : groups) {
      auto one = withheld(group.patients, group.condition, type);
      if (one) any.push_back(*std::move(one));
    }
    return any;
  }

  std::vector<Criterion> withheld_by_groups(std::string_view type, Doing doing) const {
    return withheld_by(everybody(doing).groups, type);
  }

  /// What tells of what is withheld from reading.
  std::vector<Criterion> told_of(std::string_view type) const {
    const auto& few = everybody(Doing::reading).few;
    if (few.empty() || access::leading_parameters(type).empty()) return {};
    auto any = tells_of(
        type, types_of_patients(definitions_),
        [&](std::string_view target) { return withheld_by(few, target); }, definitions_);
    // To a patient is shown what is of the patient, whatever is left of what else it led to.
    if (!any.empty() && !identity_->is_patient_user) {
      auto more = tells_of_nobody_known(type, definitions_);
      std::move(more.begin(), more.end(), std::back_inserter(any));
    }
    return any;
  }

  /// What tells anew of somebody of whom nothing may be collected.
  ///
  /// body   in pieces that make a resource
  std::vector<Criterion> told_anew(std::string_view type,
                                   std::span<const std::string_view> body) const {
    const auto& groups = everybody(Doing::collecting).groups;
    if (groups.empty() || access::leading_parameters(type).empty()) return {};
    std::string whole;
    for (const std::string_view piece : body) whole += piece;
    const auto led = access::led_to(type, whole, definitions_);
    std::set<std::string_view> targets;
    for (const access::Led& one : led) targets.insert(one.type);
    return tells_of(
        type, {targets.begin(), targets.end()},
        [&](std::string_view target) { return withheld_by(groups, target); }, definitions_);
  }

  /// What is withheld of a resource that names the patients.
  std::vector<Criterion> withheld_of(std::string_view type,
                                     const std::vector<std::string_view>& named, Doing doing,
                                     Grouping grouping = Grouping::together) const {
    std::map<std::string, Withheld::Group> found;
    std::map<std::string, std::vector<std::string>> ids;
    const Moment moment{bounds_.now_ms()};
    const bool is_reading = doing == Doing::reading;
    const std::uint64_t generation = bounds_.index().generation();  // before anything is looked at
    for (const std::string_view patient : named) {
      if (is_own(patient)) continue;
      if (is_reading && identity_->open_patients.has(generation, moment.now_ms, patient)) continue;
      const auto directives = bounds_.index().of(patient);
      Moment own{moment.now_ms};
      Condition condition = consent::withheld(
          directives ? std::span(*directives) : std::span<const std::shared_ptr<const Directive>>(),
          otherwise(doing), identity_->consent, asker(doing), bounds_.hierarchy(), own);
      if (condition.is_never()) {
        if (is_reading) identity_->open_patients.add(generation, own.changes_at, patient);
        continue;
      }
      std::string key(patient);
      if (grouping == Grouping::together) key = key_of(condition);
      found[key].condition = std::move(condition);
      ids[key].emplace_back(patient);
    }
    std::vector<Criterion> any;
    if (found.empty() || !is_about_patients(type, definitions_)) return any;
    for (auto& [key, group] : found) {
      auto one = withheld(patients(std::move(ids[key]), Side::inside), group.condition, type);
      if (one) any.push_back(*std::move(one));
    }
    return any;
  }

  const Asker& asker(Doing doing) const {
    if (!asker_) {
      Asker asker;
      // Who gave a token by a Consent is not who uses it.
      Names names = bounds_.index().names_of(
          identity_->fhir_user,
          identity_->consent.empty() ? std::string_view(identity_->client) : std::string_view(),
          bounds_.now_ms());
      asker.actors = std::move(names.certain);
      asker.possible = std::move(names.possible);
      asker.good_until = names.changes_at;
      asker.purpose.system = k_act_reason;
      asker.purpose.code = identity_->purpose;
      if (asker.purpose.code.empty()) asker.purpose.code = k_treatment;
      asker_.emplace(std::move(asker));
    }
    asker_->doing = doing;
    return *asker_;
  }

  const Withheld& everybody(Doing doing) const {
    auto& known = withheld_[static_cast<std::size_t>(doing)];
    if (!known) known = bounds_.withheld_from(asker(doing), otherwise(doing), identity_->consent);
    return *known;
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
  mutable std::array<std::shared_ptr<const Withheld>, 3> withheld_;  // by what is done
};

/// Patients by what is withheld of them.
class Groups {
 public:
  void add(const std::string& patient, Condition condition) {
    std::string key = key_of(condition);
    const auto found = exact_.find(key);
    if (found == exact_.end() && exact_.size() >= k_groups_max) {
      add_widened(patient, std::move(condition));
      return;
    }
    Group& group = found != exact_.end() ? found->second : exact_[std::move(key)];
    group.condition = std::move(condition);
    group.patients.push_back(patient);
  }

  void move_to(std::vector<Withheld::Group>& out) {
    for (auto* groups : {&exact_, &widened_}) {
      for (auto& [key, group] : *groups)
        out.push_back(
            {patients(std::move(group.patients), Side::inside), std::move(group.condition)});
    }
  }

 private:
  struct Group {
    Condition condition;
    std::vector<std::string> patients;
  };

  void add_widened(const std::string& patient, Condition condition) {
    const auto shape = shape_of(condition);
    if (shape) {
      const auto found = widened_.find(*shape);
      if (found != widened_.end() ? widen(found->second.condition, condition)
                                  : widened_.size() < k_widened_max) {
        Group& group = widened_[*shape];
        if (group.patients.empty()) group.condition = std::move(condition);
        group.patients.push_back(patient);
        return;
      }
    }
    Group& all = widened_[{}];
    all.condition = constant(true);
    all.patients.push_back(patient);
  }

  std::map<std::string, Group> exact_;    // by key_of()
  std::map<std::string, Group> widened_;  // by shape_of(); empty: all of the record
};

/// Of those past the last of the few all of the record is withheld.
std::vector<Withheld::Group> few_of(const std::vector<Withheld::Group>& groups) {
  if (groups.size() <= k_few_groups) return groups;
  // What is of all but some patients comes first.
  const auto rest = groups.begin() + (k_few_groups - 1);
  std::vector<Withheld::Group> few(groups.begin(), rest);
  std::vector<std::string> ids;
  std::for_each(rest, groups.end(), [&](const Withheld::Group& group) {
    ids.insert(ids.end(), group.patients->ids().begin(), group.patients->ids().end());
  });
  few.push_back({patients(std::move(ids), Side::inside), constant(true)});
  return few;
}

std::string key_of(const Asker& asker, Default otherwise, const std::string& permit) {
  std::string key(otherwise == Default::flows ? "f" : "w");
  key += static_cast<char>('0' + static_cast<int>(asker.doing));
  key.append(permit).append("\n").append(asker.purpose.code);
  for (const std::string& actor : asker.actors) key.append("\n").append(actor);
  key += '\r';
  for (const std::string& actor : asker.possible) key.append("\n").append(actor);
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
  Groups groups;
  std::vector<std::string> settled;  // patients whose consents say what is withheld
  index_.each([&](const std::string& patient, const Directives& directives) {
    Condition condition =
        consent::withheld(directives, otherwise, permit, asker, hierarchy_, moment);
    if (otherwise == Default::withheld && condition.is_always()) return;
    settled.push_back(patient);
    if (condition.is_never()) return;
    for (Condition& one : alternatives_of(std::move(condition)))
      groups.add(patient, std::move(one));
  });
  auto made = std::make_shared<Withheld>();
  made->generation = generation;
  made->good_until = moment.changes_at;
  if (otherwise == Default::withheld)
    made->groups.push_back({patients(std::move(settled), Side::outside), constant(true)});
  groups.move_to(made->groups);
  made->few = few_of(made->groups);
  const std::lock_guard lock(mutex_);
  if (known_.size() >= k_askers_max) known_.clear();
  known_[key] = made;
  return made;
}

}  // namespace server::consent
