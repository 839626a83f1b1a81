// What is read as of one moment, though no snapshot of the database is held for long: a long one
// would keep the store's log from being begun anew.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "src/storage/store.h"

namespace server::rest {

/// For one thread.
class Moment {
 public:
  /// The moment is now, once all that was given a time up to now is written.
  ///
  /// store    whatever it holds
  /// shown    of it what may be seen; outlives this
  /// errors   of the store
  static fhir::Result<std::unique_ptr<Moment>> now(storage::Store& store, storage::Store& shown);

  /// UTC milliseconds: nothing that was changed up to then is missing, nothing later is there.
  std::int64_t time_ms() const { return time_ms_; }

  /// A page of what matched at the moment, as it was.
  ///
  /// query    without sort and includes; `index_of` is there. Its moment is set
  fhir::Result<storage::Page> search(search::Query& query);

  /// A reader of what is there now, within a second: what it shows may be newer than the moment.
  /// Until the next call of this or of search().
  fhir::Result<storage::Reader*> present();

 private:
  explicit Moment(storage::Store& store) : store_(store) {}

  storage::Store& store_;
  std::int64_t time_ms_ = 0;
  std::string text_;
  std::unique_ptr<storage::Reader> reader_;
  std::chrono::steady_clock::time_point read_from_;
};

}  // namespace server::rest
