// The audit trail of a server that is being started.
#pragma once

#include <filesystem>
#include <memory>

#include "src/audit/audited.h"
#include "src/cli/engine.h"
#include "src/cli/settings.h"
#include "src/http/metrics.h"

namespace server::cli {

std::filesystem::path audit_key_file(const std::filesystem::path& data);

/// From now on no client can write what the trail holds.
///
/// errors   of the key file, and of Recorder::start()
fhir::Result<std::unique_ptr<audit::Recorder>> start_recorder(const ServeSettings& settings,
                                                              Engine& engine);

/// Tells how the trail fares; asked as long as requests are answered, which the recorder outlives.
void tell_figures(const audit::Recorder& recorder, http::Metrics& metrics);

}  // namespace server::cli
