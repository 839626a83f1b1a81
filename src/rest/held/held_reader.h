// One snapshot of the database with the resources that are served beside it.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "src/rest/held/held_resources.h"
#include "src/storage/codes_in_use.h"
#include "src/storage/store.h"

namespace server::rest {

class HeldReader final : public storage::Reader, public storage::CodesInUse {
 public:
  HeldReader(std::unique_ptr<storage::Reader> reader, std::shared_ptr<const HeldResources> held)
      : reader_(std::move(reader)), held_(std::move(held)) {}

  fhir::Result<storage::Version> read(std::string_view type, std::string_view id) override;
  fhir::Result<storage::Version> read_version(std::string_view type, std::string_view id,
                                              std::int64_t version_id) override;
  /// Without `_sort` what is held follows what is stored, by url.
  fhir::Result<storage::Page> search(const search::Query& query) override;
  fhir::Result<storage::Moment> moment() override { return reader_->moment(); }
  fhir::Result<std::uint64_t> count(const search::Query& query) override;
  fhir::Result<storage::HistoryPage> history(const storage::HistoryRequest& request) override;
  fhir::Result<storage::Labels> labels(std::string_view type) override {
    return reader_->labels(type);
  }
  fhir::Result<std::vector<std::string>> erasable(std::string_view type, storage::Erasable which,
                                                  std::uint32_t limit) override {
    return reader_->erasable(type, which, limit);
  }
  fhir::Result<std::optional<std::string>> note(std::string_view name) override {
    return reader_->note(name);
  }
  fhir::Result<std::vector<std::string>> codes_in_use(std::string_view parameter) override;

 private:
  std::vector<storage::Version> beside(const search::Query& query);

  std::unique_ptr<storage::Reader> reader_;
  std::shared_ptr<const HeldResources> held_;
};

/// What a read of the store gives, else what is held; a deleted resource stays deleted.
fhir::Result<storage::Version> or_held(fhir::Result<storage::Version> stored,
                                       const HeldResources& held, std::string_view type,
                                       std::string_view id);

}  // namespace server::rest
