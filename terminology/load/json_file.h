// A JSON file that is loaded.
#pragma once

#include <cstddef>
#include <string>

#include "fhir/base/result.h"
#include "fhir/formats/json_document.h"

namespace terminology::load {

inline constexpr std::size_t k_json_file_bytes_max = std::size_t{256} << 20;

/// errors   not-found: no such file · structure: no JSON, with file and line · too-costly: it is
///          larger than k_json_file_bytes_max
fhir::Result<fhir::json::Document> read_json_file(const std::string& path);

}  // namespace terminology::load
