// Puts in force what patients consent to.
#pragma once

#include <memory>
#include <string_view>

#include "src/cli/engine.h"
#include "src/consent/consent_bounds.h"
#include "src/consent/consent_index.h"
#include "src/rest/live_store.h"

namespace server::cli {

/// Not movable: the bounds refer to the index.
class Consents final : public rest::WriteWatcher {
 public:
  /// Reads the Consents there are; from then on the engine's store tells of every write, and the
  /// engine's options hold the bounds.
  ///
  /// engine   ends before what is returned
  /// errors   of the store
  static fhir::Result<std::unique_ptr<Consents>> start(const ServeSettings& settings,
                                                       Engine& engine);

  bool watches(std::string_view type) const override {
    return consent::ConsentIndex::watches(type);
  }
  void note(std::string_view type, std::string_view id, const storage::Written& written) override {
    index_.refresh(type, id, written);
  }
  consent::ConsentBounds& bounds() { return bounds_; }

 private:
  Consents(consent::Mode mode, Engine& engine);

  consent::ConsentIndex index_;
  consent::ConsentBounds bounds_;
};

}  // namespace server::cli
