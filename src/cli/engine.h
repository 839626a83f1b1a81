// Puts the modules together: definitions, terminology, validator, extractor, store.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "src/cli/settings.h"
#include "src/http/metrics.h"
#include "src/rest/context.h"
#include "src/rest/live_definitions.h"
#include "src/rest/live_store.h"
#include "src/rest/reindexer.h"
#include "src/storage/store.h"

namespace server::cli {

struct Engine {
  rest::Options options;
  std::unique_ptr<rest::LiveDefinitions> definitions;  // outlive the store
  std::unique_ptr<rest::LiveStore> store;
  std::unique_ptr<rest::Reindexer> reindexer;  // works from make_engine() on, if at all
};

/// What a thread does around a wait for its write; both may be empty.
struct WaitHooks {
  std::function<void()> before, after;
};

/// Everything but the sockets. `settings.base_url` must be known.
fhir::Result<Engine> make_engine(const ServeSettings& settings, WaitHooks hooks = {},
                                 rest::Freshness freshness = rest::Freshness::always);

}  // namespace server::cli
