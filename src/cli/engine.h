// Puts the modules together: definitions, terminology, validator, extractor, store.
#pragma once

#include <functional>
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

/// What a thread does around a wait for its write; both may be empty.
struct WaitHooks {
  std::function<void()> before, after;
};

/// Everything but the sockets. `settings.base_url` must be known.
fhir::Result<Engine> make_engine(const ServeSettings& settings, WaitHooks hooks = {});

}  // namespace server::cli
