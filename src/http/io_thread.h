// A thread with an event loop and the connections that live on it.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <thread>
#include <unordered_set>

#include "src/http/event_loop.h"
#include "src/http/request_id.h"
#include "src/http/session.h"

namespace server::http {

class TlsContext;

/// threads   start, adopt, shut_down_all, abort_all and stop: any; the rest: its own
class IoThread {
 public:
  /// tls   nullptr for plain connections; outlives the thread
  IoThread(Shared& shared, TlsContext* tls);
  ~IoThread();
  IoThread(const IoThread&) = delete;
  IoThread& operator=(const IoThread&) = delete;

  void start();
  /// Serves a connection; its count in Shared is taken already.
  void adopt(int socket, std::string address, Session::Admission admission);
  void shut_down_all();
  void abort_all();
  /// Ends the loop and the thread.
  void stop();

  EventLoop& loop() { return loop_; }
  RequestIds& request_ids() { return request_ids_; }
  void remove(const std::shared_ptr<Session>& session);

 private:
  void tick(EventLoop::Clock::time_point now);

  Shared& shared_;
  TlsContext* const tls_;
  EventLoop loop_;
  RequestIds request_ids_;
  std::unordered_set<std::shared_ptr<Session>> sessions_;
  std::thread thread_;
};

}  // namespace server::http
