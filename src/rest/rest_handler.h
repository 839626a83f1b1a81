// Answers HTTP requests with FHIR: the pipeline that every request passes through.
// Includes no socket; tests call handle() directly.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "src/http/message.h"
#include "src/http/metrics.h"
#include "src/rest/bundle/helpers.h"
#include "src/rest/context.h"
#include "src/rest/snapshot_source.h"

namespace server::rest {

class RestHandler final : public http::Handler {
 public:
  /// snapshots   outlive the handler; each request sees one of them
  RestHandler(Options options, SnapshotSource& snapshots, http::Metrics& metrics);

  /// From now on `Prefer: respond-async` is followed.
  ///
  /// jobs   ends before the handler; runs requests by handle_later()
  void answer_later_by(jobs::RequestJobs& jobs) { jobs_ = &jobs; }
  /// From now on exports are kicked off.
  ///
  /// exports   ends before the handler
  void export_by(bulk::ExportJobs& exports) { exports_ = &exports; }
  /// The same of imports.
  void import_by(bulk::ImportJobs& imports) { imports_ = &imports; }
  /// Answers a request that was taken in before: a JSON body, whatever the client asked for.
  http::Response handle_later(http::Request& request, jobs::Progress& progress) const;

  http::Placement placement(const http::Request& request) const override;
  http::Response handle(http::Request& request) override;
  http::Response failure(unsigned status, std::string_view diagnostics) const override;

 private:
  /// What an answer gets whatever it will be.
  struct Shape {
    std::string_view label = "unknown";
    std::string allow;
    std::optional<Format> format;   // once negotiated
    std::string_view generic_type;  // instead of FHIR's, once negotiated
    bool pretty = false;
    std::shared_ptr<const Snapshot> snapshot;
  };
  void present(http::Response& response, const Shape& shape) const;
  Answer answer(http::Request& request, Shape& shape, jobs::Progress* progress = nullptr) const;
  Answer accept_for_later(const http::Request& request) const;
  http::Response service_endpoint(std::string_view path) const;

  Options options_;
  SnapshotSource& snapshots_;
  http::Metrics& metrics_;
  jobs::RequestJobs* jobs_ = nullptr;
  bulk::ExportJobs* exports_ = nullptr;
  bulk::ImportJobs* imports_ = nullptr;
  mutable Helpers helpers_;
};

}  // namespace server::rest
