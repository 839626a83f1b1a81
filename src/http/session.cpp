// The state machine; what goes over the wire is in session_io.cpp.
#include "src/http/session.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <exception>
#include <utility>

#include "src/http/answer.h"
#include "src/http/io_thread.h"
#include "src/http/response_writer.h"
#include "src/http/text.h"

namespace server::http {
namespace {

constexpr std::size_t k_read_buffer_bytes_min = 64 * 1024;
constexpr std::size_t k_head_margin_bytes = 8 * 1024;  // what Beast may look at beyond its limit
constexpr std::size_t k_batch_answers_max = 32;
constexpr std::size_t k_batch_bytes_max = 256 * 1024;
constexpr std::size_t k_joined_body_bytes_max = 1024;  // copied for less than a second piece costs
constexpr std::size_t k_sink_piece_bytes = 256 * 1024;
constexpr std::size_t k_idle_body_bytes_max = 64 * 1024;
constexpr std::chrono::microseconds k_trial{1000};
constexpr std::string_view k_continue = "HTTP/1.1 100 Continue\r\n\r\n";
constexpr const char* k_retry_after_seconds = "1";

RequestParser::Limits limits_of(const ServerOptions& options) {
  return {options.target_bytes_max, options.header_bytes_max, options.header_fields_max,
          options.body_bytes_max, options.body_bytes_max_of ? &options.body_bytes_max_of : nullptr};
}

void append_chunk_size(std::size_t size, std::string& out) {
  std::array<char, 20> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), size, 16).ptr;
  out.append(digits.data(), end).append("\r\n");
}

}  // namespace

Session::Session(Shared& shared, IoThread& thread, std::unique_ptr<ByteStream> stream,
                 std::string remote_address, Admission admission)
    : shared_(shared),
      thread_(thread),
      stream_(std::move(stream)),
      remote_address_(std::move(remote_address)),
      admission_(admission),
      capacity_(
          std::max(k_read_buffer_bytes_min, shared.options.header_bytes_max + k_head_margin_bytes)),
      parser_(limits_of(shared.options)) {
  // Not cleared: the pages that a small request does not touch cost nothing.
  buffer_ = std::make_unique_for_overwrite<char[]>(capacity_);
  shared_.metrics.connection_opened();
}

Session::~Session() = default;

void Session::start() {
  now_ = Clock::now();
  await(Awaited::handshake, shared_.options.header_timeout);
  stream_->open(shared_from_this());
}

void Session::on_open(bool is_usable) {
  if (phase_ == Phase::closed) return;
  if (!is_usable) return abort();
  now_ = Clock::now();
  phase_ = Phase::reading;
  begin_request();
  if (admission_ == Admission::refused) {
    fail(503, "The server has as many connections as it takes; try again in a second.");
  }
  run();
}

void Session::run() {
  for (;;) {
    if (is_answered_) {
      is_answered_ = false;
      if (streamed_.source != nullptr) {
        send_piece();
      } else if (intake_ != Intake::none) {
        sink_answered();
      } else {
        deliver(std::move(response_));
      }
    }
    consume();
    if (outgoing_count_ != 0 && !flush()) return;  // goes on in on_written
    if (phase_ == Phase::closing) return finish();
    if (phase_ == Phase::streaming) {
      phase_ = Phase::answering;
      return thread_.submit(shared_from_this());
    }
    if (phase_ != Phase::reading) return;
    if (!is_starved_) continue;
    if (make_room()) return read();
    fail(400, "A line of the request's body is longer than this server reads.");
  }
}

void Session::begin_request() {
  request_.method = Method::other;
  request_.method_text.clear();
  request_.headers.clear();
  request_.id.clear();
  request_.body.clear();
  if (request_.body.capacity() > k_idle_body_bytes_max) request_.body.shrink_to_fit();
  parser_.start(request_);
  coding_ = Coding::identity;
  request_.body_follows = false;
  is_head_accepted_ = false;
  intake_ = Intake::none;
  promised_ = {};
  other_.reset();
  is_body_timed_ = false;
  awaited_ = Awaited::nothing;
}

