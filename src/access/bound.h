// What holds a token back beyond its scopes and its user's role: the consents of patients
// (src/consent implements it). https://hl7.org/fhir/R4/consent.html
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "fhir/definitions/definition_store.h"
#include "src/search/query.h"

namespace server::access {

struct Identity;

/// What is done with a patient's data. https://hl7.org/fhir/R4/valueset-consent-action.html
enum class Doing : std::uint8_t { reading, collecting, correcting };

/// What holds a write back; what has no value holds back nothing.
struct WriteLimits {
  std::optional<search::Criterion> before;   // the version that stands there must match it
  std::optional<search::Criterion> changed;  // so must the one that takes its place
  /// The new version must match each of these that the one before matches, or all where nothing
  /// stands before: what it says anew.
  std::vector<search::Criterion> anew;
};

/// Whether anything may stand under the id that is written.
enum class Standing : std::uint8_t { nothing, maybe };

/// For one request. A resource that does not match is, for the request, not there.
class Bound {
 public:
  virtual ~Bound() = default;

  /// Whether anything at all is held back from who asks.
  virtual bool is_binding() const = 0;

  /// False when nothing of the type is ever held back from who asks.
  virtual bool may_withhold(std::string_view type) const = 0;

  /// What a resource of the type must match; nothing when none is held back.
  virtual std::optional<search::Criterion> limit(std::string_view type) const = 0;

  /// Until when nothing is held back of a resource, UTC ms, where that is known without a look at
  /// anything but whom it names; else nothing.
  virtual std::optional<std::int64_t> open_until(std::string_view type, std::string_view id,
                                                 std::string_view body) const = 0;

  /// As limit() for a resource that is known, and cheap when nobody whom it is about holds it back.
  ///
  /// body   FHIR JSON as it is stored
  virtual std::optional<search::Criterion> limit_of(std::string_view type, std::string_view id,
                                                    std::string_view body) const = 0;

  /// What a write of the token is held to, to be judged in its transaction.
  ///
  /// body   of the new version, in pieces none of which ends within a reference, and which joined
  ///        are JSON; empty: a deletion
  virtual WriteLimits limits_of_write(std::string_view type, std::string_view id,
                                      std::span<const std::string_view> body,
                                      Standing standing) const = 0;
};

/// Thread-safe.
class Bounds {
 public:
  virtual ~Bounds() = default;

  /// definitions   outlive what is returned
  /// returns       null: nothing ever holds this token back
  virtual std::unique_ptr<const Bound> of(std::shared_ptr<const Identity> identity,
                                          const fhir::DefinitionStore& definitions) = 0;

  /// Another one whenever any of what bounds are made of has changed.
  virtual std::uint64_t generation() const = 0;
  virtual std::int64_t now_ms() const = 0;  // UTC
};

}  // namespace server::access
