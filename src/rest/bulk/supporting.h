// What patients' resources refer to and is no patient's: practitioners, organizations, locations,
// medications, and provenances of them.
// "servers … are encouraged to … also include … resources outside of the compartment that are
// helpful in interpreting the patient data"
// https://hl7.org/fhir/uv/bulkdata/STU2/export.html#endpoint---all-patients
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "src/rest/bulk/export_walk.h"

namespace server::rest {

/// Collects ids while the patients' resources are walked, then writes each resource once, and what
/// it refers to in turn.
class Supporting {
 public:
  /// patient_types   types that are patients': those come by another way
  Supporting(ExportContext& context, std::vector<std::string_view> patient_types);

  /// Whether anything has to be collected: a type that comes no other way is asked for.
  bool is_wanted() const { return is_wanted_; }
  bool wants_provenances() const { return wants_provenances_; }

  /// errors   too-costly: more than a million
  fhir::Result<void> collect(const storage::Version& version);
  fhir::Result<void> add(std::string_view type, std::string_view id);
  fhir::Result<void> write();

 private:
  bool is_candidate(std::string_view type);
  fhir::Result<void> write_some(const std::string& type, const std::vector<std::string>& ids);

  ExportContext& context_;
  const std::vector<std::string_view> patient_types_;
  bool is_wanted_ = false;
  bool wants_provenances_ = false;
  std::map<std::string, bool, std::less<>> candidates_;  // types that were looked at
  std::map<std::string, std::set<std::string, std::less<>>, std::less<>> seen_;
  std::map<std::string, std::vector<std::string>> pending_;
  std::size_t count_ = 0;
};

}  // namespace server::rest
