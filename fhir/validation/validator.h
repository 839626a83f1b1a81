// Judges resources against the loaded definitions. A pure walk: no I/O, no clock of its own.
// https://hl7.org/fhir/R4/validation.html
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "fhir/base/issue.h"
#include "fhir/definitions/definition_store.h"
#include "fhir/formats/json_document.h"
#include "fhir/model/element.h"
#include "fhir/model/terminology_provider.h"

namespace fhir::validation {

enum class UnknownExtensions { ignore, warn, refuse };

struct Options {
  UnknownExtensions unknown_extensions = UnknownExtensions::warn;
  std::vector<std::string> extension_bases;  // beginnings of urls of extensions taken undefined
  bool for_publication = false;              // HL7's own rules for what it publishes
  bool best_practice = false;        // report constraints marked as best practice (dom-6 …)
  bool security_checks = false;      // refuse what looks like HTML in plain strings
  bool example_urls = true;          // let example.org and acme.com name what nobody defines
  bool unit_codes_refused = true;    // a code that is no unit of UCUM: an error, not a warning
  bool broken_links_refused = true;  // a narrative's link that leads nowhere: not a warning
  /// A display that the code does not have: error, not warning. Spelled otherwise: always a
  /// warning.
  bool displays_refused = true;
  /// A Parameters is all there is: what a resource in it refers to by Type/id has to be in it too.
  bool closed_parameters = false;
  bool vital_signs = true;            // hold vital signs, known by code, against R4's profiles
  std::vector<std::string> profiles;  // canonicals to check besides meta.profile
  /// What is less severe is neither told nor, where it costs, looked for.
  Severity least = Severity::information;
  std::size_t issues_max = k_issues_max;
};

/// Immutable after it is made; safe for many threads at once. Holds its snapshot.
class Validator {
 public:
  /// terminology   may be null: bindings are then not judged; outlives the validator otherwise
  /// earlier       of another snapshot, or null: what both snapshots have in common is shared
  /// errors        an invariant of the definitions that does not compile
  static Result<std::unique_ptr<Validator>> make(std::shared_ptr<const DefinitionStore> definitions,
                                                 const TerminologyProvider* terminology,
                                                 const Validator* earlier = nullptr);
  ~Validator();

  /// Reports everything found in one pass, each issue with severity, type, expression, line,
  /// column. document   any JSON; what is no resource is an issue like any other
  void validate(const json::Document& document, const Options& options, IssueSink& sink) const;

  /// The same for a resource inside a document (an entry of a bundle).
  /// path      FHIRPath of `resource` in the document, the prefix of every expression reported
  void validate(const json::Document& document, const json::Value& resource, std::string_view path,
                const Options& options, IssueSink& sink) const;

 private:
  struct Parts;
  explicit Validator(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace fhir::validation
