#include "src/consent/decision.h"

#include <algorithm>
#include <array>
#include <utility>

#include "src/consent/elements.h"

namespace server::consent {
namespace {

using access::Doing;

/// Of consentaction; `read` is what the definition of the element calls it.
/// https://hl7.org/fhir/R4/codesystem-consent-action.html
constexpr auto k_reading = std::to_array<std::string_view>({"access", "use", "disclose", "read"});

std::optional<Doing> doing_of(std::string_view action) {
  if (action == "collect") return Doing::collecting;
  if (action == "correct") return Doing::correcting;
  const bool is_reading = std::find(k_reading.begin(), k_reading.end(), action) != k_reading.end();
  return is_reading ? std::optional(Doing::reading) : std::nullopt;
}

/// Whether a provision is about a request: what may be so is denied, and not permitted.
enum class Fit : std::uint8_t { no, maybe, surely };

/// Without an action a provision is about all of them; one that is not known may be any.
Fit fit_of_action(const Provision& provision, Doing doing) {
  Fit fit = provision.actions.empty() ? Fit::surely : Fit::no;
  for (const std::string& action : provision.actions) {
    const auto known = doing_of(action);
    if (!known) fit = std::max(fit, Fit::maybe);
    if (known == doing) fit = Fit::surely;
  }
  return fit;
}

bool has(const std::vector<std::string>& names, const std::string& name) {
  return std::binary_search(names.begin(), names.end(), name);
}

Fit fit_of_actor(const Provision& provision, const Asker& asker) {
  Fit fit = provision.actors.empty() ? Fit::surely : Fit::no;
  for (const std::string& actor : provision.actors) {
    if (has(asker.actors, actor)) return Fit::surely;
    if (actor == k_anybody || has(asker.possible, actor)) fit = Fit::maybe;
  }
  return fit;
}

/// Whether the provision is about this request, whatever it asks for.
Fit fit_of(const Provision& provision, const Asker& asker, const Hierarchy& hierarchy,
           Moment& moment) {
  if (!is_within(provision.period, moment.now_ms, moment.changes_at)) return Fit::no;
  const auto& purposes = provision.purposes;
  const bool is_purpose =
      purposes.empty() || std::any_of(purposes.begin(), purposes.end(), [&](const Code& code) {
        return hierarchy.covers(code, asker.purpose);
      });
  if (!is_purpose) return Fit::no;
  const Fit fit = std::min(fit_of_action(provision, asker.doing), fit_of_actor(provision, asker));
  return provision.is_unclear ? std::min(fit, Fit::maybe) : fit;
}

Condition of_codes(Condition::Kind kind, std::vector<Code> codes) {
  if (codes.empty()) return constant(false);
  Condition out;
  out.kind = kind;
  out.codes = std::move(codes);
  return out;
}

Condition labelled(std::vector<Code> codes) {
  return of_codes(Condition::Kind::labels, std::move(codes));
}

/// A level that is forbidden covers those above it, one that is permitted those below it; what has
/// none has N, and of several the highest counts.
/// https://terminology.hl7.org/CodeSystem-v3-Confidentiality.html
Condition of_level(const Code& code, Level level, Effect effect) {
  if (effect == Effect::permit) {
    std::vector<Code> above = confidentiality_from(code.code);
    above.erase(above.begin());
    Condition none_above = not_of(labelled(std::move(above)));
    if (level != Level::below_normal) return none_above;
    return all_of({labelled(confidentiality_to(code.code)), std::move(none_above)});
  }
  Condition at_least = labelled(confidentiality_from(code.code));
  if (level == Level::above_normal) return at_least;
  return any_of({std::move(at_least), not_of(labelled(confidentiality_from("U")))});
}

Condition of_labels(const Provision& provision, const Hierarchy& hierarchy) {
  if (provision.labels.empty()) return constant(true);
  std::vector<Condition> any;
  for (const Code& code : provision.labels) {
    const Level level = level_of(code);
    any.push_back(level == Level::none ? labelled(hierarchy.at_or_below(code))
                                       : of_level(code, level, provision.effect));
  }
  return any_of(std::move(any));
}

/// What the provision asks of a resource.
Condition asked_by(const Provision& provision, const Hierarchy& hierarchy) {
  std::vector<Condition> all;
  all.push_back(of_labels(provision, hierarchy));
  if (!provision.classes.empty())
    all.push_back(of_codes(Condition::Kind::classes, provision.classes));
  if (!provision.contents.empty())
    all.push_back(of_codes(Condition::Kind::contents, provision.contents));
  if (!provision.data.empty()) {
    all.emplace_back();
    all.back().kind = Condition::Kind::data;
    all.back().data = provision.data;
  }
  if (provision.data_period) {
    // What has no date lies within what is forbidden, and not within what is permitted.
    Condition period;
    period.kind = Condition::Kind::period;
    period.span = *provision.data_period;
    if (provision.effect == Effect::permit) period.data.emplace_back();
    all.push_back(std::move(period));
  }
  return all_of(std::move(all));
}

Verdict verdict_of(const Provision& provision, const Asker& asker, const Hierarchy& hierarchy,
                   Moment& moment) {
  Verdict verdict{constant(false), constant(false)};
  const Fit fit = fit_of(provision, asker, hierarchy, moment);
  if (fit == Fit::no) return verdict;
  std::vector<Condition> denied, permitted;
  for (const Provision& exception : provision.exceptions) {
    Verdict inner = verdict_of(exception, asker, hierarchy, moment);
    denied.push_back(std::move(inner.denied));
    permitted.push_back(std::move(inner.permitted));
  }
  const Condition asked = asked_by(provision, hierarchy);
  const Condition any_denied = any_of(std::move(denied));
  const Condition any_permitted = any_of(std::move(permitted));
  verdict.denied =
      all_of({asked, any_of({any_denied, provision.effect == Effect::deny ? not_of(any_permitted)
                                                                          : constant(false)})});
  if (fit == Fit::surely)
    verdict.permitted =
        all_of({asked, not_of(any_denied),
                any_of({any_permitted, constant(provision.effect == Effect::permit)})});
  return verdict;
}

}  // namespace

Verdict verdict_of(const Directive& directive, const Asker& asker, const Hierarchy& hierarchy,
                   Moment& moment) {
  return verdict_of(directive.root, asker, hierarchy, moment);
}

Condition withheld(std::span<const std::shared_ptr<const Directive>> directives, Default otherwise,
                   std::string_view permit, const Asker& asker, const Hierarchy& hierarchy,
                   Moment& moment) {
  std::vector<Condition> denied, permitted;
  moment.changes_at = std::min(moment.changes_at, asker.good_until);
  for (const auto& directive : directives) {
    Verdict verdict = verdict_of(*directive, asker, hierarchy, moment);
    denied.push_back(std::move(verdict.denied));
    if (permit.empty() || permit == directive->id)
      permitted.push_back(std::move(verdict.permitted));
  }
  if (otherwise == Default::withheld) denied.push_back(not_of(any_of(std::move(permitted))));
  return any_of(std::move(denied));
}

}  // namespace server::consent
