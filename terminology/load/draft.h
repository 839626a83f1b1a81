// A release as a reader found it: ready to be written.
#pragma once

#include <string>
#include <vector>

#include "terminology/load/code_system_builder.h"
#include "terminology/load/cross_reference_builder.h"
#include "terminology/load/progress.h"

namespace terminology::load {

struct Draft {
  explicit Draft(release::ReleaseInfo info) : builder(std::move(info)) {}

  CodeSystemBuilder builder;
  CrossReferenceBuilder cross_references;
  std::vector<std::string> remarks;  // what was passed over

  /// errors   those of CodeSystemBuilder::write
  fhir::Result<void> write(const std::string& path) {
    return builder.write(path, [&](FileWriter& out) { cross_references.write(builder, out); });
  }
};

}  // namespace terminology::load
