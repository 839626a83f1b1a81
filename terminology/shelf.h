// Keeps what was read from each record of one type: read once, found again without a lock.
#pragma once

#include <atomic>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "fhir/definitions/definition_store.h"

namespace terminology {

/// T is immutable and lives as long as a shelf that has it. Safe for any number of threads.
template <class T>
class Shelf {
 public:
  explicit Shelf(std::span<const fhir::ConformanceRecord> records)
      : records_(records), slots_(std::make_unique<Slot[]>(records.size())) {}
  Shelf(const Shelf&) = delete;
  Shelf& operator=(const Shelf&) = delete;

  std::span<const fhir::ConformanceRecord> records() const { return records_; }

  /// What `read` made of the record. Null when the record is not of this shelf, `read` gave null,
  /// or nothing, which is not kept, or the record is being read by this thread right now (it refers
  /// to itself).
  ///
  /// mutex   one for all shelves that read each other's records
  /// read    makes an item of a record, and adds the urls that it asked about to a list
  template <class Read>
  const T* get(const fhir::ConformanceRecord* record, std::recursive_mutex& mutex,
               Read&& read) const {
    Slot* slot = slot_of(record);
    if (slot == nullptr) return nullptr;
    if (slot->state.load(std::memory_order_acquire) == State::done) return slot->item.get();
    const std::lock_guard lock(mutex);
    if (slot->state.load() == State::done) return slot->item.get();
    if (slot->state.load() == State::reading) return nullptr;
    slot->state.store(State::reading);
    std::optional<std::unique_ptr<const T>> item = read(*record, slot->asked);
    if (!item) {
      slot->asked.clear();
      slot->state.store(State::unread);
      return nullptr;
    }
    slot->item = *std::move(item);
    slot->state.store(State::done, std::memory_order_release);
    return slot->item.get();
  }

  /// What was made of the record already, without waiting; null when nothing was yet.
  const T* kept(const fhir::ConformanceRecord* record) const {
    const Slot* slot = slot_of(record);
    const bool is_done =
        slot != nullptr && slot->state.load(std::memory_order_acquire) == State::done;
    return is_done ? slot->item.get() : nullptr;
  }

  /// Whether the thread that holds the mutex of get() is reading the record.
  bool is_being_read(const fhir::ConformanceRecord* record) const {
    const Slot* slot = slot_of(record);
    return slot != nullptr && slot->state.load(std::memory_order_acquire) == State::reading;
  }

  /// The urls that the reading of a record asked about; none while it is not read.
  std::span<const std::string> asked(const fhir::ConformanceRecord* record) const {
    const Slot* slot = slot_of(record);
    if (slot == nullptr || slot->state.load(std::memory_order_acquire) != State::done) return {};
    return slot->asked;
  }

  /// Takes over what an earlier shelf read from records that are the same here.
  ///
  /// is_as_before   tells by what it asked about whether a record would be read the same again
  template <class IsAsBefore>
  void take_from(const Shelf& earlier, IsAsBefore&& is_as_before) {
    std::unordered_map<const char*, std::size_t> places;  // made when positions have moved
    for (std::size_t i = 0; i < earlier.records_.size(); ++i) {
      const Slot& source = earlier.slots_[i];
      if (source.state.load(std::memory_order_acquire) != State::done) continue;
      const char* text = earlier.records_[i].json.data();
      std::size_t at = i;
      if (at >= records_.size() || records_[at].json.data() != text) {
        if (places.empty()) {
          for (std::size_t k = 0; k < records_.size(); ++k)
            places.emplace(records_[k].json.data(), k);
        }
        const auto found = places.find(text);
        if (found == places.end()) continue;
        at = found->second;
      }
      if (!is_as_before(earlier.records_[i], std::span<const std::string>(source.asked))) continue;
      slots_[at].item = source.item;
      slots_[at].asked = source.asked;
      slots_[at].state.store(State::done, std::memory_order_release);
    }
  }

 private:
  enum class State : unsigned char { unread, reading, done };
  struct Slot {
    std::atomic<State> state = State::unread;
    std::shared_ptr<const T> item;   // written before `done`, never after
    std::vector<std::string> asked;  // likewise
  };

  Slot* slot_of(const fhir::ConformanceRecord* record) const {
    if (record == nullptr || std::less<>()(record, records_.data()) ||
        !std::less<>()(record, records_.data() + records_.size()))
      return nullptr;
    return &slots_[static_cast<std::size_t>(record - records_.data())];
  }

  std::span<const fhir::ConformanceRecord> records_;
  std::unique_ptr<Slot[]> slots_;
};

}  // namespace terminology
