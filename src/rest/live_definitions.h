// The definitions as they stand: those of the packages, and over them what clients stored. A write
// of a conformance resource is noted, and the next request that needs definitions makes the new
// snapshot: a thousand writes in one bundle cost one. A snapshot shares with the one before what
// has not changed, so that it costs a few milliseconds.
// A release of a code system that was loaded or removed beside a running server is seen in the same
// way. https://hl7.org/fhir/R4/conformance-module.html
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>

#include "fhir/definitions/loaded_store.h"
#include "src/rest/context.h"
#include "src/rest/snapshot_source.h"
#include "src/storage/store.h"

namespace terminology {
class Releases;
}

namespace server::rest {

class ShownSets;

enum class Freshness : std::uint8_t {
  always,       // a request sees every write that was answered before it
  now_and_then  // snapshots take a small part of the time: for an import
};

/// Whether a stored resource of this type is put in force. A Measure is not: R4 lets a report be
/// kept whatever its measure says, and reports are sent that differ from it (one of R4's examples
/// does); with a measure of a package a report is judged all the same.
bool is_put_in_force(std::string_view type);

/// A new search parameter indexes what is written from then on; what was stored before is indexed
/// in the background by the Reindexer that watches.
class LiveDefinitions final : public SnapshotSource {
 public:
  /// errors   not-supported: a store of definitions that takes no additions · of the first snapshot
  static fhir::Result<std::unique_ptr<LiveDefinitions>> make(
      std::shared_ptr<const fhir::DefinitionStore> packages, const Options& options,
      Freshness freshness = Freshness::always);

  /// The store that every snapshot shows, and whose conformance resources are put over the
  /// packages. Called once, before the first request.
  ///
  /// store    outlives this; whatever is written to it is told to note()
  /// reindexer   shown by every snapshot and told of new search parameters; may be null, else it
  ///             lives until the last request has ended
  fhir::Result<void> attach(storage::Store& store, Reindexer* reindexer = nullptr);

  /// Tells of a write that succeeded; of no weight unless it is of a conformance resource.
  void note(std::string_view type, std::string_view id, const storage::Written& written);

  std::shared_ptr<const Snapshot> latest() override;
  std::shared_ptr<const Snapshot> latest_if_ready() const override;
  std::shared_ptr<const Snapshot> present() const override;

 private:
  using Key = std::pair<std::string, std::string>;  // type, id
  struct Stored {
    std::int64_t version_id = 0;
    std::int64_t last_updated = 0;
    fhir::definitions::Addition record;  // null: deleted, or nothing that changes definitions
  };

  LiveDefinitions(std::shared_ptr<const fhir::definitions::LoadedStore> packages, Options options,
                  Freshness freshness);
  fhir::Result<void> read_type(storage::Reader& reader, std::string_view type);
  fhir::definitions::Addition record_of(std::string_view body) const;
  void put(Key key, Stored stored);
  bool is_due() const;
  void look_for_releases();
  void open_releases();
  void renew();
  fhir::Result<std::shared_ptr<const Snapshot>> make_snapshot(
      std::shared_ptr<const fhir::definitions::LoadedStore> definitions,
      const Snapshot* earlier) const;

  const std::shared_ptr<const fhir::definitions::LoadedStore> packages_;
  const Options options_;
  const Freshness freshness_;
  storage::Store* store_ = nullptr;
  Reindexer* reindexer_ = nullptr;
  const std::shared_ptr<ShownSets> shown_sets_;

  std::mutex noted_mutex_;  // guards the two maps
  std::map<Key, Stored> stored_;
  /// By time, so that of two resources with one url and version the later wins, always.
  std::map<std::tuple<std::int64_t, std::string, std::string>, fhir::definitions::Addition>
      in_force_;
  std::atomic<std::uint64_t> noted_{0};  // writes that changed the maps

  std::mutex renewal_mutex_;               // held while a snapshot is made
  std::atomic<std::uint64_t> renewed_{0};  // those of them that the snapshot shows
  std::atomic<std::chrono::steady_clock::rep> not_before_{0};
  std::atomic<std::chrono::steady_clock::rep> look_again_{0};  // for releases
  std::atomic<std::uint64_t> release_stamp_{0};
  std::shared_ptr<const terminology::Releases> releases_;              // of the next snapshot
  std::shared_ptr<const fhir::definitions::LoadedStore> definitions_;  // of the snapshot
  std::shared_ptr<const Snapshot> snapshot_;  // through std::atomic_load and std::atomic_store
};

}  // namespace server::rest
