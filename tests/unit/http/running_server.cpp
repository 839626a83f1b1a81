#include "unit/http/running_server.h"

#include <algorithm>
#include <chrono>
#include <stdexcept>
#include <thread>
#include <utility>

#include "unit/http/client.h"

namespace http_test {

using server::http::Placement;
using server::http::Request;
using server::http::Response;
using server::http::ServerOptions;
using std::chrono::milliseconds;

namespace {
constexpr std::chrono::seconds k_patience{20};

/// Pieces of one letter each: a, b, c …
class LetterSource final : public server::http::BodySource {
 public:
  LetterSource(std::size_t pieces, bool has_size, bool is_broken)
      : pieces_(pieces), has_size_(has_size), is_broken_(is_broken) {}
  std::optional<std::uint64_t> size() const override {
    if (!has_size_) return std::nullopt;
    return pieces_ * k_piece_bytes;
  }
  bool next(std::string& piece) override {
    if (given_ == pieces_) return true;
    if (is_broken_ && given_ + 1 == pieces_) return false;
    piece.assign(k_piece_bytes, static_cast<char>('a' + given_++ % 26));
    return true;
  }

 private:
  static constexpr std::size_t k_piece_bytes = 100'000;
  const std::size_t pieces_;
  const bool has_size_, is_broken_;
  std::size_t given_ = 0;
};

class CountingSink final : public server::http::BodySink {
 public:
  CountingSink(TargetHandler::Taken& taken, std::size_t bytes_max)
      : taken_(taken), bytes_max_(bytes_max) {}
  ~CountingSink() override {
    if (!is_finished_) ++taken_.dropped;
  }
  std::optional<Response> add(std::string&& piece) override {
    taken_.bytes += piece.size();
    taken_.longest_piece = std::max(taken_.longest_piece.load(), piece.size());
    bytes_ += piece.size();
    if (bytes_ <= bytes_max_) return std::nullopt;
    Response full;
    full.status = 503;
    full.body = "full";
    return full;
  }
  std::optional<Response> finish() override {
    ++taken_.finished;
    is_finished_ = true;
    return std::nullopt;
  }

 private:
  TargetHandler::Taken& taken_;
  const std::size_t bytes_max_;
  std::size_t bytes_ = 0;
  bool is_finished_ = false;
};

}  // namespace

void Gate::open() {
  const std::lock_guard lock(mutex_);
  is_open_ = true;
  changed_.notify_all();
}

void Gate::pass() {
  std::unique_lock lock(mutex_);
  ++reached_;
  changed_.notify_all();
  changed_.wait_for(lock, k_patience, [this] { return is_open_; });
}

bool Gate::is_reached_by(int count) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, k_patience, [this, count] { return reached_ >= count; });
}

Placement TargetHandler::placement(const Request& request) const {
  const bool is_here = request.target == "/fast" || request.target == "/big" ||
                       request.target == "/here-throws" || request.target == "/none";
  if (request.target == "/tried" || request.target == "/tried-in-vain")
    return Placement::io_thread_first;
  return is_here ? Placement::io_thread : Placement::worker;
}

Response TargetHandler::handle(Request& request) {
  ++handled;
  Response response;
  response.label = "test";
  response.headers.add("Content-Type", "application/fhir+json; charset=utf-8");
  response.headers.add("X-Seen-Id", request.id);
  if (request.target == "/fast") {
    response.body = "fast";
  } else if (request.target == "/big") {
    response.body = "\"" + std::string(big_bytes - 2, 'x') + "\"";
  } else if (request.target == "/tried" || request.target == "/tried-in-vain") {
    const bool is_near = request.deadline - std::chrono::steady_clock::now() < milliseconds{100};
    response.body = request.is_trial && is_near ? "tried" : "worker";
    response.wants_worker = request.is_trial && request.target == "/tried-in-vain";
  } else if (request.target == "/none") {
    response.status = 204;
  } else if (request.target == "/inject") {
    response.headers.add("X-Injected", "a\r\nX-Evil: b");
  } else if (request.target == "/gated") {
    gate.pass();
    response.body = "gated";
  } else if (request.target.ends_with("source")) {
    response.headers.add("ETag", "\"letters\"");
    response.source = std::make_shared<LetterSource>(
        source_pieces, request.target != "/open-source", request.target == "/broken-source");
  } else if (request.target == "/sink-refused") {
    response.status = 403;
  } else if (request.target.starts_with("/sink")) {
    response.status = request.body_follows ? 202 : 500;
    response.sink = std::make_shared<CountingSink>(
        taken, request.target == "/sink-full" ? 1'000'000 : 1'000'000'000);
  } else if (request.target == "/throw" || request.target == "/here-throws") {
    throw std::runtime_error("Jane Doe, born 1970");
  } else {
    response.body = request.body.empty() ? request.target : request.body;
  }
  return response;
}

Response TargetHandler::failure(unsigned status, std::string_view diagnostics) const {
  Response response;
  response.status = status;
  response.label = "failure";
  response.headers.add("Content-Type", "application/fhir+json");
  response.body = diagnostics;
  return response;
}

ServerOptions quick_options() {
  ServerOptions options;
  options.io_threads = 2;
  options.worker_threads = 2;
  options.header_timeout = milliseconds{10'000};
  options.body_timeout = milliseconds{20'000};
  options.progress_timeout = milliseconds{10'000};
  options.idle_timeout = milliseconds{15'000};
  options.linger_timeout = milliseconds{200};
  return options;
}

RunningServer::RunningServer(ServerOptions options) : server(std::move(options), handler, metrics) {
  if (const auto error = server.start()) throw std::runtime_error(*error);
}

RunningServer::~RunningServer() { handler.gate.open(); }

bool comes_true(const std::function<bool()>& what) {
  const auto end = std::chrono::steady_clock::now() + k_patience;
  while (!what()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(milliseconds{2});
  }
  return true;
}

bool tells(const RunningServer& running, const std::string& line) {
  return comes_true([&] {
    return ("\n" + running.metrics.text()).find("\n" + line + "\n") != std::string::npos;
  });
}

bool refuses_connections(std::uint16_t port) {
  return comes_true([port] { return Client(port).socket() == -1; });
}

}  // namespace http_test
