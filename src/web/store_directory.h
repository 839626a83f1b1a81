// The patients and encounters of the store, for the pages to choose from.
#pragma once

#include "src/rest/context.h"
#include "src/rest/snapshot_source.h"
#include "src/security/patient_directory.h"

namespace server::web {

class StoreDirectory final : public security::PatientDirectory {
 public:
  /// snapshots   outlive this
  /// options     so do these: their bounds hold the pages as they hold tokens
  StoreDirectory(rest::SnapshotSource& snapshots, const rest::Options& options)
      : snapshots_(snapshots), options_(options) {}

  fhir::Result<std::vector<security::PatientChoice>> find(const security::User& user,
                                                          std::string_view name,
                                                          std::uint32_t limit,
                                                          security::Glass glass) override;
  fhir::Result<std::vector<security::PatientChoice>> read(const security::User& user,
                                                          std::span<const std::string> ids,
                                                          security::Glass glass) override;
  fhir::Result<std::vector<security::EncounterChoice>> encounters(const security::User& user,
                                                                  std::string_view patient,
                                                                  std::uint32_t limit,
                                                                  security::Glass glass) override;

 private:
  rest::SnapshotSource& snapshots_;
  const rest::Options& options_;
};

}  // namespace server::web
