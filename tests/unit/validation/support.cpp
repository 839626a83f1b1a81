#include "support.h"

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <map>
#include <set>

#include "fhir/model/terminology_provider.h"
#include "tests/support/unit_double.h"

namespace test {
namespace {

class FixedSet final : public fhir::CodeSet {
 public:
  FixedSet(std::string system, std::set<std::string, std::less<>> codes)
      : system_(std::move(system)), codes_(std::move(codes)) {}
  fhir::Membership contains(const fhir::Coding& coding) const override {
    return coding.system == system_ ? contains_code(coding.code) : fhir::Membership::no;
  }
  fhir::Membership contains_code(std::string_view code) const override {
    return codes_.contains(code) ? fhir::Membership::yes : fhir::Membership::no;
  }

 private:
  std::string system_;
  std::set<std::string, std::less<>> codes_;
};

/// Holds the value sets of gender, of a condition's clinical status, of languages, of identifier
/// types and of units of time.
class FixedTerminology final : public fhir::TerminologyProvider {
 public:
  const fhir::CodeSet* value_set(std::string_view canonical) const override {
    const auto found = sets_.find(canonical.substr(0, canonical.find('|')));
    return found != sets_.end() ? &found->second : nullptr;
  }
  fhir::Membership in_code_system(std::string_view system, std::string_view code) const override {
    if (system == "http://terminology.hl7.org/CodeSystem/condition-clinical")
      return value_set("http://hl7.org/fhir/ValueSet/condition-clinical")->contains_code(code);
    if (system == "http://hl7.org/fhir/administrative-gender")
      return value_set("http://hl7.org/fhir/ValueSet/administrative-gender")->contains_code(code);
    if (system == "http://unitsofmeasure.org")
      return code == "d" || units()->is_valid(code) ? fhir::Membership::yes : fhir::Membership::no;
    return fhir::Membership::unknown;
  }
  fhir::CodingVerdict judge(const fhir::Coding& coding) const override {
    fhir::CodingVerdict verdict{.membership = in_code_system(coding.system, coding.code)};
    verdict.is_supplement = coding.system == "http://example.org/supplement";
    if (coding.code == "active" && !coding.display.empty() && coding.display != "Active" &&
        verdict.membership == fhir::Membership::yes)
      verdict.right_display = "Active";
    if (coding.code == "vital-signs" && !coding.display.empty() && coding.display != "Vital Signs")
      verdict.right_display = "Vital Signs";
    return verdict;
  }
  bool has_display_in(std::string_view, std::string_view,
                      std::string_view language) const override {
    return language.starts_with("en");
  }
  fhir::Membership subsumes(std::string_view, std::string_view, std::string_view) const override {
    return fhir::Membership::unknown;
  }
  std::string_view display(std::string_view, std::string_view) const override { return {}; }
  const fhir::UnitSystem* units() const override { return &test_support::unit_double(); }

 private:
  std::map<std::string, FixedSet, std::less<>> sets_ = {
      {"http://hl7.org/fhir/ValueSet/administrative-gender",
       FixedSet("http://hl7.org/fhir/administrative-gender",
                {"male", "female", "other", "unknown"})},
      {"http://hl7.org/fhir/ValueSet/condition-clinical",
       FixedSet("http://terminology.hl7.org/CodeSystem/condition-clinical",
                {"active", "recurrence", "relapse", "inactive", "remission", "resolved"})},
      {"http://hl7.org/fhir/ValueSet/identifier-type",
       FixedSet("http://terminology.hl7.org/CodeSystem/v2-0203", {"MR", "DL"})},
      {"http://hl7.org/fhir/ValueSet/all-languages",
       FixedSet("urn:ietf:bcp:47", {"ar", "de", "de-CH", "en", "en-US", "fr", "nl"})},
      {"http://hl7.org/fhir/ValueSet/age-units", FixedSet("http://unitsofmeasure.org", {"a", "d"})},
      {"http://hl7.org/fhir/ValueSet/all-time-units",
       FixedSet("http://unitsofmeasure.org", {"a", "d", "min", "s"})},
  };
};

}  // namespace

std::shared_ptr<const fhir::DefinitionStore> definitions() {
  static const auto k_store = [] {
    fhir::LoadOptions options;
    options.sources = {MEDISYNC_SOURCE_DIR "/profiles/.packages/hl7.fhir.r4.examples"};
    auto store = fhir::DefinitionStore::load(options);
    if (!store) {
      std::cerr << "The definitions are missing, run scripts/setup: " << store.error().diagnostics
                << '\n';
      std::exit(1);
    }
    return *store;
  }();
  return k_store;
}

const fhir::TerminologyProvider& terminology() {
  static const FixedTerminology k_terminology;
  return k_terminology;
}

const fhir::validation::Validator& validator() {
  static const auto k_validator = [] {
    auto made = fhir::validation::Validator::make(definitions(), &terminology());
    if (!made) {
      std::cerr << made.error().diagnostics << '\n';
      std::exit(1);
    }
    return std::move(*made);
  }();
  return *k_validator;
}

std::size_t Findings::errors() const {
  return static_cast<std::size_t>(
      std::count_if(issues_.begin(), issues_.end(), [](const fhir::Issue& issue) {
        return issue.severity == fhir::Severity::error || issue.severity == fhir::Severity::fatal;
      }));
}

fhir::Issue Findings::error() const {
  INFO(text());
  REQUIRE(errors() == 1);
  return *std::find_if(issues_.begin(), issues_.end(), [](const fhir::Issue& issue) {
    return issue.severity == fhir::Severity::error;
  });
}

bool Findings::has(fhir::Severity severity, std::string_view expression,
                   std::string_view rule) const {
  return std::any_of(issues_.begin(), issues_.end(), [&](const fhir::Issue& issue) {
    return issue.severity == severity && issue.expression == expression &&
           (rule.empty() || issue.rule == rule);
  });
}

std::string Findings::text() const {
  std::string out;
  for (const fhir::Issue& issue : issues_) {
    out.append(fhir::code_of(issue.severity))
        .append(" ")
        .append(fhir::code_of(issue.type))
        .append(" ");
    out.append(issue.expression).append(": ").append(issue.diagnostics).append("\n");
  }
  return out;
}

Findings validate(std::string_view json, const fhir::validation::Options& options) {
  const fhir::json::Document document = read(json);
  fhir::IssueList issues;
  validator().validate(document, options, issues);
  return Findings(issues.issues());
}

fhir::json::Document read(std::string_view json) {
  auto document = fhir::json::Document::read(std::string(json));
  if (!document) {
    std::cerr << "a test's JSON is malformed: " << document.error().diagnostics << '\n'
              << json << '\n';
    std::exit(1);
  }
  return std::move(*document);
}

}  // namespace test
