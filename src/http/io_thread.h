// A thread with an event loop and the connections that live on it.
#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <unordered_set>
#include <vector>

#include "src/http/event_loop.h"
#include "src/http/request_id.h"
#include "src/http/session.h"

namespace server::http {

class TlsContext;

/// What goes to the workers and what comes back is collected for as long as the loop has other
/// things to do, so that a busy server wakes threads for batches.
///
/// threads   start, adopt, complete, shut_down_all, abort_all and stop: any; the rest: its own
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
  /// Hands a session's request to the workers, or tells the session that it is refused.
  void submit(std::shared_ptr<Session> session);
  /// Takes a session back whose answer a worker has made.
  void complete(std::shared_ptr<Session> session);
  void shut_down_all();
  void abort_all();
  /// Ends the loop and the thread.
  void stop();

  EventLoop& loop() { return loop_; }
  RequestIds& request_ids() { return request_ids_; }
  void remove(const std::shared_ptr<Session>& session);

 private:
  void tick(EventLoop::Clock::time_point now);
  void submit_collected();
  void deliver_completed();

  Shared& shared_;
  TlsContext* const tls_;
  EventLoop loop_;
  RequestIds request_ids_;
  std::unordered_set<std::shared_ptr<Session>> sessions_;
  std::vector<std::shared_ptr<Work>> to_submit_;
  std::mutex mutex_;
  std::vector<std::shared_ptr<Session>> completed_;  // guarded by mutex_
  std::thread thread_;
};

}  // namespace server::http
