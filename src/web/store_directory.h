// The patients and encounters of the store, for the pages to choose from.
#pragma once

#include "src/rest/snapshot_source.h"
#include "src/security/patient_directory.h"

namespace server::web {

class StoreDirectory final : public security::PatientDirectory {
 public:
  /// snapshots   outlive this
  explicit StoreDirectory(rest::SnapshotSource& snapshots) : snapshots_(snapshots) {}

  fhir::Result<std::vector<security::PatientChoice>> find(std::string_view name,
                                                          std::uint32_t limit) override;
  fhir::Result<std::vector<security::PatientChoice>> read(
      std::span<const std::string> ids) override;
  fhir::Result<std::vector<security::EncounterChoice>> encounters(std::string_view patient,
                                                                  std::uint32_t limit) override;

 private:
  rest::SnapshotSource& snapshots_;
};

}  // namespace server::web
