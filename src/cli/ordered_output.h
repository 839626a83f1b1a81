// What several threads have to say, written in the order of what was asked.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <cstdio>
#include <map>
#include <mutex>
#include <string>

namespace server::cli {

class OrderedOutput {
 public:
  /// ahead_max   how many texts may wait for an earlier one; whoever is further ahead waits itself
  OrderedOutput(std::FILE* out, std::uint64_t ahead_max) : out_(out), ahead_max_(ahead_max) {}

  /// sequence   from 0, each once, without a gap
  void put(std::uint64_t sequence, std::string text) {
    std::unique_lock lock(mutex_);
    written_.wait(lock, [&] { return sequence < next_ + ahead_max_; });
    waiting_.emplace(sequence, std::move(text));
    bool has_written = false;
    for (auto at = waiting_.begin(); at != waiting_.end() && at->first == next_;
         at = waiting_.erase(at), ++next_) {
      std::fwrite(at->second.data(), 1, at->second.size(), out_);
      has_written = true;
    }
    if (has_written) written_.notify_all();
  }

 private:
  std::FILE* out_;
  std::uint64_t ahead_max_;
  std::mutex mutex_;
  std::condition_variable written_;
  std::uint64_t next_ = 0;
  std::map<std::uint64_t, std::string> waiting_;
};

}  // namespace server::cli
