// The validator under the interface of the field's validator service, as conformance labs ask it:
// POST /validate with cliContext and filesToValidate, GET /validator/version.
// https://github.com/hapifhir/org.hl7.fhir.validator-wrapper
#pragma once

#include <string_view>

#include "src/http/message.h"
#include "src/rest/snapshot_source.h"

namespace server::rest {

/// Stands before the handler of everything else.
class ValidatorService final : public http::Handler {
 public:
  /// snapshots, next   outlive this
  ValidatorService(SnapshotSource& snapshots, http::Handler& next)
      : snapshots_(snapshots), next_(next) {}

  http::Placement placement(const http::Request& request) const override;
  http::Response handle(http::Request& request) override;
  http::Response failure(unsigned status, std::string_view diagnostics) const override {
    return next_.failure(status, diagnostics);
  }

 private:
  http::Response validate(const http::Request& request) const;

  SnapshotSource& snapshots_;
  http::Handler& next_;
};

}  // namespace server::rest
