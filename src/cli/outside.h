// Outside identity providers, as the settings name them.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "src/cli/engine.h"
#include "src/cli/settings.h"
#include "src/security/outside_tokens.h"

namespace CLI {
class App;
}

namespace server::cli {

void add_outside_options(CLI::App& app, ServeSettings& settings);

/// Takes the tokens of the issuers of the settings; null when there are none.
///
/// engine   outlives it
/// errors   invalid, not-found: what of the settings cannot be used; --auth jwt without an issuer
fhir::Result<std::unique_ptr<security::OutsideTokens>> make_outside(const ServeSettings& settings,
                                                                    Engine& engine);

/// The endpoints of the first issuer, for the CapabilityStatement; none, with a line on standard
/// error, when it does not answer now.
fhir::Result<std::vector<std::pair<std::string, std::string>>> outside_uris(
    const ServeSettings& settings);

}  // namespace server::cli
