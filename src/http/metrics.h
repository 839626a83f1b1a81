// Counters of the HTTP layer in Prometheus' text format.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "src/http/message.h"

namespace prometheus {
class Registry;
}

namespace server::http {

/// Counts requests, durations, connections and bytes.
///
/// threads   any; a request costs a few relaxed atomic steps, the registry's locks are met only
/// when
///           a combination of method, route and status class is seen for the first time
/// source    https://prometheus.io/docs/instrumenting/exposition_formats/
class Metrics {
 public:
  Metrics();
  ~Metrics();
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  void request_started();
  /// route   the response's label; few different texts, or the series grow without limit
  void request_finished(Method method, std::string_view route, unsigned status,
                        std::chrono::nanoseconds duration);
  void bytes_received(std::size_t count);
  void bytes_sent(std::size_t count);
  void connection_opened();
  void connection_closed();
  void queue_depth(std::size_t waiting);

  enum class Kind : std::uint8_t { counter, gauge };
  /// Tells a figure that another module keeps: asked for with every text(). Not thread-safe:
  /// before the first request.
  ///
  /// name     as the format has it: `medisync_…`, of a counter with `_total` at its end
  /// figure   thread-safe
  void observe(std::string name, std::string help, Kind kind, std::function<double()> figure);

  /// Everything in the registry, and what is observed, as text exposition format 0.0.4.
  std::string text() const;

  /// For the families that other modules add; outlived by nothing they return.
  prometheus::Registry& registry();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// The method's name in upper case; "OTHER" for Method::other.
std::string_view name_of(Method method);

}  // namespace server::http
