#include "src/cli/consents.h"

#include <chrono>

namespace server::cli {
namespace {

std::int64_t now_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

consent::Mode mode_of(const std::string& word) {
  return word == "off"      ? consent::Mode::off
         : word == "opt-in" ? consent::Mode::opt_in
                            : consent::Mode::opt_out;
}

}  // namespace

Consents::Consents(consent::Mode mode, Engine& engine)
    : index_(engine.options.base_url, *engine.store),
      bounds_(mode, index_, consent::Hierarchy(engine.definitions->latest()->definitions()),
              now_ms) {}

fhir::Result<std::unique_ptr<Consents>> Consents::start(const ServeSettings& settings,
                                                        Engine& engine) {
  std::unique_ptr<Consents> consents(new Consents(mode_of(settings.consent), engine));
  FHIR_CHECK(consents->index_.load());
  engine.store->watch(*consents);
  engine.options.bounds = &consents->bounds_;
  return consents;
}

}  // namespace server::cli
