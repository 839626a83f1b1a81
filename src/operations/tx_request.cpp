// https://hl7.org/fhir/R4/valueset-operation-expand.html,
// https://hl7.org/fhir/R4/valueset-operation-validate-code.html
#include "src/operations/tx_request.h"

#include <utility>

#include "fhir/base/date_time.h"
#include "src/operations/binding_context.h"
#include "src/operations/terminology_subject.h"
#include "terminology/as_of.h"
#include "terminology/tx_issue.h"

namespace server::operations {

using fhir::IssueType;
using fhir::make_issue;
using fhir::unexpected;
using fhir::json::Document;
using fhir::json::Value;
using terminology::LanguageRanges;
using terminology::Scope;
using terminology::ValueSet;
using terminology::VersionRule;

namespace {

std::vector<VersionRule> rules_of(const Parameters& parameters, std::string_view name) {
  std::vector<VersionRule> rules;
  for (std::string_view text : parameters.texts(name)) rules.push_back(VersionRule::of(text));
  return rules;
}

/// A POST of the resource itself arrives as the parameter `resource`.
const Value* sent_value_set(const Parameters& parameters) {
  const Value* sent = parameters.resource("valueSet");
  return sent != nullptr ? sent : parameters.resource("resource");
}

fhir::Issue no_value_set(std::string_view canonical) {
  fhir::Issue issue = terminology::tx_failure(
      IssueType::not_found, "not-found", "Unable_to_resolve_value_Set_",
      "A definition for the value Set " + terminology::quoted(canonical) + " could not be found");
  issue.situation = fhir::Situation::not_found;
  return issue;
}

fhir::Result<std::string> asked_canonical(const Invocation& invocation,
                                          const Parameters& parameters) {
  if (!invocation.id.empty()) {
    FHIR_TRY(named, canonical_by_id(*invocation.services, "ValueSet", invocation.id));
    return canonical_of(named.url, named.version);
  }
  const std::string_view url = parameters.text("url");
  if (url.empty()) {
    FHIR_TRY(bound, canonical_in_context(*invocation.services, parameters));
    if (!bound.empty()) return std::move(bound);
    return unexpected(make_issue(IssueType::required,
                                 "One of url, valueSet, context, or an id in the URL is needed"));
  }
  return canonical_of(url, parameters.text("valueSetVersion"));
}

}  // namespace

fhir::Result<std::unique_ptr<Scope>> scope_of(const Invocation& invocation,
                                              const Parameters& parameters) {
  FHIR_CHECK(parameters.limit({"system-version", "check-system-version", "force-system-version",
                               "default-valueset-version", "useSupplement", "designation",
                               "property", "exclude-system", "dependency", "conceptMap"}));
  terminology::VersionRules rules;
  rules.defaults = rules_of(parameters, "system-version");
  rules.checks = rules_of(parameters, "check-system-version");
  rules.forced = rules_of(parameters, "force-system-version");
  rules.value_sets = rules_of(parameters, "default-valueset-version");
  if (const std::string_view date = parameters.text("date"); !date.empty()) {
    if (!fhir::DateTime::parse(date))
      return unexpected(make_issue(IssueType::value, "date is a dateTime"));
    terminology::add_rules_as_of(*invocation.services->terminology->releases(), date, rules);
  }
  auto scope = std::make_unique<Scope>(*invocation.services->terminology, std::move(rules));
  for (const Value* parameter : parameters.all("tx-resource")) {
    const Value* resource = parameter->find("resource");
    if (resource == nullptr)
      return unexpected(make_issue(IssueType::invalid, "A tx-resource holds a resource"));
    FHIR_CHECK(scope->add(*resource));
  }
  for (std::string_view supplement : parameters.texts("useSupplement"))
    FHIR_CHECK(scope->use_supplement(supplement));
  return scope;
}

const Value* SetSubject::resource() const {
  if (sent_ != nullptr) return sent_;
  if (!held_) held_ = scope_->value_set_resource(canonical_);
  return held_ ? &held_->root() : nullptr;
}

/// What the set asks for is put to use, which makes another set of it.
fhir::Result<void> SetSubject::use_supplements(Scope& scope) {
  const std::vector<std::string> wanted(set_->supplements().begin(), set_->supplements().end());
  if (wanted.empty()) return {};
  for (const std::string& supplement : wanted) FHIR_CHECK(scope.use_supplement(supplement));
  if (sent_ != nullptr) owned_ = scope.read(*sent_);
  set_ = sent_ != nullptr ? owned_.get() : scope.value_set(canonical_);
  return {};
}

fhir::Result<SetSubject> set_subject_of(const Invocation& invocation, const Parameters& parameters,
                                        Scope& scope) {
  SetSubject subject;
  subject.scope_ = &scope;
  if (invocation.id.empty()) subject.sent_ = sent_value_set(parameters);
  if (subject.sent_ == nullptr) {
    FHIR_TRY(canonical, asked_canonical(invocation, parameters));
    subject.canonical_ = std::move(canonical);
    subject.set_ = scope.value_set(subject.canonical_);
    if (subject.set_ == nullptr) return unexpected(no_value_set(subject.canonical_));
  } else {
    const std::string_view type = subject.sent_->string_at("resourceType");
    if (type != "ValueSet")
      return unexpected(
          make_issue(IssueType::invalid, "A ValueSet is needed, not '" + std::string(type) + "'"));
    subject.owned_ = scope.read(*subject.sent_);
    subject.set_ = subject.owned_.get();
  }
  FHIR_CHECK(subject.use_supplements(scope));
  return subject;
}

LanguageRanges languages_of(const Invocation& invocation, const Parameters& parameters,
                            const ValueSet* set) {
  if (parameters.has("displayLanguage")) return LanguageRanges(parameters.text("displayLanguage"));
  if (!invocation.accept_language.empty()) return LanguageRanges(invocation.accept_language);
  if (set == nullptr) return {};
  const std::string_view asked = set_parameter(*set, "displayLanguage");
  return LanguageRanges(asked.empty() ? set->info().language : asked);
}

std::string_view set_parameter(const ValueSet& set, std::string_view name) {
  for (const terminology::ExpansionParameter& parameter : set.expansion_parameters()) {
    if (parameter.name == name) return parameter.value;
  }
  return {};
}

}  // namespace server::operations
