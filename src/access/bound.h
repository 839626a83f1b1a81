// What holds a token back beyond its scopes and its user's role: the consents of patients
// (src/consent implements it). https://hl7.org/fhir/R4/consent.html
#pragma once

#include <memory>
#include <optional>
#include <string_view>

#include "fhir/definitions/definition_store.h"
#include "src/search/query.h"

namespace server::access {

struct Identity;

/// For one request. A resource that does not match is, for the request, not there.
class Bound {
 public:
  virtual ~Bound() = default;

  /// Whether anything at all is held back from who asks.
  virtual bool is_binding() const = 0;

  /// What a resource of the type must match; nothing when none is held back.
  virtual std::optional<search::Criterion> limit(std::string_view type) const = 0;

  /// The same for a resource that is known, and cheap when nobody whom it is about holds it back.
  ///
  /// body   FHIR JSON as it is stored
  virtual std::optional<search::Criterion> limit_of(std::string_view type, std::string_view id,
                                                    std::string_view body) const = 0;
};

/// Thread-safe.
class Bounds {
 public:
  virtual ~Bounds() = default;

  /// definitions   outlive what is returned
  /// returns       null: nothing ever holds this token back
  virtual std::unique_ptr<const Bound> of(std::shared_ptr<const Identity> identity,
                                          const fhir::DefinitionStore& definitions) = 0;
};

}  // namespace server::access
