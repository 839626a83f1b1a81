// Histories as the bearer of a token that allows a type in part may see them.
// https://hl7.org/fhir/R4/http.html#history
#pragma once

#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "src/access/access.h"
#include "src/storage/store.h"

namespace server::access {

/// Of a resource whose current version may be seen, those versions that match the limit themselves:
/// what was of another patient is not shown. Deletions are not shown, nor is what is deleted now,
/// and nothing tells that there are versions besides. A history of several resources has no total.
class GuardedHistory {
 public:
  /// Whether the token's bound withholds a version of a type that is withheld with others.
  using IsWithheld = std::function<fhir::Result<bool>(const storage::Version&)>;

  /// All outlive this.
  ///
  /// is_withheld   may be empty when nothing binds the token
  GuardedHistory(storage::Reader& reader, const Access& access, IsWithheld is_withheld = {})
      : reader_(reader), access_(access), is_withheld_(std::move(is_withheld)) {}

  /// errors   forbidden: no history of the type may be seen · not-found: nor that resource ·
  ///          too-costly: it is of more resources, or versions, than are gone through
  fhir::Result<storage::HistoryPage> page(const storage::HistoryRequest& request);

 private:
  fhir::Result<storage::HistoryPage> page_of_one(const storage::HistoryRequest& request,
                                                 Permission permission);
  fhir::Result<storage::HistoryPage> page_of_many(const storage::HistoryRequest& request);
  fhir::Result<void> add_visible(const std::string& type,
                                 const std::vector<storage::HistoryItem>* within,
                                 std::vector<storage::HistoryItem>& items);
  fhir::Result<storage::HistoryPage> walk(storage::HistoryRequest request);
  fhir::Result<void> look_ahead(storage::HistoryRequest request, storage::HistoryPage& out);
  fhir::Result<storage::HistoryPage> next(const storage::HistoryRequest& request);
  fhir::Result<void> count(storage::HistoryRequest request, storage::HistoryPage& out);
  bool is_withheld_with_others(const storage::Version& version) const;
  bool is_shown(const storage::Version& version) const;

  storage::Reader& reader_;
  const Access& access_;
  const IsWithheld is_withheld_;
  std::map<std::string, Permission> limits_;  // by type
  std::size_t looked_at_ = 0;
};

}  // namespace server::access