// Parses what has been read and answers what can be answered here, until more bytes or a worker
// are needed or there is enough to write.
void Session::consume() {
  is_starved_ = false;
  while (phase_ == Phase::reading && outgoing_count_ < k_batch_answers_max &&
         outgoing_bytes_ < k_batch_bytes_max) {
    if (parser_.state() == RequestParser::State::idle && !skip_blank_lines()) {
      is_starved_ = true;
      return;
    }
    begin_ += parser_.feed({buffer_.get() + begin_, end_ - begin_});
    switch (parser_.state()) {
      case RequestParser::State::failed:
        return fail(parser_.failure().status, parser_.failure().diagnostics);
      case RequestParser::State::complete:
        if (!accepts_head()) break;
        if (goes_to_sink())
          return intake_ == Intake::none ? open_sink() : submit_piece(Intake::ending);
        dispatch();
        break;
      case RequestParser::State::body:
        if (!accepts_head()) return;
        if (goes_to_sink()) {
          if (intake_ == Intake::none) return open_sink();
          if (request_.body.size() >= k_sink_piece_bytes) return submit_piece(Intake::taking);
        }
        [[fallthrough]];
      default:
        is_starved_ = true;
        return;
    }
  }
}

// "A server that is expecting to receive and parse a request-line SHOULD ignore at least one empty
// line (CRLF) received prior to the request-line" (RFC 9112 section 2.2). False: nothing is left.
bool Session::skip_blank_lines() {
  while (end_ - begin_ >= 2 && buffer_[begin_] == '\r' && buffer_[begin_ + 1] == '\n') begin_ += 2;
  const bool is_half_a_line = end_ - begin_ == 1 && buffer_[begin_] == '\r';
  return begin_ != end_ && !is_half_a_line;
}

// Looks at the head once, before the body is asked for.
bool Session::accepts_head() {
  if (is_head_accepted_) return true;
  const auto coding = content_coding(request_.headers.get("Content-Encoding"));
  if (!coding) {
    fail(415, "The Content-Encoding is none of gzip, deflate and identity.");
    return false;
  }
  coding_ = *coding;
  const auto expectation = request_.headers.get("Expect");
  if (!expectation.empty() && !equals_without_case(expectation, "100-continue")) {
    fail(417, "The only expectation known here is 100-continue.");
    return false;
  }
  is_head_accepted_ = true;
  // To a sink once it is open.
  if (!expectation.empty() && !goes_to_sink()) invite_body();
  return true;
}

// "A server MAY omit sending a 100 (Continue) response if it has already received some or all of
// the content", and must ignore the expectation in HTTP/1.0 (RFC 9110 section 10.1.1).
void Session::invite_body() {
  if (parser_.state() != RequestParser::State::body || parser_.is_http_1_0()) return;
  if (!request_.body.empty() || begin_ != end_) return;
  next_outgoing().head.assign(k_continue);
}

void Session::dispatch() {
  const auto& options = shared_.options;
  method_ = request_.method;
  keep_alive_ = parser_.keep_alive();
  request_.remote_address = remote_address_;
  request_.secure = !options.tls_certificate_file.empty();
  request_.deadline = now_ + options.request_deadline;
  const auto id = request_.headers.get("X-Request-Id");
  if (is_request_id(id)) {
    request_.id.assign(id);
  } else {
    thread_.request_ids().make(request_.id);
  }
  awaited_ = Awaited::nothing;
  is_first_request_ = false;
  shared_.metrics.request_started();
  if (intake_ == Intake::none && coding_ == Coding::identity &&
      answer_at_once(shared_.handler.placement(request_)))
    return deliver(std::move(response_));
  phase_ = Phase::answering;
  thread_.submit(shared_from_this());
}

bool Session::goes_to_sink() {
  return shared_.options.has_sink && shared_.options.has_sink(request_);
}

// The handler sees the request before its body: what it refuses is not read.
void Session::open_sink() {
  piece_ = std::exchange(request_.body, {});
  request_.body_follows = true;
  intake_ = Intake::opening;
  dispatch();
}

