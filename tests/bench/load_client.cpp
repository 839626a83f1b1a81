// usage: bench_load_client --port N --requests FILE [--connections N] [--seconds S] [--warm-up S]
//                          [--header LINE]   a line more for the head of each request
// Sends prepared requests over keep-alive connections from one thread, each connection waiting for
// its answer before the next request, and prints one JSON line: requests, rate, latencies, errors.
// FILE holds records `METHOD TARGET LENGTH\n` + LENGTH bytes of body + `\n`. With --seconds they
// are sent round and round for so long, else each once. Loopback only; an error answer is counted,
// and the first of them printed to stderr. A line that begins with `@NAME ` counts into the figures
// of that category too; one that begins with `+` goes on with the story of the record before it:
// the stories, not the records, are shared out among the connections. In target and body `{{2}}`
// stands for the id in the Location of the answer to the third request of the story.
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t k_read_bytes = 64 * 1024;
constexpr int k_wait_ms = 100;
constexpr std::chrono::seconds k_answer_limit{120};

[[noreturn]] void fail(const std::string& text) {
  std::fprintf(stderr, "bench_load_client: %s\n", text.c_str());
  std::exit(2);
}

struct Options {
  unsigned short port = 0;
  std::string requests;
  std::string header;  // of each request; empty: none
  std::size_t connections = 16;
  double seconds = 0;  // 0: every request once
  double warm_up = 0;  // not counted
};

Options read_options(int count, char** words) {
  Options options;
  for (int at = 1; at + 1 < count; at += 2) {
    const std::string_view word = words[at];
    const char* value = words[at + 1];
    if (word == "--port")
      options.port = static_cast<unsigned short>(std::atoi(value));
    else if (word == "--requests")
      options.requests = value;
    else if (word == "--header")
      options.header = value;
    else if (word == "--connections")
      options.connections = std::strtoul(value, nullptr, 10);
    else if (word == "--seconds")
      options.seconds = std::strtod(value, nullptr);
    else if (word == "--warm-up")
      options.warm_up = std::strtod(value, nullptr);
    else
      fail("unknown option " + std::string(word));
  }
  if (options.port == 0 || options.requests.empty() || options.connections == 0)
    fail("needs --port and --requests");
  return options;
}

std::string_view mapped(const std::string& file) {
  const int descriptor = open(file.c_str(), O_RDONLY);
  struct stat status {};
  if (descriptor < 0 || fstat(descriptor, &status) != 0 || status.st_size == 0)
    fail("cannot read " + file);
  const auto size = static_cast<std::size_t>(status.st_size);
  void* memory = mmap(nullptr, size, PROT_READ, MAP_PRIVATE, descriptor, 0);
  if (memory == MAP_FAILED) fail("cannot map " + file);
  close(descriptor);
  return {static_cast<const char*>(memory), size};
}

struct Request {
  std::string head;  // up to the length of the body
  std::string_view body;
  std::size_t category = 0;
  bool has_marks = false;
};

struct Work {
  std::vector<Request> requests;
  std::vector<std::size_t> stories;  // where each begins, and the end of the last
  std::vector<std::string> categories;
};

std::size_t category_of(Work& work, std::string_view name) {
  const auto known = std::find(work.categories.begin(), work.categories.end(), name);
  if (known != work.categories.end())
    return static_cast<std::size_t>(known - work.categories.begin());
  work.categories.emplace_back(name);
  return work.categories.size() - 1;
}

