// What meets a request first: how large its body may be, how often it may come, and the header
// fields that every answer has.
#pragma once

#include <vector>

#include "src/cli/settings.h"
#include "src/http/rate_limited.h"
#include "src/http/server.h"

namespace CLI {
class App;
}

namespace server::cli {

/// Sizes of bodies, as options of `serve`.
void add_edge_options(CLI::App& app, ServeSettings& settings);

/// The limits of bodies by route, and the fields of every answer.
void set_edge(http::ServerOptions& options, const ServeSettings& settings);

/// Passwords and codes are guessed by many requests: those have limits of their own.
std::vector<http::RateRule> rate_rules(const ServeSettings& settings);

}  // namespace server::cli
