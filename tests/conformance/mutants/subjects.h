// Which official examples are broken: of each resource type a few that together have most of the
// elements that its examples have.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/formats/json_document.h"

namespace mutants {

struct Subject {
  std::string name;
  fhir::json::Document document;
};

/// At most `count` examples of the type, the valid ones before all others.
/// is_valid   judges a candidate
std::vector<Subject> subjects_of(const std::filesystem::path& package, std::string_view type,
                                 std::size_t count,
                                 const std::function<bool(const fhir::json::Document&)>& is_valid);

}  // namespace mutants
