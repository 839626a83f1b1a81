#include "src/storage/sqlite/reader_pool.h"

#include <utility>

namespace server::storage::sqlite {

ReaderPool::Lease::~Lease() {
  if (connection_) pool_->give_back(std::move(connection_));
}

fhir::Result<ReaderPool::Lease> ReaderPool::lease(std::chrono::steady_clock::time_point deadline) {
  std::unique_lock lock(mutex_);
  const auto is_free = [this] { return !free_.empty(); };
  if (!is_free()) {
    if (deadline == std::chrono::steady_clock::time_point::max()) {
      returned_.wait(lock, is_free);
    } else if (!returned_.wait_until(lock, deadline, is_free)) {
      return fhir::unexpected(fhir::make_issue(fhir::Situation::unavailable,
                                               fhir::IssueType::transient,
                                               "Too many reads are under way"));
    }
  }
  std::unique_ptr<Connection> connection = std::move(free_.back());
  free_.pop_back();
  lock.unlock();
  connection->set_deadline(deadline);
  return Lease(*this, std::move(connection));
}

void ReaderPool::renew() {
  note_commit();
  std::lock_guard lock(mutex_);
  for (auto& connection : free_) connection->end_snapshot();
}

void ReaderPool::close() {
  std::lock_guard lock(mutex_);
  free_.clear();
}

void ReaderPool::give_back(std::unique_ptr<Connection> connection) {
  connection->set_deadline(std::chrono::steady_clock::time_point::max());
  {
    // Under the lock, so that renew() meets it either here or among the free ones.
    std::lock_guard lock(mutex_);
    if (!connection->shows(commits())) connection->end_snapshot();
    free_.push_back(std::move(connection));
  }
  returned_.notify_one();
}

}  // namespace server::storage::sqlite
