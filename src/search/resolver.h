// What a reference inside one resource points to, as far as its characters tell: enough for
// `resolve() is Patient`. Nothing is read from the store.
#pragma once

#include <optional>
#include <string_view>

#include "fhir/definitions/definition_store.h"
#include "fhir/fhirpath/expression.h"
#include "fhir/model/element.h"
#include "src/search/path.h"

namespace server::search {

/// Lives as long as one extraction; not for several threads.
class ReferenceResolver final : public fhir::fhirpath::Resolver, public TargetTypes {
 public:
  ReferenceResolver(const fhir::Element& resource, const fhir::DefinitionStore& definitions)
      : resource_(resource), definitions_(definitions) {}

  /// A contained resource itself; for every other reference that names its type, an element of that
  /// type without content.
  std::optional<fhir::Element> resolve(std::string_view reference) override;

  /// The type of the resource that `#id` names; null: there is none.
  const fhir::TypeSchema* contained_type(std::string_view reference) const;

  /// As resolve(); where the characters name no type, what Reference.type says.
  std::string_view type_of(const fhir::Element& reference) const override;

 private:
  std::optional<fhir::Element> target(std::string_view reference) const;

  const fhir::Element& resource_;
  const fhir::DefinitionStore& definitions_;
};

}  // namespace server::search
