// One connection: reads requests, has them answered, writes the answers in their order.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "src/http/access_log.h"
#include "src/http/byte_stream.h"
#include "src/http/compression.h"
#include "src/http/message.h"
#include "src/http/metrics.h"
#include "src/http/request_parser.h"
#include "src/http/server.h"
#include "src/http/worker_pool.h"

namespace server::http {

class IoThread;

/// What all connections of a server use; outlives them.
struct Shared {
  const ServerOptions& options;
  Handler& handler;
  Metrics& metrics;
  AccessLog& access_log;
  WorkerPool& workers;
  std::atomic<bool> is_stopping{false};
  std::atomic<std::size_t> connections{0};
};

/// The state machine of an HTTP/1.1 connection. One request at a time: while it is answered the
/// next ones wait in the read buffer and, behind that, in the kernel, so answers keep their order.
///
/// threads   its IoThread's; a worker holds `request_`, `response_` and what is
///           streamed while phase_ is `answering`
class Session final : public StreamClient,
                      public Work,
                      public std::enable_shared_from_this<Session> {
 public:
  using Clock = std::chrono::steady_clock;
  enum class Admission { served, refused };

  Session(Shared& shared, IoThread& thread, std::unique_ptr<ByteStream> stream,
          std::string remote_address, Admission admission);
  ~Session() override;

  void start();
  /// Finishes the request that has begun, if any, and closes.
  void shut_down();
  void abort();
  bool is_late(Clock::time_point now) const {
    return awaited_ != Awaited::nothing && now >= expires_;
  }
  /// The worker's answer is ready.
  void on_answered(Clock::time_point now);
  /// No worker will take the request: the queue is full.
  void on_refused();
  /// Gives up what is awaited for too long.
  void on_late(Clock::time_point now);

 private:
  // How long a connection without a request is still listened to once the server stops.
  static constexpr std::chrono::milliseconds k_last_call{20};

  // streaming: between two pieces of a body; while a worker makes one it is answering
  enum class Phase { opening, reading, answering, streaming, closing, finishing, closed };
  // Of a request whose body goes to a sink: what a worker does while phase_ is answering
  enum class Intake { none, opening, taking, ending };
  enum class Awaited { nothing, handshake, request, head, body, room, goodbye };
  struct Outgoing {
    std::string head;
    std::string body;
  };

  void on_open(bool is_usable) override;
  void on_read(std::size_t bytes, Ending ending) override;
  void on_written(std::size_t bytes) override;
  void on_finished() override { abort(); }
  void run_on_worker() override;

  void run();
  void consume();
  void begin_request();
  bool skip_blank_lines();
  bool accepts_head();
  void invite_body();
  void dispatch();
  void answer_here();
  bool answer_at_once(Placement placement);
  void refuse_busy(std::string_view diagnostics);
  void fail(unsigned status, std::string_view diagnostics);
  void deliver(Response response);
  void record(const Response& response, std::size_t body_bytes);
  bool goes_to_sink();
  void open_sink();
  void submit_piece(Intake intake);
  void take_piece();
  void sink_answered();
  void begin_stream(Response response);
  void make_piece();
  void send_piece();
  void end_stream();
  Outgoing& next_outgoing();

  bool flush();
  void write_rest();
  void wrote(std::size_t bytes);
  bool make_room();
  void read();
  void await_bytes();
  void await(Awaited what, std::chrono::milliseconds timeout);
  bool made_progress();
  void finish();
  void on_cut_off(Awaited awaited);

  Shared& shared_;
  IoThread& thread_;
  const std::unique_ptr<ByteStream> stream_;
  const std::string remote_address_;
  const Admission admission_;

  Phase phase_ = Phase::opening;
  Awaited awaited_ = Awaited::nothing;
  Clock::time_point expires_{};         // of what is awaited
  Clock::time_point body_expires_{};    // of the whole body
  std::size_t progress_bytes_ = 0;      // of the body in the present window
  Awaited cut_off_ = Awaited::nothing;  // why the read under way was cancelled
  bool is_writing_ = false;
  bool is_starved_ = false;   // nothing to do before more bytes have come
  bool is_answered_ = false;  // response_ waits to be delivered
  bool is_first_request_ = true;
  bool is_head_accepted_ = false;
  bool keep_alive_ = true;

  std::unique_ptr<char[]> buffer_;
  std::size_t capacity_;
  std::size_t begin_ = 0;  // of what is read and not parsed
  std::size_t end_ = 0;

  RequestParser parser_;
  Request request_;
  Response response_;
  Coding coding_ = Coding::identity;
  Method method_ = Method::other;  // as it came, whatever the handler does to the request
  Clock::time_point now_{};        // when the last event came

  Intake intake_ = Intake::none;
  Response promised_;              // once the sink is open: the answer when it ends well
  std::optional<Response> other_;  // instead of it
  bool is_body_timed_ = false;     // body_expires_ is set

  Response streamed_;  // its source is null unless a body is sent piece by piece
  std::size_t streamed_bytes_ = 0;
  std::string piece_;  // the worker's while phase_ is `answering`
  bool is_piece_good_ = true;
  bool is_chunked_ = false;

  std::vector<Outgoing> outgoing_;  // [0, outgoing_count_); the others keep their memory for later
  std::size_t outgoing_count_ = 0;
  std::size_t outgoing_bytes_ = 0;
  std::vector<std::string_view> pieces_;  // of outgoing_, from pieces_done_ on not yet written
  std::size_t pieces_done_ = 0;
};

}  // namespace server::http
