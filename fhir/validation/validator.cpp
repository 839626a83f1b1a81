// Holds what all validations share; each validation is a Walk.
// https://hl7.org/fhir/R4/validation.html
#include "fhir/validation/validator.h"

#include <utility>

#include "fhir/validation/bound_sets.h"
#include "fhir/validation/invariants.h"
#include "fhir/validation/plan.h"
#include "fhir/validation/walk.h"

namespace fhir::validation {

struct Validator::Parts {
  Parts(std::shared_ptr<const DefinitionStore> store, const TerminologyProvider* provider,
        std::unique_ptr<const Invariants> compiled)
      : definitions(std::move(store)),
        terminology(provider),
        plans(*definitions),
        invariants(std::move(compiled)),
        bound_sets(*definitions, provider),
        profiles(*definitions) {}

  Walk::Parts for_walk() const {
    return {*definitions, terminology, plans, *invariants, bound_sets, profiles};
  }

  std::shared_ptr<const DefinitionStore> definitions;
  const TerminologyProvider* terminology;
  Plans plans;
  std::unique_ptr<const Invariants> invariants;
  BoundSets bound_sets;
  Profiles profiles;
};

Validator::Validator(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Validator::~Validator() = default;

Result<std::unique_ptr<Validator>> Validator::make(
    std::shared_ptr<const DefinitionStore> definitions, const TerminologyProvider* terminology) {
  FHIR_TRY(invariants, Invariants::compile(*definitions));
  auto parts = std::make_unique<Parts>(std::move(definitions), terminology, std::move(invariants));
  return std::unique_ptr<Validator>(new Validator(std::move(parts)));
}

void Validator::validate(const json::Document& document, const Options& options,
                         IssueSink& sink) const {
  validate(document, document.root(), {}, options, sink);
}

void Validator::validate(const json::Document& document, const json::Value& resource,
                         std::string_view path, const Options& options, IssueSink& sink) const {
  const Walk::Parts parts = parts_->for_walk();
  Walk(parts, document, options, sink).run(resource, path);
}

}  // namespace fhir::validation
