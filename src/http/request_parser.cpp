// Beast's basic_parser writes straight into our Request: no second set of fields, no copies.
// Beast's own header limit holds for one piece at a time, so the totals are counted here.
#include "src/http/request_parser.h"

#include <algorithm>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>
#include <optional>
#include <string>

#include "src/http/text.h"

namespace server::http {

namespace beast = boost::beast;
using beast::http::field;
using beast::http::verb;
using Failure = RequestParser::Failure;

namespace {

constexpr std::size_t k_body_reserve_bytes_max = 4 * 1024 * 1024;

constexpr Failure k_target_too_long{414, "The request's target is longer than this server reads."};
constexpr Failure k_head_too_large{431, "The request's header is larger than this server reads."};
constexpr Failure k_body_too_large{413, "The request's body is larger than this server reads."};

std::string_view std_view(beast::string_view text) { return {text.data(), text.size()}; }

Method method_of(verb method) {
  switch (method) {
    case verb::get:
      return Method::get;
    case verb::head:
      return Method::head;
    case verb::post:
      return Method::post;
    case verb::put:
      return Method::put;
    case verb::patch:
      return Method::patch;
    case verb::delete_:
      return Method::delete_;
    case verb::options:
      return Method::options;
    default:
      return Method::other;
  }
}

// Which limit a head without an end has passed: a line that never ends is the target's.
Failure overflow_of(std::string_view head, std::size_t target_bytes_max) {
  const bool line_is_too_long = head.substr(0, target_bytes_max).find('\n') == head.npos;
  return line_is_too_long ? k_target_too_long : k_head_too_large;
}

Failure failure_of(const beast::error_code& error) {
  using E = beast::http::error;
  if (error == E::body_limit) return k_body_too_large;
  if (error == E::header_limit) return k_head_too_large;
  if (error == E::bad_version) return {400, "The request line does not end in HTTP/1.1."};
  if (error == E::bad_method || error == E::bad_target) {
    return {400, "The request line is malformed."};
  }
  if (error == E::bad_content_length || error == E::multiple_content_length) {
    return {400, "The Content-Length is not one number, or stands beside a Transfer-Encoding."};
  }
  if (error == E::bad_transfer_encoding) {
    return {400, "The Transfer-Encoding is repeated or stands beside a Content-Length."};
  }
  if (error == E::bad_chunk || error == E::bad_chunk_extension) {
    return {400, "The chunked body is malformed."};
  }
  return {400, "The request's header is malformed."};
}

}  // namespace

class RequestParser::Core final : public beast::http::basic_parser<true> {
 public:
  Core(Request& request, const Limits& limits)
      : request_(request), limits_(limits), body_bytes_max_(limits.body_bytes_max) {
    eager(true);
    header_limit(static_cast<std::uint32_t>(limits.header_bytes_max));
    body_limit(limits.body_bytes_max);
  }

  const Failure& failure() const { return failure_; }

 private:
  using View = beast::string_view;
  using Error = beast::error_code;

  void refuse(Error& error, Failure failure) {
    failure_ = failure;
    error = beast::http::error::bad_value;
  }

  void on_request_impl(verb method, View method_text, View target, int version,
                       Error& error) override {
    is_1_1_ = version >= 11;
    if (target.size() > limits_.target_bytes_max) return refuse(error, k_target_too_long);
    head_bytes_ = method_text.size() + target.size() + 12;
    request_.method = method_of(method);
    request_.method_text.assign(method_text.data(), method_text.size());
    request_.target.assign(target.data(), target.size());
  }

  void on_response_impl(int, View, int, Error&) override {}

  void on_field_impl(field name, View text, View value, Error& error) override {
    head_bytes_ += text.size() + value.size() + 4;
    if (head_bytes_ > limits_.header_bytes_max || ++fields_ > limits_.header_fields_max) {
      return refuse(error, k_head_too_large);
    }
    if (is_head_read_) return;  // a trailer: read and dropped (RFC 9110 section 6.5.1)
    if (name == field::host) ++hosts_;
    if (name == field::transfer_encoding) {
      is_coded_ = true;
      is_plainly_chunked_ = equals_without_case(trim(std_view(value)), "chunked");
    }
    request_.headers.add(std::string(text), std::string(value));
  }

