// medisync audit: the trail of who did what, checked by hand.
#pragma once

#include <string>

namespace CLI {
class App;
}

namespace server::cli {

struct AuditSettings {
  std::string data = "data";
};

/// The commands below `audit`.
CLI::App* add_audit(CLI::App& app, AuditSettings& settings);

/// 0: the trail is whole · 1: it is not · 2: it could not be read
int run_audit(const AuditSettings& settings);

}  // namespace server::cli
