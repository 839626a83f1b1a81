// https://hl7.org/fhir/R4/codesystem-operation-lookup.html
#include "src/operations/lookup.h"

#include <algorithm>
#include <array>

#include "src/operations/terminology_subject.h"
#include "src/operations/tx_request.h"
#include "terminology/displays.h"
#include "terminology/language_tag.h"

namespace server::operations {
namespace {

using fhir::IssueType;
using fhir::make_issue;
using fhir::unexpected;
using terminology::CodeSystem;
using terminology::Concept;
using terminology::ConceptId;
using terminology::Designation;
using terminology::Property;
using terminology::PropertyType;

/// What the client asked for by `property`; without any, everything.
class Wanted {
 public:
  explicit Wanted(const Parameters& parameters) : names_(parameters.texts("property")) {}

  bool has(std::string_view name) const {
    return names_.empty() || std::any_of(names_.begin(), names_.end(), [&](std::string_view given) {
             return given == name || given == "*";
           });
  }

  /// "lang.X, where X is a designation language code"
  bool has_language(std::string_view language) const {
    if (has("designation")) return true;
    return std::any_of(names_.begin(), names_.end(), [&](std::string_view given) {
      return given.starts_with("lang.") && terminology::language_serves(language, given.substr(5));
    });
  }

 private:
  std::vector<std::string_view> names_;
};

void write_designation(ParametersWriter& out, const Designation& designation) {
  out.begin_parts("designation").text("language", "Code", designation.language);
  if (!designation.use_code.empty())
    out.coding("use", {.system = designation.use_system,
                       .version = {},
                       .code = designation.use_code,
                       .display = designation.use_display});
  out.text("value", "String", designation.value).end_parts();
}

/// The display is one of them, in the language of the code system.
void write_designations(ParametersWriter& out, const CodeSystem& system, ConceptId id,
                        const Wanted& wanted) {
  Designation own;
  own.language = system.info().language;
  own.use_system = "http://terminology.hl7.org/CodeSystem/hl7TermMaintInfra";
  own.use_code = "preferredForLanguage";
  own.value = system.at(id).display;
  if (!own.language.empty() && !own.value.empty() && wanted.has_language(own.language))
    write_designation(out, own);
  for (const Designation& designation : system.designations(id)) {
    if (wanted.has_language(designation.language)) write_designation(out, designation);
  }
}

void write_value(ParametersWriter& out, const Property& property) {
  constexpr std::array<std::string_view, 7> k_types = {"Code",    "Coding",   "String", "Integer",
                                                       "Boolean", "DateTime", "Decimal"};
  const std::string_view type = k_types[static_cast<std::size_t>(property.type)];
  switch (property.type) {
    case PropertyType::coding:
      out.coding("value", {.system = property.system,
                           .version = {},
                           .code = property.value,
                           .display = property.display});
      return;
    case PropertyType::integer:
    case PropertyType::boolean:
    case PropertyType::decimal:
      out.raw("value", type, property.value);
      return;
    default:
      out.text("value", type, property.value);
  }
}

void write_relatives(ParametersWriter& out, const CodeSystem& system, std::string_view name,
                     std::span<const ConceptId> relatives) {
  for (ConceptId id : relatives) {
    const Concept relative = system.at(id);
    out.begin_parts("property").text("code", "Code", name).text("value", "Code", relative.code);
    out.text("description", "String", relative.display).end_parts();
  }
}

void write_properties(ParametersWriter& out, const CodeSystem& system, ConceptId id,
                      const Wanted& wanted) {
  const Concept item = system.at(id);
  if (wanted.has("parent")) write_relatives(out, system, "parent", system.parents(id));
  if (wanted.has("child")) write_relatives(out, system, "child", system.children(id));
  bool says_inactive = false;
  for (const Property& property : system.properties(id)) {
    says_inactive = says_inactive || property.code == "inactive";
    if (!wanted.has(property.code) || property.code == "parent" || property.code == "child")
      continue;
    out.begin_parts("property").text("code", "Code", property.code);
    write_value(out, property);
    out.end_parts();
  }
  // "inactive: True if the concept is not considered active", whatever makes it so.
  if (item.is_inactive && !says_inactive && wanted.has("inactive"))
    out.begin_parts("property").text("code", "Code", "inactive").boolean("value", true).end_parts();
}

/// `code` and `system`, or `coding`; "one (and only one) of code/coding must be provided"
fhir::Result<fhir::Coding> asked_coding(const Parameters& parameters) {
  fhir::Coding coding{.system = parameters.text("system"),
                      .version = parameters.text("version"),
                      .code = parameters.text("code"),
                      .display = {}};
  if (const fhir::json::Value* given = parameters.value("coding")) {
    if (!coding.code.empty())
      return unexpected(make_issue(IssueType::invalid, "Give either code or coding, not both"));
    coding = coding_of(*given);
    if (coding.version.empty()) coding.version = parameters.text("version");
  }
  if (coding.code.empty() || coding.system.empty())
    return unexpected(make_issue(IssueType::required, "A code and its system are needed"));
  return coding;
}

}  // namespace

fhir::Result<std::string> lookup(const Invocation& invocation) {
  const Parameters parameters(invocation.parameters);
  FHIR_TRY(coding, asked_coding(parameters));
  FHIR_TRY(scope, scope_of(invocation, parameters));
  const CodeSystem* system = scope->choose(coding.system, coding.version).system;
  if (system == nullptr) {
    FHIR_TRY(held, code_system_by_url(*invocation.services, coding.system, coding.version));
    system = held;
  }
  const ConceptId id = system->find(coding.code);
  if (id == terminology::k_no_concept && system->has(coding.code) != fhir::Membership::yes)
    return unexpected(make_issue(IssueType::not_found, "The code '" + std::string(coding.code) +
                                                           "' is not in the code system " +
                                                           std::string(coding.system)));
  const terminology::CodeSystemInfo& info = system->info();
  const Wanted wanted(parameters);
  ParametersWriter out;
  out.text("name", "String", !info.name.empty() ? info.name : info.url);
  out.text("version", "String", info.version);
  if (id == terminology::k_no_concept) {  // a grammar accepts it and knows no more
    const std::string words = system->describe(coding.code);
    return out.text("display", "String", words.empty() ? coding.code : words).finish();
  }
  const terminology::Concept item = system->at(id);
  const terminology::KnownCode known{.system = system, .id = id};
  const terminology::LanguageRanges languages = languages_of(invocation, parameters, nullptr);
  const std::string_view display = terminology::display_for(known, languages);
  out.text("display", "String", display.empty() ? item.code : display);
  // Of R5: what it takes to show a code without another question.
  out.text("code", "Code", item.code).text("system", "Uri", info.url);
  if (wanted.has("definition")) out.text("definition", "String", item.definition);
  if (wanted.has("abstract")) out.boolean("abstract", item.is_abstract);
  write_designations(out, *system, id, wanted);
  write_properties(out, *system, id, wanted);
  return out.finish();
}

}  // namespace server::operations
