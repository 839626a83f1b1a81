// https://hl7.org/fhir/R4/consent-definitions.html
#include "src/consent/directive.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

#include "fhir/formats/json_items.h"
#include "src/consent/elements.h"
#include "src/consent/hierarchy.h"
#include "src/search/value_ranges.h"

namespace server::consent {
namespace {

using fhir::json::items_at;
using fhir::json::Value;

constexpr std::string_view k_scope = "http://terminology.hl7.org/CodeSystem/consentscope";
constexpr std::string_view k_participation =
    "http://terminology.hl7.org/CodeSystem/v3-ParticipationType";

/// Parts that actors play without being given anything: who keeps the data, who gives the consent,
/// who wrote or witnessed it.
constexpr auto k_not_recipients = std::to_array<std::string_view>(
    {"CST", "AUT", "AUTHEN", "WIT", "VRF", "GRANTOR", "DELEGATOR", "INF", "SBJ"});

Code code_of(const Value& coding) {
  return {std::string(coding.string_at("system")), std::string(coding.string_at("code"))};
}

std::vector<Code> codings_of(const Value& object, std::string_view name) {
  std::vector<Code> out;
  for (const Value& coding : items_at(object, name)) out.push_back(code_of(coding));
  return out;
}

/// The codes of a list of CodeableConcepts.
std::vector<Code> concepts_of(const Value& object, std::string_view name, bool& is_unclear) {
  std::vector<Code> out;
  for (const Value& one : items_at(object, name)) {
    auto codes = codings_of(one, "coding");
    is_unclear = is_unclear || codes.empty();  // a text alone
    std::move(codes.begin(), codes.end(), std::back_inserter(out));
  }
  return out;
}

bool has_modifier(const Value& object) { return object.find("modifierExtension") != nullptr; }

/// What the parts of one Consent are read with.
struct Reading {
  const Value& consent;
  std::string_view base_url;
  std::size_t left = k_provisions_max;
};

void read_actors(const Value& json, const Reading& reading, Provision& out) {
  bool has_recipient = false;
  for (const Value& actor : items_at(json, "actor")) {
    bool is_recipient = true;
    if (const Value* role = actor.find("role")) {
      for (const Code& code : codings_of(*role, "coding")) {
        if (code.system == k_participation ||
            code.system == "http://terminology.hl7.org/CodeSystem/v3-RoleCode")
          is_recipient = is_recipient && std::find(k_not_recipients.begin(), k_not_recipients.end(),
                                                   code.code) == k_not_recipients.end();
      }
    }
    if (!is_recipient) continue;
    has_recipient = true;
    const Value* reference = actor.find("reference");
    auto names = reference != nullptr ? names_of(*reference, reading.consent, reading.base_url)
                                      : std::vector<std::string>{std::string(k_anybody)};
    std::move(names.begin(), names.end(), std::back_inserter(out.actors));
  }
  if (has_recipient && out.actors.empty()) out.is_unclear = true;
}

Meaning meaning_of(std::string_view code, bool& is_unclear) {
  if (code == "related") return Meaning::related;
  if (code == "dependents") return Meaning::dependents;
  if (code == "authoredby") return Meaning::authored_by;
  is_unclear = is_unclear || code != "instance";
  return Meaning::instance;
}

void read_data(const Value& json, const Reading& reading, Provision& out) {
  for (const Value& data : items_at(json, "data")) {
    DataReference one;
    one.meaning = meaning_of(data.string_at("meaning"), out.is_unclear);
    const Value* reference = data.find("reference");
    const std::string text =
        reference != nullptr ? local_reference(reference->string_at("reference"), reading.base_url)
                             : std::string();
    const std::size_t slash = text.find('/');
    if (slash == std::string::npos) {
      out.is_unclear = true;
      continue;
    }
    one.type = text.substr(0, slash);
    one.id = text.substr(slash + 1);
    out.data.push_back(std::move(one));
  }
}

Provision everything_denied() {
  Provision out;
  out.effect = Effect::deny;
  out.period = {search::k_open_low_ms, search::k_open_high_ms};
  return out;
}

Provision read_provision(const Value& json, unsigned depth, Reading& reading) {
  if (depth > k_provision_depth_max || reading.left == 0) return everything_denied();
  --reading.left;
  Provision out;
  const std::string_view type = json.string_at("type");
  out.effect = type == "permit" ? Effect::permit : type == "deny" ? Effect::deny : Effect::none;
  // "Not permitted in root rule, required in all nested rules": one that does not say denies.
  if (depth > 0 && out.effect == Effect::none) out.effect = Effect::deny;
  out.is_unclear = has_modifier(json);
  out.period = period_of(json, "period", out.is_unclear);
  if (json.find("dataPeriod") != nullptr)
    out.data_period = period_of(json, "dataPeriod", out.is_unclear);
  read_actors(json, reading, out);
  for (const Code& code : concepts_of(json, "action", out.is_unclear))
    out.actions.push_back(code.code);
  out.labels = codings_of(json, "securityLabel");
  out.purposes = codings_of(json, "purpose");
  out.classes = codings_of(json, "class");
  out.contents = concepts_of(json, "code", out.is_unclear);
  read_data(json, reading, out);
  for (const Value& nested : items_at(json, "provision"))
    out.exceptions.push_back(read_provision(nested, depth + 1, reading));
  return out;
}

/// "The base policy": what holds where no exception does.
Effect base_of(const Value& consent) {
  const Value* rule = consent.find("policyRule");
  if (rule == nullptr) return Effect::none;
  for (const Code& code : codings_of(*rule, "coding")) {
    if (code.code == "OPTIN" || code.code == "OPTINR") return Effect::permit;
    if (code.code == "OPTOUT" || code.code == "OPTOUTE") return Effect::deny;
  }
  return Effect::none;
}

void add_actors(const Provision& provision, std::set<std::string>& actors) {
  actors.insert(provision.actors.begin(), provision.actors.end());
  for (const Provision& exception : provision.exceptions) add_actors(exception, actors);
}

/// "Whether a treatment instruction … was verified with the patient": one that was not, for all
/// that is written of it.
bool is_unverified(const Value& consent) {
  const auto all = items_at(consent, "verification");
  return !all.empty() && std::none_of(all.begin(), all.end(), [](const Value& one) {
    const Value* verified = one.find("verified");
    return verified != nullptr && verified->text() == "true";
  });
}

bool names_action(const Provision& provision) {
  return !provision.actions.empty() ||
         std::any_of(provision.exceptions.begin(), provision.exceptions.end(), names_action);
}

}  // namespace

std::set<std::string> actors_of(const Directive& directive) {
  std::set<std::string> actors;
  add_actors(directive.root, actors);
  return actors;
}

std::optional<Directive> read_directive(const Value& consent, std::int64_t version_id,
                                        std::string_view base_url) {
  if (consent.string_at("status") != "active") return std::nullopt;
  const Value* patient = consent.find("patient");
  const std::string reference = patient != nullptr
                                    ? local_reference(patient->string_at("reference"), base_url)
                                    : std::string();
  if (!reference.starts_with("Patient/")) return std::nullopt;
  Directive out;
  out.id = consent.string_at("id");
  out.version_id = version_id;
  out.patient = reference.substr(sizeof "Patient/" - 1);
  Reading reading{consent, base_url};
  const Value* provision = consent.find("provision");
  if (provision != nullptr) {
    out.root = read_provision(*provision, 0, reading);
  } else {
    out.root.period = {search::k_open_low_ms, search::k_open_high_ms};
  }
  if (out.root.effect == Effect::none) out.root.effect = base_of(consent);
  out.root.is_unclear = out.root.is_unclear || has_modifier(consent) || is_unverified(consent);
  std::string scope;
  if (const Value* one = consent.find("scope")) {
    for (const Code& code : codings_of(*one, "coding"))
      if (code.system == k_scope) scope = code.code;
  }
  if ((scope == "treatment" || scope == "adr") && !names_action(out.root)) return std::nullopt;
  // One to take part in research says nothing of what the data serve otherwise.
  if (scope == "research" && out.root.purposes.empty()) {
    Code& research = out.root.purposes.emplace_back();
    research.system = k_act_reason;
    research.code = "HRESCH";
  }
  return out;
}

}  // namespace server::consent