void Session::submit_piece(Intake intake) {
  piece_ = std::exchange(request_.body, {});
  intake_ = intake;
  awaited_ = Awaited::nothing;
  phase_ = Phase::answering;
  thread_.submit(shared_from_this());
}

// On a worker.
void Session::take_piece() {
  try {
    if (!piece_.empty()) other_ = promised_.sink->add(std::exchange(piece_, {}));
    if (!other_ && intake_ == Intake::ending) other_ = promised_.sink->finish();
  } catch (const std::exception&) {
    other_ = failure_of(shared_.handler, 500, "The server failed to take the body in.");
  }
}

// The handler has seen the head, or the sink has taken a piece.
void Session::sink_answered() {
  if (intake_ == Intake::opening) {
    // Without a sink this is the answer, and what is left of the body is not read.
    if (response_.sink == nullptr) {
      keep_alive_ = keep_alive_ && parser_.state() == RequestParser::State::complete;
      return deliver(std::move(response_));
    }
    promised_ = std::move(response_);
    request_.body = std::exchange(piece_, {});
    intake_ = Intake::taking;
    phase_ = Phase::reading;
    if (!request_.headers.get("Expect").empty()) invite_body();
    if (parser_.state() == RequestParser::State::complete) submit_piece(Intake::ending);
    return;
  }
  if (other_) {
    keep_alive_ = keep_alive_ && intake_ == Intake::ending;
    return deliver(*std::exchange(other_, {}));
  }
  if (intake_ == Intake::ending) return deliver(std::exchange(promised_, {}));
  phase_ = Phase::reading;
}

// Handing a request to another thread and back costs as much as a small search.
bool Session::answer_at_once(Placement placement) {
  if (placement == Placement::worker) return false;
  if (placement == Placement::io_thread) {
    answer_here();
    return true;
  }
  const auto deadline = std::exchange(request_.deadline, Clock::now() + k_trial);
  request_.is_trial = true;
  answer_here();
  request_.is_trial = false;
  request_.deadline = deadline;
  return !response_.wants_worker;
}

void Session::answer_here() {
  const auto& options = shared_.options;
  std::size_t decoded_max = options.decoded_bytes_max;
  if (coding_ != Coding::identity && options.body_bytes_max_of)
    decoded_max = std::min(decoded_max, 2 * options.body_bytes_max_of(request_));
  const Coding coding = request_.body_follows ? Coding::identity : coding_;
  response_ = answer(shared_.handler, request_, coding, decoded_max);
  compress(response_, request_.headers.get("Accept-Encoding"), options.compress_bytes_min);
}

// Here a worker alone has request_ and response_.
void Session::run_on_worker() {
  if (streamed_.source != nullptr) {
    make_piece();
  } else if (promised_.sink != nullptr) {
    take_piece();
  } else if (Clock::now() > request_.deadline) {
    refuse_busy("The request waited longer than its deadline; try again in a second.");
  } else {
    answer_here();
  }
  thread_.complete(shared_from_this());
}

void Session::on_refused() {
  if (streamed_.source != nullptr) {  // begun is half done
    make_piece();
    return on_answered(Clock::now());
  }
  if (promised_.sink != nullptr) {
    take_piece();
    return on_answered(Clock::now());
  }
  refuse_busy("The server is busy; try again in a second.");
  on_answered(Clock::now());
}

void Session::on_answered(Clock::time_point now) {
  now_ = now;
  is_answered_ = true;
  if (phase_ == Phase::closed) {
    if (intake_ != Intake::none) {
      promised_ = {};
      other_.reset();
    }
    if (streamed_.source == nullptr) return record(response_, 0);
    record(streamed_, streamed_bytes_);
    streamed_ = {};
    return;
  }
  if (!is_writing_) run();
}

void Session::refuse_busy(std::string_view diagnostics) {
  response_ = failure_of(shared_.handler, 503, diagnostics);
  response_.headers.set("Retry-After", k_retry_after_seconds);
}

