// Series are found by a lock-free table of pointers in front of prometheus-cpp's map and mutex.
#include "src/http/metrics.h"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/metric_family.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <array>
#include <atomic>
#include <functional>
#include <mutex>
#include <sstream>
#include <utility>
#include <vector>

namespace server::http {
namespace {

constexpr std::size_t k_slots = 1024;  // power of two; routes × methods × status classes
constexpr std::size_t k_probes_max = 16;
constexpr std::array<std::string_view, 8> k_methods{"GET",   "HEAD",   "POST",    "PUT",
                                                    "PATCH", "DELETE", "OPTIONS", "OTHER"};

struct Series {
  Method method;
  unsigned status_class;
  std::string route;
  prometheus::Counter* requests;
  prometheus::Histogram* duration;

  bool is(Method m, unsigned c, std::string_view r) const {
    return method == m && status_class == c && route == r;
  }
};

std::size_t hash_of(Method method, unsigned status_class, std::string_view route) {
  return std::hash<std::string_view>{}(route)*64 + static_cast<std::size_t>(method) * 8 +
         status_class;
}

const prometheus::Histogram::BucketBoundaries& boundaries() {
  static const prometheus::Histogram::BucketBoundaries k_seconds{
      0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05,
      0.1,    0.25,    0.5,    1,     2.5,    5,     10,   30};
  return k_seconds;
}

prometheus::Gauge& gauge(prometheus::Registry& registry, const char* name, const char* help) {
  return prometheus::BuildGauge().Name(name).Help(help).Register(registry).Add({});
}

prometheus::Counter& counter(prometheus::Registry& registry, const char* name, const char* help) {
  return prometheus::BuildCounter().Name(name).Help(help).Register(registry).Add({});
}

}  // namespace

struct Metrics::Impl {
  struct Observed {
    std::string name, help;
    Kind kind;
    std::function<double()> figure;
  };
  std::vector<Observed> observed;
  prometheus::Registry registry;
  prometheus::Family<prometheus::Counter>& requests =
      prometheus::BuildCounter()
          .Name("medisync_http_requests_total")
          .Help("Requests answered, by method, route and status class")
          .Register(registry);
  prometheus::Family<prometheus::Histogram>& durations =
      prometheus::BuildHistogram()
          .Name("medisync_http_request_duration_seconds")
          .Help("From the last byte of the request read to the answer made")
          .Register(registry);
  prometheus::Gauge& in_flight =
      gauge(registry, "medisync_http_requests_in_flight", "Requests read and not yet answered");
  prometheus::Gauge& queued =
      gauge(registry, "medisync_http_queue_depth", "Requests waiting for a worker");
  prometheus::Gauge& connections = gauge(registry, "medisync_http_connections", "Open connections");
  prometheus::Counter& received =
      counter(registry, "medisync_http_received_bytes_total", "Bytes read, after TLS");
  prometheus::Counter& sent =
      counter(registry, "medisync_http_sent_bytes_total", "Bytes written, before TLS");

  std::array<std::atomic<const Series*>, k_slots> table{};
  std::mutex adding;
  std::vector<std::unique_ptr<const Series>> series;  // guarded by adding

  const Series* find(std::size_t hash, Method method, unsigned status_class,
                     std::string_view route) const {
    for (std::size_t probe = 0; probe < k_probes_max; ++probe) {
      const Series* found = table[(hash + probe) % k_slots].load(std::memory_order_acquire);
      if (found == nullptr) return nullptr;
      if (found->is(method, status_class, route)) return found;
    }
    return nullptr;
  }

  const Series& add(std::size_t hash, Method method, unsigned status_class,
                    std::string_view route) {
    const std::lock_guard lock(adding);
    for (const auto& known : series) {
      if (known->is(method, status_class, route)) return *known;
    }
    const std::string name(route.empty() ? "none" : route);
    auto& count = requests.Add({{"method", std::string(name_of(method))},
                                {"route", name},
                                {"status", std::to_string(status_class) + "xx"}});
    auto& histogram = durations.Add({{"route", name}}, boundaries());
    series.push_back(std::make_unique<const Series>(
        Series{method, status_class, std::string(route), &count, &histogram}));
    for (std::size_t probe = 0; probe < k_probes_max; ++probe) {
      auto& slot = table[(hash + probe) % k_slots];
      if (slot.load(std::memory_order_relaxed) != nullptr) continue;
      slot.store(series.back().get(), std::memory_order_release);
      break;
    }
    return *series.back();
  }
};

Metrics::Metrics() : impl_(std::make_unique<Impl>()) {}
Metrics::~Metrics() = default;

void Metrics::request_started() { impl_->in_flight.Increment(); }

void Metrics::request_finished(Method method, std::string_view route, unsigned status,
                               std::chrono::nanoseconds duration) {
  const unsigned status_class = status / 100 % 8;
  const std::size_t hash = hash_of(method, status_class, route);
  const Series* found = impl_->find(hash, method, status_class, route);
  if (found == nullptr) found = &impl_->add(hash, method, status_class, route);
  found->requests->Increment();
  found->duration->Observe(std::chrono::duration<double>(duration).count());
  impl_->in_flight.Decrement();
}

void Metrics::bytes_received(std::size_t count) {
  impl_->received.Increment(static_cast<double>(count));
}
void Metrics::bytes_sent(std::size_t count) { impl_->sent.Increment(static_cast<double>(count)); }
void Metrics::connection_opened() { impl_->connections.Increment(); }
void Metrics::connection_closed() { impl_->connections.Decrement(); }
void Metrics::queue_depth(std::size_t waiting) { impl_->queued.Set(static_cast<double>(waiting)); }

std::string Metrics::text() const {
  std::ostringstream out;
  out.imbue(std::locale::classic());
  auto families = impl_->registry.Collect();
  for (const Impl::Observed& observed : impl_->observed) {
    prometheus::ClientMetric metric;
    prometheus::MetricFamily family;
    family.name = observed.name;
    family.help = observed.help;
    if (observed.kind == Kind::counter) {
      family.type = prometheus::MetricType::Counter;
      metric.counter.value = observed.figure();
    } else {
      family.type = prometheus::MetricType::Gauge;
      metric.gauge.value = observed.figure();
    }
    family.metric.push_back(std::move(metric));
    families.push_back(std::move(family));
  }
  prometheus::TextSerializer().Serialize(out, families);
  return std::move(out).str();
}

void Metrics::observe(std::string name, std::string help, Kind kind,
                      std::function<double()> figure) {
  impl_->observed.push_back({std::move(name), std::move(help), kind, std::move(figure)});
}

prometheus::Registry& Metrics::registry() { return impl_->registry; }

std::string_view name_of(Method method) { return k_methods[static_cast<std::size_t>(method)]; }

}  // namespace server::http
