// What a consent says of a resource once it is known who asks, what for and when.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "fhir/base/date_time.h"

namespace server::consent {

struct Code {
  std::string system;
  std::string code;
};

/// https://hl7.org/fhir/R4/valueset-consent-data-meaning.html
enum class Meaning : std::uint8_t { instance, related, dependents, authored_by };

struct DataReference {
  Meaning meaning = Meaning::instance;
  std::string type, id;
};

/// Plain value.
struct Condition {
  enum class Kind : std::uint8_t {
    never,
    always,
    all,
    any,
    negation,  // of the one part
    labels,    // meta.security has one of `codes`
    classes,   // it is of one of these types, profiles or document types
    contents,  // its code is one of `codes`
    data,      // it is one of those, or stands to one of them as is said
    period     // what it is about lies in `span`, at least in part, or has no date
  };
  Kind kind = Kind::never;
  std::vector<Condition> parts;
  std::vector<Code> codes;
  std::vector<DataReference> data;
  fhir::Instants span;

  bool is_never() const { return kind == Kind::never; }
  bool is_always() const { return kind == Kind::always; }
};

Condition constant(bool value);
// Simplified where a part is a constant.
Condition all_of(std::vector<Condition> parts);
Condition any_of(std::vector<Condition> parts);
Condition not_of(Condition part);

/// Equal for conditions that say the same in the same words.
std::string key_of(const Condition& condition);

}  // namespace server::consent
