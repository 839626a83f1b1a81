// Where the authorization server keeps its state: texts of a kind under a key. Any number of
// servers over one database share it, so that none of them has state of its own.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "fhir/base/result.h"

namespace server::security {

struct Record {
  std::string value;
  std::int64_t version = 0;     // 1 when it is made, one more with each put
  std::int64_t expires_at = 0;  // UTC milliseconds; 0: never
};

/// Thread-safe. A record past its expiry is as one that is not there. Every change is durable when
/// the call returns, and seen by whoever asks after it.
class RecordStore {
 public:
  virtual ~RecordStore() = default;

  virtual fhir::Result<std::optional<Record>> get(std::string_view kind, std::string_view key) = 0;

  /// Makes or replaces a record.
  ///
  /// expected   the version that must stand there, 0: none may; nothing: whatever stands there
  /// returns    whether it was done: false when another version stands there
  virtual fhir::Result<bool> put(std::string_view kind, std::string_view key,
                                 std::string_view value, std::int64_t expires_at,
                                 std::optional<std::int64_t> expected = std::nullopt) = 0;

  /// Reads a record and removes it, in one step: of several who ask, one gets it.
  virtual fhir::Result<std::optional<Record>> take(std::string_view kind, std::string_view key) = 0;

  virtual fhir::Result<void> remove(std::string_view kind, std::string_view key) = 0;

  /// The records of a kind by key, from the first key after `after` on.
  virtual fhir::Result<std::vector<std::pair<std::string, Record>>> list(std::string_view kind,
                                                                         std::string_view after,
                                                                         std::uint32_t limit) = 0;

  /// A number that is another one after a record was replaced or removed: what was found in records
  /// while it stood is still there, but for what expired. Changes by this object count when their
  /// call returns, those of other processes a moment later (RecordOptions). What is only added does
  /// not count.
  virtual fhir::Result<std::int64_t> revision() = 0;

  /// Removes what has expired, `limit` records at most.
  virtual fhir::Result<void> purge(std::uint32_t limit) = 0;
};

}  // namespace server::security
