// spdlog's asynchronous logger with a queue and a thread of its own.
#include "src/http/access_log.h"

#include <spdlog/async_logger.h>
#include <spdlog/details/thread_pool.h>
#include <spdlog/fmt/fmt.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <array>
#include <cstdint>
#include <ctime>
#include <mutex>

#include "src/http/metrics.h"

namespace server::http {
namespace {

constexpr std::size_t k_queue_chunks = 256;
constexpr std::size_t k_chunk_bytes = 32 * 1024;

}  // namespace

struct AccessLog::Impl {
  // Declared in this order: the pool's thread ends before what it writes to goes.
  std::shared_ptr<spdlog::async_logger> logger;
  std::shared_ptr<spdlog::details::thread_pool> pool;

  std::mutex mutex;
  std::string lines;                 // guarded by mutex; with line ends between them
  std::time_t seconds = 0;           // guarded by mutex; those that time_text tells
  std::array<char, 32> time_text{};  // guarded by mutex

  ~Impl() { hand_over(); }

  void append_time() {
    using namespace std::chrono;
    const auto now = system_clock::now();
    const std::time_t now_seconds = system_clock::to_time_t(now);
    if (now_seconds != seconds) {
      seconds = now_seconds;
      std::tm t{};
      gmtime_r(&seconds, &t);
      std::strftime(time_text.data(), time_text.size(), "%Y-%m-%dT%H:%M:%S", &t);
    }
    const auto fraction = duration_cast<milliseconds>(now.time_since_epoch()).count() % 1000;
    fmt::format_to(std::back_inserter(lines), R"({{"time":"{}.{:03}Z",)", time_text.data(),
                   fraction);
  }

  void hand_over() {
    if (lines.empty()) return;
    logger->log(spdlog::level::info, spdlog::string_view_t(lines));
    lines.clear();
  }
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
    sink->set_formatter(std::make_unique<spdlog::pattern_formatter>("%v"));
    auto impl = std::make_unique<Impl>();
    impl->pool = std::make_shared<spdlog::details::thread_pool>(k_queue_chunks, 1U);
    impl->logger = std::make_shared<spdlog::async_logger>(
        "access", std::move(sink), impl->pool, spdlog::async_overflow_policy::overrun_oldest);
    impl_ = std::move(impl);
    return std::nullopt;
  } catch (const spdlog::spdlog_ex& error) {
    return "Cannot write the access log " + target + ": " + error.what() + ".";
  }
}

void AccessLog::write(const AccessEntry& entry) {
  const auto microseconds =
      std::chrono::duration_cast<std::chrono::microseconds>(entry.duration).count();
  const std::lock_guard lock(impl_->mutex);
  auto& lines = impl_->lines;
  if (!lines.empty()) lines.push_back('\n');
  impl_->append_time();
  fmt::format_to(std::back_inserter(lines),
                 R"("method":"{}","route":"{}","status":{},"bytes":{},"duration_us":{},)"
                 R"("request_id":"{}","remote":"{}"}})",
                 name_of(entry.method), entry.route, entry.status, entry.body_bytes, microseconds,
                 entry.request_id, entry.remote_address);
  if (lines.size() >= k_chunk_bytes) impl_->hand_over();
}

void AccessLog::flush() {
  const std::lock_guard lock(impl_->mutex);
  if (impl_->lines.empty()) return;
  impl_->hand_over();
  impl_->logger->flush();
}

}  // namespace server::http