Work read_work(std::string_view text, const std::string& header) {
  Work work;
  while (!text.empty()) {
    const std::size_t line_end = text.find('\n');
    if (line_end == std::string_view::npos) fail("a record without an end");
    std::string_view line = text.substr(0, line_end);
    const bool goes_on = line.starts_with('+');
    if (goes_on) line.remove_prefix(1);
    std::string_view category;
    if (line.starts_with('@')) {
      category = line.substr(1, line.find(' ') - 1);
      line.remove_prefix(category.size() + 2);
    }
    const std::size_t last = line.rfind(' ');
    if (last == std::string_view::npos) fail("a record without a length");
    std::size_t length = 0;
    std::from_chars(line.data() + last + 1, line.data() + line.size(), length);
    Request request;
    request.category = category_of(work, category);
    request.head = std::string(line.substr(0, last)) + " HTTP/1.1\r\nHost: 127.0.0.1\r\n";
    if (!header.empty()) request.head += header + "\r\n";
    if (length != 0)
      request.head += "Content-Type: application/fhir+json\r\nPrefer: return=minimal\r\n";
    request.body = text.substr(line_end + 1, length);
    request.has_marks = request.head.find("{{") != std::string::npos ||
                        request.body.find("{{") != std::string_view::npos;
    if (!goes_on) work.stories.push_back(work.requests.size());
    work.requests.push_back(std::move(request));
    text.remove_prefix(std::min(text.size(), line_end + 1 + length + 1));
  }
  work.stories.push_back(work.requests.size());
  return work;
}

/// Picks the next request, and keeps the figures.
struct Run {
  const Work& work;
  bool is_endless;
  Clock::time_point counting_from;
  Clock::time_point until;
  std::size_t next = 0;  // story
  std::size_t sent = 0;
  std::size_t errors = 0;
  std::size_t bytes = 0;
  std::vector<std::vector<std::uint32_t>> latencies_us;  // by category

  /// A place in the work's stories; none when the work is done.
  const std::size_t* take_story(Clock::time_point now) {
    const std::size_t count = work.stories.size() - 1;
    if (is_endless ? now >= until : next == count) return nullptr;
    return &work.stories[next++ % count];
  }
};