  void on_header_impl(Error& error) override {
    is_head_read_ = true;
    // "A server MUST respond with a 400 to any HTTP/1.1 request message that lacks a Host header
    // field and to any request message that contains more than one Host" (RFC 9112 section 3.2)
    if (hosts_ > 1 || (hosts_ == 0 && is_1_1_)) {
      return refuse(error, {400, "The request needs one Host header."});
    }
    if (limits_.body_bytes_max_of != nullptr)
      body_bytes_max_ = std::min(body_bytes_max_, (*limits_.body_bytes_max_of)(request_));
    if (const auto length = content_length(); length && *length > body_bytes_max_)
      return refuse(error, k_body_too_large);
    if (!is_coded_) return;
    if (!is_1_1_) {
      return refuse(error, {400, "HTTP/1.0 has no Transfer-Encoding."});
    }
    if (!is_plainly_chunked_ || !chunked()) {
      return refuse(error, {501, "The only Transfer-Encoding known here is chunked."});
    }
  }

  void on_body_init_impl(boost::optional<std::uint64_t> const& length, Error&) override {
    if (!length) return;
    request_.body.reserve(std::min<std::size_t>(*length, k_body_reserve_bytes_max));
  }

  std::size_t on_body_impl(View bytes, Error& error) override {
    if (bytes.size() > body_bytes_max_ - body_bytes_) {
      refuse(error, k_body_too_large);
      return 0;
    }
    body_bytes_ += bytes.size();
    request_.body.append(bytes.data(), bytes.size());
    return bytes.size();
  }

  void on_chunk_header_impl(std::uint64_t, View, Error&) override {}

  std::size_t on_chunk_body_impl(std::uint64_t, View bytes, Error& error) override {
    return on_body_impl(bytes, error);
  }

  void on_finish_impl(Error&) override {}

  friend class RequestParser;

  Request& request_;
  const Limits& limits_;
  std::size_t body_bytes_max_;  // of this request
  std::size_t body_bytes_ = 0;  // that have come, whoever has taken them from the request since
  Failure failure_;
  std::size_t head_bytes_ = 0;
  std::size_t fields_ = 0;
  unsigned hosts_ = 0;
  bool is_1_1_ = true;
  bool is_head_read_ = false;
  bool is_coded_ = false;
  bool is_plainly_chunked_ = false;
};

struct RequestParser::Storage {
  std::optional<Core> core;
};

RequestParser::RequestParser(const Limits& limits)
    : limits_(limits), storage_(std::make_unique<Storage>()) {}
RequestParser::~RequestParser() = default;

void RequestParser::start(Request& request) {
  storage_->core.emplace(request, limits_);
  state_ = State::idle;
}

std::size_t RequestParser::fail(Failure failure) {
  state_ = State::failed;
  failure_ = failure;
  return 0;
}

std::size_t RequestParser::feed(std::string_view bytes) {
  Core& core = *storage_->core;
  std::size_t used = 0;
  while (used < bytes.size() && !core.is_done()) {
    beast::error_code error;
    const std::size_t step =
        core.put(boost::asio::const_buffer(bytes.data() + used, bytes.size() - used), error);
    used += step;
    if (error == beast::http::error::need_more) break;
    if (error) {
      if (core.failure().status != 0) return fail(core.failure());
      if (error == beast::http::error::header_limit && core.head_bytes_ == 0) {
        return fail(overflow_of(bytes, limits_.target_bytes_max));
      }
      return fail(failure_of(error));
    }
    if (step == 0) break;
  }
  if (core.is_done()) {
    state_ = State::complete;
  } else {
    state_ = core.is_header_done() ? State::body : State::head;
  }
  return used;
}

bool RequestParser::keep_alive() const { return storage_->core->keep_alive(); }
bool RequestParser::is_http_1_0() const { return !storage_->core->is_1_1_; }
bool RequestParser::is_chunked() const { return storage_->core->chunked(); }

}  // namespace server::http
