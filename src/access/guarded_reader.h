// One snapshot of the database as the bearer of a token may see it.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>

#include "src/access/access.h"
#include "src/storage/codes_in_use.h"
#include "src/storage/store.h"

namespace server::access {

class GuardedReader final : public storage::Reader, public storage::CodesInUse {
 public:
  /// access   outlives this
  GuardedReader(std::unique_ptr<storage::Reader> reader, const Access& access)
      : reader_(std::move(reader)), access_(access) {}

  fhir::Result<storage::Version> read(std::string_view type, std::string_view id) override;
  /// Of a type that may be read in part: what matches the limit itself.
  fhir::Result<storage::Version> read_version(std::string_view type, std::string_view id,
                                              std::int64_t version_id) override;
  fhir::Result<storage::Page> search(const search::Query& query) override;
  fhir::Result<storage::Moment> moment() override { return reader_->moment(); }
  fhir::Result<std::uint64_t> count(const search::Query& query) override;
  fhir::Result<storage::HistoryPage> history(const storage::HistoryRequest& request) override;
  fhir::Result<storage::Labels> labels(std::string_view type) override;
  fhir::Result<std::vector<std::string>> erasable(std::string_view type, storage::Erasable which,
                                                  std::uint32_t limit) override;
  fhir::Result<std::optional<std::string>> note(std::string_view name) override;
  /// Of all resources: a query that is made of them is held to the limits like any other.
  fhir::Result<std::vector<std::string>> codes_in_use(std::string_view parameter) override;

  /// Whether the token's bound, which there is, withholds one version of a resource.
  fhir::Result<bool> is_withheld(const storage::Version& version);

 private:
  fhir::Result<storage::Version> bounded(fhir::Result<storage::Version> found,
                                         std::string_view type, std::string_view id);
  fhir::Result<bool> leads_to_withheld(const storage::Version& version);
  fhir::Result<void> drop_withheld_binaries(storage::Page& page);
  fhir::Result<storage::HistoryPage> bounded_history(const storage::HistoryRequest& request);
  fhir::Result<storage::Version> read_whole(std::string_view type, std::string_view id);
  fhir::Result<storage::Version> read_limited(std::string_view type, std::string_view id,
                                              search::Criterion limit);
  fhir::Result<storage::Version> read_binary(std::string_view id);
  fhir::Result<void> drop_lost_matches(storage::Page& page);
  fhir::Result<bool> was_seen_to_its_end(const storage::Version& shown,
                                         const search::Criterion& limit);
  fhir::Result<void> drop_unseen_includes(const search::Query& query, storage::Page& page);
  fhir::Result<std::set<std::string>> visible(std::string_view type,
                                              const std::vector<std::string>& ids,
                                              const search::Criterion& limit);

  std::unique_ptr<storage::Reader> reader_;
  const Access& access_;
  /// Of resources whose histories are read: whether what they are now is withheld.
  std::map<std::pair<std::string, std::string>, bool> withheld_now_;
};

}  // namespace server::access
