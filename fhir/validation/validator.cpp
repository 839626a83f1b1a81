// Holds what all validations share; each validation is a Walk.
// https://hl7.org/fhir/R4/validation.html
#include "fhir/validation/validator.h"

#include <utility>

#include "fhir/validation/bound_sets.h"
#include "fhir/validation/invariants.h"
#include "fhir/validation/plan.h"
#include "fhir/validation/walk.h"

namespace fhir::validation {

/// What depends on the types alone: shared by the validators of all snapshots with the same types.
struct OfTypes {
  OfTypes(std::shared_ptr<const DefinitionStore> store, std::unique_ptr<const Invariants> compiled)
      : definitions(std::move(store)), plans(*definitions), invariants(std::move(compiled)) {}

  std::shared_ptr<const DefinitionStore> definitions;  // plans and invariants point into it
  Plans plans;
  std::unique_ptr<const Invariants> invariants;
};

struct Validator::Parts {
  Parts(std::shared_ptr<const DefinitionStore> store, const TerminologyProvider* provider,
        std::shared_ptr<const OfTypes> types)
      : definitions(std::move(store)),
        terminology(provider),
        of_types(std::move(types)),
        bound_sets(*definitions, provider),
        profiles(*definitions) {}

  Walk::Parts for_walk() const {
    return {*definitions,          terminology, of_types->plans,
            *of_types->invariants, bound_sets,  profiles};
  }

  bool has_types_of(const DefinitionStore& other) const {
    return definitions->types().data() == other.types().data() &&
           definitions->constraint_expressions().size() == other.constraint_expressions().size();
  }

  std::shared_ptr<const DefinitionStore> definitions;
  const TerminologyProvider* terminology;
  std::shared_ptr<const OfTypes> of_types;
  BoundSets bound_sets;
  Profiles profiles;
};

Validator::Validator(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Validator::~Validator() = default;

Result<std::unique_ptr<Validator>> Validator::make(
    std::shared_ptr<const DefinitionStore> definitions, const TerminologyProvider* terminology,
    const Validator* earlier) {
  std::shared_ptr<const OfTypes> of_types;
  if (earlier != nullptr && earlier->parts_->has_types_of(*definitions)) {
    of_types = earlier->parts_->of_types;
  } else {
    FHIR_TRY(invariants, Invariants::compile(*definitions));
    of_types = std::make_shared<const OfTypes>(definitions, std::move(invariants));
  }
  auto parts = std::make_unique<Parts>(std::move(definitions), terminology, std::move(of_types));
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
