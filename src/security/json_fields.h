// Members of the JSON objects that are kept in records and received in tokens.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/formats/json_document.h"
#include "fhir/formats/json_writer.h"

namespace server::security {

/// Of a time in milliseconds.
std::int64_t whole_seconds(std::int64_t utc_ms);

/// The whole number of that name; nothing when there is none, or one with a fraction.
std::optional<std::int64_t> integer_at(const fhir::json::Value& object, std::string_view name);

bool is_true_at(const fhir::json::Value& object, std::string_view name);

/// The strings of an array; what is no string is passed over.
std::vector<std::string> strings_at(const fhir::json::Value& object, std::string_view name);

void append_strings(fhir::json::Builder& out, std::string_view name,
                    std::span<const std::string> texts);

/// Writes the member only when there is a text.
void append_some(fhir::json::Builder& out, std::string_view name, std::string_view text);

}  // namespace server::security
