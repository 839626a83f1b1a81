// The session's reading, writing, waiting and ending.
#include <algorithm>
#include <cstring>
#include <utility>

#include "src/http/io_thread.h"
#include "src/http/session.h"

namespace server::http {

// True when all is written, false when the rest goes on by itself or the connection has ended.
bool Session::flush() {
  pieces_.clear();
  pieces_done_ = 0;
  for (std::size_t i = 0; i < outgoing_count_; ++i) {
    pieces_.push_back(outgoing_[i].head);
    if (!outgoing_[i].body.empty()) pieces_.push_back(outgoing_[i].body);
  }
  while (pieces_done_ < pieces_.size()) {
    const auto taken = stream_->write_now(std::span(pieces_).subspan(pieces_done_));
    if (taken < 0) {
      abort();
      return false;
    }
    if (taken == 0) {
      is_writing_ = true;
      write_rest();
      return false;
    }
    wrote(static_cast<std::size_t>(taken));
  }
  return true;
}

void Session::write_rest() {
  await(Awaited::room, shared_.options.write_timeout);
  stream_->write_some(shared_from_this(), std::span(pieces_).subspan(pieces_done_));
}

void Session::on_written(std::size_t bytes) {
  if (phase_ == Phase::closed) return;
  now_ = Clock::now();
  if (bytes == 0) return abort();
  wrote(bytes);
  if (pieces_done_ < pieces_.size()) return write_rest();
  is_writing_ = false;
  awaited_ = Awaited::nothing;
  run();
}

void Session::wrote(std::size_t bytes) {
  shared_.metrics.bytes_sent(bytes);
  while (bytes != 0) {
    auto& piece = pieces_[pieces_done_];
    const std::size_t part = std::min(bytes, piece.size());
    piece.remove_prefix(part);
    bytes -= part;
    if (piece.empty()) ++pieces_done_;
  }
  if (pieces_done_ < pieces_.size()) return;
  for (std::size_t i = 0; i < outgoing_count_; ++i) {
    outgoing_[i].head.clear();
    outgoing_[i].body = std::string();
  }
  outgoing_count_ = 0;
  outgoing_bytes_ = 0;
}

// False when the buffer is full of something that the parser cannot use yet.
bool Session::make_room() {
  if (begin_ == end_) {
    begin_ = end_ = 0;
  } else if (end_ == capacity_ && begin_ != 0) {
    std::memmove(buffer_.get(), buffer_.get() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
  }
  return end_ != capacity_;
}

void Session::read() {
  await_bytes();
  stream_->read_some(shared_from_this(), {buffer_.get() + end_, capacity_ - end_});
}

// The clock for a head starts with its first byte and for a body with the end of its head; further
// bytes do not set it back.
void Session::await_bytes() {
  const auto& options = shared_.options;
  const auto state = parser_.state();
  if (state == RequestParser::State::body) {
    if (awaited_ == Awaited::body) return;
    const bool is_of_sink = intake_ != Intake::none;
    if (!std::exchange(is_body_timed_, true))
      body_expires_ = now_ + (is_of_sink ? options.sink_timeout : options.body_timeout);
    progress_bytes_ = 0;
    await(Awaited::body,
          std::min(std::chrono::ceil<std::chrono::milliseconds>(body_expires_ - now_),
                   options.progress_timeout));
  } else if (state == RequestParser::State::head || begin_ != end_) {
    if (awaited_ != Awaited::head) await(Awaited::head, options.header_timeout);
  } else if (shared_.is_stopping.load(std::memory_order_relaxed)) {
    await(Awaited::request, k_last_call);
  } else if (awaited_ != Awaited::request) {
    await(Awaited::request, is_first_request_ ? options.header_timeout : options.idle_timeout);
  }
}

void Session::await(Awaited what, std::chrono::milliseconds timeout) {
  awaited_ = what;
  expires_ = now_ + timeout;
}

void Session::on_read(std::size_t bytes, Ending ending) {
  if (phase_ == Phase::closed) return;
  now_ = Clock::now();
  const auto cut_off = std::exchange(cut_off_, Awaited::nothing);
  if (bytes != 0) {
    shared_.metrics.bytes_received(bytes);
    end_ += bytes;
    progress_bytes_ += bytes;
    return run();
  }
  if (ending == Ending::cancelled && cut_off != Awaited::nothing) return on_cut_off(cut_off);
  if (ending != Ending::finished) return abort();
  const bool is_between_requests = parser_.state() == RequestParser::State::idle && begin_ == end_;
  if (is_between_requests) return finish();
  fail(400, "The request ended before it was complete.");
  run();
}

void Session::on_late(Clock::time_point now) {
  now_ = now;
  switch (awaited_) {
    case Awaited::body:
      if (made_progress()) return;
      [[fallthrough]];
    case Awaited::request:
    case Awaited::head:
      cut_off_ = awaited_;
      await(Awaited::goodbye, shared_.options.linger_timeout);  // should the cancel be lost
      return stream_->cancel_read();
    default:
      return abort();
  }
}

// Opens the next window when the last one brought enough.
bool Session::made_progress() {
  const auto& options = shared_.options;
  const std::size_t least =
      intake_ != Intake::none ? options.sink_progress_bytes_min : options.progress_bytes_min;
  if (now_ >= body_expires_ || progress_bytes_ < least) return false;
  progress_bytes_ = 0;
  expires_ = std::min(body_expires_, now_ + options.progress_timeout);
  return true;
}

void Session::on_cut_off(Awaited awaited) {
  if (awaited == Awaited::request) return finish();
  fail(408, awaited == Awaited::head ? "The request's header did not arrive in time."
                                     : "The request's body did not arrive in time.");
  run();
}

void Session::finish() {
  phase_ = Phase::finishing;
  await(Awaited::goodbye, shared_.options.linger_timeout);
  stream_->finish(shared_from_this());
}

void Session::abort() {
  if (phase_ == Phase::closed) return;
  // A piece under way is waited for: on_answered tells of the end.
  if (streamed_.source != nullptr && phase_ != Phase::answering) {
    record(streamed_, streamed_bytes_);
    streamed_ = {};
  }
  if (phase_ != Phase::answering) promised_ = {};
  phase_ = Phase::closed;
  awaited_ = Awaited::nothing;
  stream_->close();
  shared_.metrics.connection_closed();
  thread_.remove(shared_from_this());
}

}  // namespace server::http
