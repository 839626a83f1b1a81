// Keeps the identities and index rows of contained resources in step with their containers'.
#pragma once

#include "src/storage/sqlite/index_writer.h"

namespace server::storage::sqlite {

/// The writer thread only. A contained resource has a row of its own in `resource`, live, without a
/// version and without a body: the body is its container's. Its rid stays while the container has a
/// resource of its type and id.
class ContainedWriter {
 public:
  ContainedWriter(Connection& connection, Names& names, IndexWriter& index)
      : connection_(connection), names_(names), index_(index) {}

  /// before   whether the container may contain resources now
  /// rows     must live until the index's flush() or drop()
  fhir::Result<void> replace(std::int64_t container, const search::IndexRows& rows,
                             IndexWriter::Before before);

  /// What the container once contained loses its name: no old version tells it any more.
  fhir::Result<void> forget_gone(std::int64_t container);

 private:
  struct Present {
    std::int64_t rid;
    std::int64_t type;
    std::string id;
    bool is_live;
    bool stays = false;
  };

  fhir::Result<std::vector<Present>> present_in(std::int64_t container);
  fhir::Result<void> put(std::int64_t container, const search::ContainedRows& contained,
                         std::vector<Present>& present);
  fhir::Result<void> remove(const Present& gone);
  fhir::Result<void> revive(std::int64_t rid);

  Connection& connection_;
  Names& names_;
  IndexWriter& index_;
};

}  // namespace server::storage::sqlite
