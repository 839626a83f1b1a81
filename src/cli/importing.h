// $import of a server that is being started.
#pragma once

#include <memory>

#include "src/bulk/import_jobs.h"
#include "src/cli/engine.h"
#include "src/cli/settings.h"

namespace CLI {
class App;
}

namespace server::cli {

void add_import_options(CLI::App& app, ServeSettings& settings);

/// Where URLs of imports are asked.
std::unique_ptr<bulk::ImportSource> make_import_source(const ServeSettings& settings);

/// Imports that go on from now. engine, source   outlive them
std::unique_ptr<bulk::ImportJobs> start_imports(const ServeSettings& settings, Engine& engine,
                                                const bulk::ImportSource& source);

}  // namespace server::cli
