// Puts the modules together: definitions, terminology, validator, extractor, store.
#pragma once

#include <memory>
#include <string>

#include "src/cli/settings.h"
#include "src/http/metrics.h"
#include "src/rest/context.h"
#include "src/storage/store.h"

namespace server::cli {

/// The core definitions and the packages asked for.
///
/// errors   not-found: no definitions, with what to do about it
fhir::Result<std::shared_ptr<const fhir::DefinitionStore>> load_definitions(
    const DefinitionSettings& settings);

struct Engine {
  rest::Options options;
  std::unique_ptr<storage::Store> store;
  std::shared_ptr<const rest::Snapshot> snapshot;
};

/// Everything but the sockets. `settings.base_url` must be known.
fhir::Result<Engine> make_engine(const ServeSettings& settings);

}  // namespace server::cli
