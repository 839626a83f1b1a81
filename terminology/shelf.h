// Keeps what was read from each record of one type: read once, found again without a lock.
#pragma once

#include <atomic>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <span>

#include "fhir/definitions/definition_store.h"

namespace terminology {

/// T is immutable and lives as long as the shelf. Safe for any number of threads.
template <class T>
class Shelf {
 public:
  explicit Shelf(std::span<const fhir::ConformanceRecord> records)
      : records_(records), slots_(std::make_unique<Slot[]>(records.size())) {}
  Shelf(const Shelf&) = delete;
  Shelf& operator=(const Shelf&) = delete;
  ~Shelf() {
    for (std::size_t i = 0; i < records_.size(); ++i) delete slots_[i].item.load();
  }

  std::span<const fhir::ConformanceRecord> records() const { return records_; }

  /// What `read` made of the record. Null when the record is not of this shelf, `read` gave null,
  /// or the record is being read by this thread right now (it refers to itself).
  ///
  /// mutex   one for all shelves that read each other's records
  template <class Read>
  const T* get(const fhir::ConformanceRecord* record, std::recursive_mutex& mutex,
               Read&& read) const {
    if (record == nullptr || std::less<>()(record, records_.data()) ||
        !std::less<>()(record, records_.data() + records_.size()))
      return nullptr;
    Slot& slot = slots_[static_cast<std::size_t>(record - records_.data())];
    if (slot.state.load(std::memory_order_acquire) == State::done) return slot.item.load();
    const std::lock_guard lock(mutex);
    if (slot.state.load() == State::done) return slot.item.load();
    if (slot.state.load() == State::reading) return nullptr;
    slot.state.store(State::reading);
    std::unique_ptr<const T> item = read(*record);
    slot.item.store(item.release());
    slot.state.store(State::done, std::memory_order_release);
    return slot.item.load();
  }

 private:
  enum class State : unsigned char { unread, reading, done };
  struct Slot {
    std::atomic<State> state = State::unread;
    std::atomic<const T*> item = nullptr;
  };

  std::span<const fhir::ConformanceRecord> records_;
  std::unique_ptr<Slot[]> slots_;
};

}  // namespace terminology