// For what is found wrong before there is a request to answer: the rest of the input cannot be
// trusted to begin with a request line, so the connection ends.
void Session::fail(unsigned status, std::string_view diagnostics) {
  const bool is_counted = intake_ != Intake::none;
  promised_ = {};
  method_ = request_.method;
  keep_alive_ = false;
  if (request_.id.empty()) thread_.request_ids().make(request_.id);
  request_.deadline = now_ + shared_.options.request_deadline;
  if (!is_counted) shared_.metrics.request_started();
  Response response = failure_of(shared_.handler, status, diagnostics);
  if (status == 503) response.headers.set("Retry-After", k_retry_after_seconds);
  // "… in response to a 415 … SHOULD include Accept-Encoding" (RFC 9110 section 12.5.3)
  if (status == 415) response.headers.set("Accept-Encoding", "gzip, deflate");
  deliver(std::move(response));
}

void Session::deliver(Response response) {
  keep_alive_ = keep_alive_ && !shared_.is_stopping.load(std::memory_order_relaxed);
  const bool has_open_end = response.source != nullptr && !response.source->size();
  is_chunked_ = has_open_end && !parser_.is_http_1_0();
  if (has_open_end && !is_chunked_) keep_alive_ = false;
  const Framing framing{.date = thread_.loop().date(),
                        .request_id = request_.id,
                        .is_http_1_0 = keep_alive_ && parser_.is_http_1_0(),
                        .keep_alive = keep_alive_,
                        .is_chunked = is_chunked_,
                        .is_head = method_ == Method::head,
                        .fields = shared_.options.response_fields};
  auto& out = next_outgoing();
  const bool has_body = write_head(response, framing, out.head);
  if (has_body && response.source != nullptr) return begin_stream(std::move(response));
  record(response, has_body ? response.body.size() : 0);
  if (has_body && response.body.size() <= k_joined_body_bytes_max) {
    out.head.append(response.body);
  } else if (has_body) {
    out.body = std::move(response.body);
  }
  outgoing_bytes_ += out.head.size() + out.body.size();
  phase_ = keep_alive_ ? Phase::reading : Phase::closing;
  if (keep_alive_) begin_request();
}

void Session::begin_stream(Response response) {
  outgoing_bytes_ += outgoing_[outgoing_count_ - 1].head.size();
  streamed_ = std::move(response);
  streamed_bytes_ = 0;
  phase_ = Phase::streaming;
}

void Session::make_piece() {
  piece_.clear();
  try {
    is_piece_good_ = streamed_.source->next(piece_);
  } catch (const std::exception&) {
    is_piece_good_ = false;
  }
}

void Session::send_piece() {
  phase_ = Phase::streaming;
  if (!is_piece_good_) return abort();
  if (piece_.empty()) {
    if (is_chunked_) next_outgoing().head.assign("0\r\n\r\n");
    return end_stream();
  }
  streamed_bytes_ += piece_.size();
  auto& out = next_outgoing();
  if (is_chunked_) {
    append_chunk_size(piece_.size(), out.head);
    piece_.append("\r\n");
  }
  out.body = std::move(piece_);
  outgoing_bytes_ += out.head.size() + out.body.size();
}

void Session::end_stream() {
  record(streamed_, streamed_bytes_);
  streamed_ = {};
  phase_ = keep_alive_ ? Phase::reading : Phase::closing;
  if (keep_alive_) begin_request();
}

void Session::record(const Response& response, std::size_t body_bytes) {
  const auto begun = request_.deadline - shared_.options.request_deadline;
  const auto duration = Clock::now() - begun;
  shared_.metrics.request_finished(method_, response.label, response.status, duration);
  if (!shared_.access_log.is_on()) return;
  shared_.access_log.write({method_, response.label, response.status, body_bytes, duration,
                            request_.id, remote_address_});
}

Session::Outgoing& Session::next_outgoing() {
  if (outgoing_count_ == outgoing_.size()) outgoing_.emplace_back();
  return outgoing_[outgoing_count_++];
}

void Session::shut_down() {
  if (phase_ == Phase::opening) return abort();
  // Its next request may be in the kernel already: hear it out, but not for long. All else ends
  // by itself, as no answer keeps the connection open from now on.
  if (phase_ == Phase::reading && awaited_ == Awaited::request) {
    await(Awaited::request, k_last_call);
  }
}

}  // namespace server::http