class Connection {
 public:
  explicit Connection(unsigned short port) {
    socket_ = socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0)
      fail(std::string("cannot connect: ") + std::strerror(errno));
    const int on = 1;
    setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    fcntl(socket_, F_SETFL, fcntl(socket_, F_GETFL) | O_NONBLOCK);
    buffer_.reserve(k_read_bytes);
  }
  ~Connection() { close(socket_); }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  int descriptor() const { return socket_; }
  bool is_busy() const { return is_busy_; }
  bool wants_to_write() const { return is_busy_ && sent_ < request_bytes(); }
  bool is_late(Clock::time_point now) const { return is_busy() && now - began_ > k_answer_limit; }

  /// The next request of the story, else the first of the next story; false: there is none.
  bool begin(Run& run, Clock::time_point now) {
    if (story_ == nullptr || ++step_ == story_[1]) {
      story_ = run.take_story(now);
      if (story_ == nullptr) return false;
      step_ = story_[0];
      ids_.clear();
    }
    const Request& request = run.work.requests[step_];
    ++run.sent;
    head_ = request.has_marks ? filled(request.head) : request.head;
    filled_ = request.has_marks ? filled(request.body) : std::string();
    body_ = request.has_marks ? std::string_view(filled_) : request.body;
    if (!body_.empty()) head_ += "Content-Length: " + std::to_string(body_.size()) + "\r\n";
    head_ += "\r\n";
    category_ = request.category;
    is_busy_ = true;
    sent_ = 0;
    began_ = now;
    buffer_.clear();
    answer_bytes_ = 0;
    send_more();
    return true;
  }

  void send_more() {
    while (wants_to_write()) {
      iovec parts[2];
      int count = 0;
      if (sent_ < head_.size())
        parts[count++] = {const_cast<char*>(head_.data()) + sent_, head_.size() - sent_};
      const std::size_t of_body = sent_ > head_.size() ? sent_ - head_.size() : 0;
      if (of_body < body_.size())
        parts[count++] = {const_cast<char*>(body_.data()) + of_body, body_.size() - of_body};
      msghdr message{};
      message.msg_iov = parts;
      message.msg_iovlen = static_cast<std::size_t>(count);
      const ssize_t wrote = sendmsg(socket_, &message, MSG_NOSIGNAL);
      if (wrote < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return;
      if (wrote < 0) fail(std::string("cannot send: ") + std::strerror(errno));
      sent_ += static_cast<std::size_t>(wrote);
    }
  }

  /// Whether the answer is there.
  bool receive() {
    for (;;) {
      const std::size_t had = buffer_.size();
      buffer_.resize(had + k_read_bytes);
      const ssize_t got = recv(socket_, buffer_.data() + had, k_read_bytes, 0);
      buffer_.resize(had + static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
      if (got == 0) fail("the server closed the connection");
      if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return false;
      if (got < 0) fail(std::string("cannot receive: ") + std::strerror(errno));
      if (answer_bytes_ == 0) measure_answer();
      if (answer_bytes_ != 0 && buffer_.size() >= answer_bytes_) return true;
    }
  }

  void finish(Run& run, Clock::time_point now) {
    const int status = std::atoi(buffer_.c_str() + 9);
    if (status >= 400 && run.errors++ == 0)
      std::fprintf(stderr, "%s\n-> %.2000s\n", head_.c_str(), buffer_.c_str());
    if (now >= run.counting_from) {
      run.bytes += buffer_.size();
      run.latencies_us[category_].push_back(static_cast<std::uint32_t>(
          std::chrono::duration_cast<std::chrono::microseconds>(now - began_).count()));
    }
    ids_.push_back(id_of_answer());
    is_busy_ = false;
  }

 private:
  /// `text` with its marks replaced.
  std::string filled(std::string_view text) const {
    std::string out;
    for (std::size_t mark; (mark = text.find("{{")) != std::string_view::npos;) {
      out += text.substr(0, mark);
      const std::size_t end = text.find("}}", mark);
      std::size_t step = ids_.size();
      std::from_chars(text.data() + mark + 2, text.data() + std::min(end, text.size()), step);
      if (end == std::string_view::npos || step >= ids_.size()) fail("a mark that names no answer");
      out += ids_[step];
      text.remove_prefix(end + 2);
    }
    return out += text;
  }

  /// Of `Location: …/Type/id/_history/1`; empty without one.
  std::string id_of_answer() const {
    const std::size_t end = buffer_.find("/_history/");
    const std::size_t line = buffer_.find("\r\nLocation: ");
    if (line == std::string::npos || end == std::string::npos || end < line) return {};
    const std::size_t begin = buffer_.rfind('/', end - 1) + 1;
    return buffer_.substr(begin, end - begin);
  }

  std::size_t request_bytes() const { return head_.size() + body_.size(); }

  void measure_answer() {
    const std::size_t end = buffer_.find("\r\n\r\n");
    if (end == std::string::npos) return;
    std::string head = buffer_.substr(0, end);
    std::transform(head.begin(), head.end(), head.begin(), [](unsigned char c) {
      return static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
    });
    std::size_t length = 0;
    if (const std::size_t at = head.find("\r\ncontent-length:"); at != std::string::npos)
      length = std::strtoul(head.c_str() + at + 17, nullptr, 10);
    else if (head.find("\r\ntransfer-encoding:") != std::string::npos)
      fail("a chunked answer");
    answer_bytes_ = end + 4 + length;
  }

  int socket_ = -1;
  bool is_busy_ = false;
  const std::size_t* story_ = nullptr;  // where it begins and, after it, ends
  std::size_t step_ = 0;                // of the work's requests
  std::vector<std::string> ids_;        // by the answers of the story so far
  std::string head_, filled_;
  std::string_view body_;
  std::size_t category_ = 0;
  std::size_t sent_ = 0;
  Clock::time_point began_;
  std::string buffer_;
  std::size_t answer_bytes_ = 0;  // 0: not known yet
};

void serve_event(const epoll_event& event, int poll, Run& run, std::size_t& busy) {
  auto* connection = static_cast<Connection*>(event.data.ptr);
  connection->send_more();
  if (connection->receive()) {
    const auto now = Clock::now();
    connection->finish(run, now);
    if (!connection->begin(run, now)) --busy;
  }
  epoll_event wish{};
  wish.events = EPOLLIN | (connection->wants_to_write() ? EPOLLOUT : 0u);
  wish.data.ptr = connection;
  if (wish.events != event.events || connection->wants_to_write())
    epoll_ctl(poll, EPOLL_CTL_MOD, connection->descriptor(), &wish);
}

double run_all(Run& run, const Options& options) {
  const int poll = epoll_create1(0);
  std::vector<std::unique_ptr<Connection>> connections;
  std::size_t busy = 0;
  for (std::size_t i = 0; i < options.connections; ++i)
    connections.push_back(std::make_unique<Connection>(options.port));
  const auto start = Clock::now();
  const auto span = [](double seconds) {
    return std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
  };
  run.counting_from = start + span(options.warm_up);
  run.until = run.counting_from + span(options.seconds);
  for (auto& connection : connections) {
    if (connection->begin(run, Clock::now())) ++busy;
    epoll_event wish{};
    wish.events = EPOLLIN | (connection->wants_to_write() ? EPOLLOUT : 0u);
    wish.data.ptr = connection.get();
    epoll_ctl(poll, EPOLL_CTL_ADD, connection->descriptor(), &wish);
  }
  std::vector<epoll_event> events(options.connections);
  while (busy > 0) {
    const int count = epoll_wait(poll, events.data(), static_cast<int>(events.size()), k_wait_ms);
    for (int i = 0; i < count; ++i)
      serve_event(events[static_cast<std::size_t>(i)], poll, run, busy);
    if (count > 0) continue;
    for (auto& connection : connections)
      if (connection->is_late(Clock::now())) fail("an answer takes too long");
  }
  close(poll);
  return std::chrono::duration<double>(Clock::now() - run.counting_from).count();
}

double at_part(const std::vector<std::uint32_t>& sorted, double part) {
  if (sorted.empty()) return 0;
  const auto last = static_cast<double>(sorted.size() - 1);
  return static_cast<double>(sorted[static_cast<std::size_t>(part * last)]) / 1000;
}

void print_figures(std::vector<std::uint32_t> latencies_us, double seconds) {
  std::sort(latencies_us.begin(), latencies_us.end());
  std::printf("\"requests\":%zu,\"rate\":%.1f,\"p50_ms\":%.3f,\"p95_ms\":%.3f,\"p99_ms\":%.3f",
              latencies_us.size(), static_cast<double>(latencies_us.size()) / seconds,
              at_part(latencies_us, 0.5), at_part(latencies_us, 0.95), at_part(latencies_us, 0.99));
}

}  // namespace

int main(int count, char** words) {
  const Options options = read_options(count, words);
  const Work work = read_work(mapped(options.requests), options.header);
  Run run{work, options.seconds > 0, {}, {}};
  run.latencies_us.resize(work.categories.size());
  const double seconds = run_all(run, options);
  std::vector<std::uint32_t> all;
  for (const auto& part : run.latencies_us) all.insert(all.end(), part.begin(), part.end());
  std::printf("{");
  print_figures(all, seconds);
  std::printf(",\"sent\":%zu,\"seconds\":%.4f,\"errors\":%zu,\"bytes\":%zu", run.sent, seconds,
              run.errors, run.bytes);
  if (work.categories.size() > 1) {
    std::printf(",\"categories\":{");
    for (std::size_t at = 0; at < work.categories.size(); ++at) {
      std::printf("%s\"%s\":{", at == 0 ? "" : ",", work.categories[at].c_str());
      print_figures(run.latencies_us[at], seconds);
      std::printf("}");
    }
    std::printf("}");
  }
  std::printf("}\n");
  return run.errors == 0 ? 0 : 1;
}
