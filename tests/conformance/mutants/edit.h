// Changes to a JSON text that leave the rest of it as it was written.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "fhir/formats/json_value.h"

namespace mutants {

/// A member's new value, as JSON; empty: the member goes.
struct Change {
  std::string_view name;
  std::string_view json;
};

/// The text of a value that was read from `source`.
std::string_view raw(std::string_view source, const fhir::json::Value& value);

/// The object as text, with the changes made; what it does not have is added at its end.
std::string with_changes(std::string_view source, const fhir::json::Value& object,
                         std::span<const Change> changes);

/// The whole source with one of its values replaced.
std::string spliced(std::string_view source, const fhir::json::Value& value,
                    std::string_view replacement);

}  // namespace mutants
