#include "src/rest/live_store.h"

#include <algorithm>
#include <string>
#include <utility>

namespace server::rest {

fhir::Result<storage::Store::Outcome, storage::Store::Failure> LiveStore::write(
    std::vector<storage::Write> writes) {
  struct Noted {
    std::size_t index;
    std::string type, id;
  };
  std::vector<Noted> noted;
  for (std::size_t i = 0; is_kept_ != nullptr && i < writes.size(); ++i) {
    const bool is_change = writes[i].method != storage::WriteMethod::reindex;
    if (is_change && is_kept_(writes[i].type, writes[i].id))
      return fhir::unexpected(Failure{
          i, fhir::make_issue(fhir::Situation::refused, fhir::IssueType::forbidden,
                              "The events of the audit trail are written by this server alone")});
  }
  for (std::size_t i = 0; i < writes.size(); ++i) {
    const bool is_watched = watcher_ != nullptr && watcher_->watches(writes[i].type);
    if (is_watched || is_put_in_force(writes[i].type))
      noted.push_back({i, writes[i].type, writes[i].id});
  }
  auto outcome = store_->write(std::move(writes));
  if (outcome) {
    for (const Noted& write : noted) {
      const storage::Written& written = outcome->written[write.index];
      if (is_put_in_force(write.type)) definitions_.note(write.type, write.id, written);
      if (watcher_ != nullptr && watcher_->watches(write.type))
        watcher_->note(write.type, write.id, written);
    }
  }
  return outcome;
}

}  // namespace server::rest
