// spdlog's asynchronous logger with a queue and a thread of its own.
#include "src/http/access_log.h"

#include <spdlog/async_logger.h>
#include <spdlog/details/thread_pool.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>

#include "src/http/metrics.h"

namespace server::http {
namespace {

constexpr std::size_t k_queue_lines = 8192;
constexpr const char* k_pattern = R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ",%v})";

}  // namespace

struct AccessLog::Impl {
  // Declared in this order: the pool's thread ends before what it writes to goes.
  std::shared_ptr<spdlog::async_logger> logger;
  std::shared_ptr<spdlog::details::thread_pool> pool;
};

AccessLog::AccessLog() = default;
AccessLog::~AccessLog() = default;

std::optional<std::string> AccessLog::open(const std::string& target) {
  impl_.reset();
  if (target.empty()) return std::nullopt;
  try {
    spdlog::sink_ptr sink;
    if (target == "-") {
      sink = std::make_shared<spdlog::sinks::stdout_sink_mt>();
    } else {
      sink = std::make_shared<spdlog::sinks::basic_file_sink_mt>(target);
    }
    sink->set_formatter(
        std::make_unique<spdlog::pattern_formatter>(k_pattern, spdlog::pattern_time_type::utc));
    auto impl = std::make_unique<Impl>();
    impl->pool = std::make_shared<spdlog::details::thread_pool>(k_queue_lines, 1U);
    impl->logger = std::make_shared<spdlog::async_logger>(
        "access", std::move(sink), impl->pool, spdlog::async_overflow_policy::overrun_oldest);
    impl_ = std::move(impl);
    return std::nullopt;
  } catch (const spdlog::spdlog_ex& error) {
    return "Cannot write the access log " + target + ": " + error.what() + ".";
  }
}

void AccessLog::write(const AccessEntry& entry) {
  using std::chrono::duration_cast;
  impl_->logger->info(
      R"("method":"{}","route":"{}","status":{},"bytes":{},"duration_us":{},"request_id":"{}",)"
      R"("remote":"{}")",
      name_of(entry.method), entry.route, entry.status, entry.body_bytes,
      duration_cast<std::chrono::microseconds>(entry.duration).count(), entry.request_id,
      entry.remote_address);
}

void AccessLog::flush() { impl_->logger->flush(); }

}  // namespace server::http
