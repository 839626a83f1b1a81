// Answers HTTP requests with FHIR: the pipeline that every request passes through.
// Includes no socket; tests call handle() directly.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "src/http/message.h"
#include "src/http/metrics.h"
#include "src/rest/context.h"

namespace server::rest {

class RestHandler final : public http::Handler {
 public:
  RestHandler(Options options, std::shared_ptr<const Snapshot> snapshot, http::Metrics& metrics);

  http::Placement placement(const http::Request& request) const override;
  http::Response handle(http::Request& request) override;
  http::Response failure(unsigned status, std::string_view diagnostics) const override;

  /// From now on requests see this snapshot; those under way keep theirs.
  void replace(std::shared_ptr<const Snapshot> snapshot);

 private:
  /// What an answer gets whatever it will be.
  struct Shape {
    std::string_view label = "unknown";
    std::string allow;
    std::optional<Format> format;  // once negotiated
    bool pretty = false;
    std::shared_ptr<const Snapshot> snapshot;
  };
  void present(http::Response& response, const Shape& shape) const;
  Answer answer(http::Request& request, Shape& shape) const;
  http::Response service_endpoint(std::string_view path) const;

  Options options_;
  std::shared_ptr<const Snapshot> snapshot_;  // through std::atomic_load and std::atomic_store
  http::Metrics& metrics_;
};

}  // namespace server::rest
